"""The one writer and the one reader of every file in a results folder.

A reader sees the old file or the new one and nothing in between; what was changed after it was written is noticed; and
a folder that somebody else made cannot lead either of them out of itself.
"""

from __future__ import annotations

import hashlib
import os
import platform
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from simstudy.errors import ResultsError

#: Ending of a file that is being written, or was when its process died.
TEMPORARY = ".tmp"

#: A parquet file of ours has this and the digest of everything else in front of its footer, where no reader looks. The
#: checksums of parquet cover the pages only: not what the columns are called, nor the metadata.
SEAL = b"simstudy-sha256:"
DIGEST_SIZE = hashlib.sha256().digest_size

#: Files that somebody else made can be links, or devices and pipes, at which a reader would wait for ever.
PLAIN = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class UnreadableError(ResultsError):
    """A file that is there and may be whole, but that this process may not or cannot read."""


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path` durably: temporary file, fsync, rename, fsync of the folder.

    The temporary file's name starts with a dot, which every parquet reader skips when it reads a folder, and names its
    process, since several may write into one folder.

    Raises
    ------
    ResultsError
        The folder cannot be written (permissions, full disk), `path` or its folder is a symbolic link, or `path` is a
        device, a pipe or a folder; the old content of `path` is still there.
    """
    temporary = f".{path.name}.{platform.node()}-{os.getpid()}{TEMPORARY}"
    refuse_link(path, path.parent)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with opened(path.parent, os.O_RDONLY | os.O_DIRECTORY) as folder:
            refuse_device(path, folder)
            try:
                with suppress(FileNotFoundError):
                    os.unlink(temporary, dir_fd=folder)
                write_new(temporary, folder, content)
                os.rename(temporary, path.name, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with suppress(OSError):
                    os.unlink(temporary, dir_fd=folder)
                raise
            os.fsync(folder)
    except OSError as error:
        raise ResultsError(f"cannot write {path}: {error.strerror}; what was written before is intact") from error


def write_new(name: str, folder: int, content: bytes) -> None:
    """Write a file that is not there yet into an open folder, to the disk itself."""
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | PLAIN, 0o666, dir_fd=folder)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor has no path
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def opened(path: Path, flags: int) -> Iterator[int]:
    """Descriptor of a file or folder that is no link, closed in the end."""
    descriptor = os.open(path, flags | PLAIN, 0o666)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def refuse_link(*paths: Path) -> None:
    """Raise ResultsError if a file or a folder is a symbolic link."""
    for each in paths:
        if each.is_symlink():
            raise ResultsError(f"{each} is a symbolic link: none is followed inside a study's results, remove it")


def refuse_device(path: Path, folder: int) -> None:
    """Raise ResultsError if a name in an open folder is that of something else than a file.

    A rename would put a file in its place: with the rights for it, /dev/null would be gone for everybody.
    """
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(os.stat(path.name, dir_fd=folder, follow_symlinks=False).st_mode):
            raise ResultsError(f"cannot write {path}: it is not a regular file")


def remove_temporary(folder: Path) -> None:
    """Remove what writers that died left in `folder`; nobody else may be writing there."""
    if not folder.is_symlink():
        for path in folder.glob(f".*{TEMPORARY}"):
            path.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` as UTF-8, like `write_bytes`."""
    write_bytes(path, text.encode())


@contextmanager
def reading(path: Path) -> Iterator[BinaryIO]:
    """An open file of a results folder.

    Raises
    ------
    UnreadableError
        The system does not let it be read.
    ResultsError
        It is missing, or a link, a folder, a pipe or a device.
    """
    refuse_link(path, path.parent)
    try:
        with opened(path, os.O_RDONLY) as descriptor:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise ResultsError(f"cannot read {path}: it is not a regular file")
            with open(descriptor, "rb", closefd=False) as file:
                yield file
    except FileNotFoundError as error:
        raise ResultsError(f"cannot read {path}: {error.strerror}") from error
    except OSError as error:
        # What pyarrow raises for damage is an OSError without a number.
        if error.errno is None:
            raise
        raise UnreadableError(f"cannot read {path}: {error.strerror}") from error


def read_bytes(path: Path) -> bytes:
    """Content of a file of a results folder; errors are those of `reading`."""
    with reading(path) as file:
        return file.read()


def read_text(path: Path) -> str:
    """Text of a file of a results folder.

    Raises
    ------
    ResultsError
        As `reading`, or it is not UTF-8.
    """
    try:
        return read_bytes(path).decode()
    except UnicodeDecodeError as error:
        raise ResultsError(f"cannot read {path}: it is not UTF-8 at byte {error.start}") from error


def write_table(path: Path, table: pa.Table, metadata: Mapping[bytes, bytes] | None = None) -> None:
    """Write `table` to `path` as parquet, sealed with a digest of the whole file, like `write_bytes`.

    Parameters
    ----------
    path : Path
    table : pyarrow.Table
    metadata : mapping, optional
        Added to the metadata of the table's schema.
    """
    if metadata:
        table = table.replace_schema_metadata({**(table.schema.metadata or {}), **metadata})
    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer, compression="zstd", write_page_checksum=True)
    write_bytes(path, sealed(buffer.getvalue().to_pybytes()))


def footer_start(content: bytes) -> int:
    """Where the footer of a parquet file begins: its last eight bytes are the footer's length and PAR1."""
    return len(content) - 8 - int.from_bytes(content[-8:-4], "little")


def sealed(content: bytes) -> bytes:
    """A parquet file with its seal; offsets in the footer count from the beginning, so they stay true."""
    place = footer_start(content)
    return content[:place] + SEAL + hashlib.sha256(content).digest() + content[place:]


def is_intact(content: bytes) -> bool:
    """Whether a parquet file is what was sealed; True for one without a seal, which earlier versions wrote."""
    end = footer_start(content)
    start = end - len(SEAL) - DIGEST_SIZE
    if start < 0 or not content.startswith(SEAL, start):
        return True
    digest = hashlib.sha256(content[:start])
    digest.update(content[end:])
    return digest.digest() == content[end - DIGEST_SIZE : end]


def read_table(path: Path, columns: Sequence[str] | None = None, needs: Iterable[str] = ()) -> pa.Table:
    """Table in the parquet file `path`, or some of its columns, verified by its seal and every page's checksum.

    Parameters
    ----------
    path : Path
    columns : sequence of str, optional
        Only these columns, as far as the file has them.
    needs : iterable of str
        Columns without which the file is not what its name says.

    Raises
    ------
    UnreadableError
        The system does not let the file be read.
    ResultsError
        The file is missing, truncated or damaged, no parquet file, or somebody else's.
    """
    content = read_bytes(path)
    if not is_intact(content):
        raise ResultsError(f"cannot read {path}: it has changed since it was written (its digest is another)")
    try:
        with pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True) as file:
            table = file.read(columns)
    except (OSError, pa.ArrowException, ValueError, OverflowError, MemoryError) as error:
        raise ResultsError(f"cannot read {path}: {first_line(error)}") from error
    missing = [name for name in needs if table.schema.names.count(name) != 1]
    if missing:
        raise ResultsError(f"cannot read {path}: it is not a file of simstudy, for it has no column {missing[0]!r}")
    return table


def read_schema(path: Path) -> pa.Schema:
    """Columns and metadata of a parquet file, without its rows and unverified; errors are those of `read_table`."""
    try:
        with reading(path) as file:
            return pq.read_schema(file)
    except (OSError, pa.ArrowException, ValueError) as error:
        raise ResultsError(f"cannot read {path}: {first_line(error)}") from error


def read_metadata(path: Path) -> Mapping[bytes, bytes]:
    """Metadata of a parquet file, unverified, in half the time of its schema; errors are those of `read_table`."""
    try:
        with reading(path) as file:
            return pq.read_metadata(file).metadata or {}
    except (OSError, pa.ArrowException, ValueError) as error:
        raise ResultsError(f"cannot read {path}: {first_line(error)}") from error


def first_line(error: Exception) -> str:
    """What an error says, in one line."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def write_frame(path: Path, frame: pd.DataFrame, metadata: Mapping[bytes, bytes] | None = None) -> None:
    """Write a pandas frame to `path` as parquet, without its index, like `write_table`."""
    write_table(path, pa.Table.from_pandas(frame, preserve_index=False), metadata)
