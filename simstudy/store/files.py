"""Writing a file so that a reader sees the old one or the new one, and nothing in between."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from simstudy.errors import ResultsError

#: Ending of a file that is being written, or was when its process died.
TEMPORARY = ".tmp"


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path` durably: temporary file, fsync, rename, fsync of the folder.

    The temporary file's name starts with a dot, which every parquet reader skips when it reads a folder, and names its
    process, since several may write into one folder.

    Raises
    ------
    ResultsError
        The folder cannot be written (permissions, full disk); the old content of `path` is still there.
    """
    temporary = path.parent / f".{path.name}.{platform.node()}-{os.getpid()}{TEMPORARY}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise ResultsError(f"cannot write {path}: {error.strerror}; what was written before is intact") from error


def remove_temporary(folder: Path) -> None:
    """Remove what writers that died left in `folder`; nobody else may be writing there."""
    for path in folder.glob(f".*{TEMPORARY}"):
        path.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` as UTF-8, like `write_bytes`."""
    write_bytes(path, text.encode())


def write_table(path: Path, table: pa.Table) -> None:
    """Write `table` to `path` as parquet with a checksum on every page, like `write_bytes`."""
    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer, compression="zstd", write_page_checksum=True)
    write_bytes(path, buffer.getvalue())


def read_table(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Table in the parquet file `path`, or some of its columns, with every page's checksum verified.

    Raises
    ------
    ResultsError
        The file is missing, truncated or damaged.
    """
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            return file.read(columns)
    except (OSError, pa.ArrowException, ValueError) as error:
        raise ResultsError(f"cannot read {path}: {str(error).splitlines()[0]}") from error


def write_frame(path: Path, frame: pd.DataFrame) -> None:
    """Write a pandas frame to `path` as parquet, without its index, like `write_table`."""
    write_table(path, pa.Table.from_pandas(frame, preserve_index=False))
