"""IDX files, the format of MNIST: a magic number, the sizes of each dimension, then one byte for each value."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import InputError

Bytes = NDArray[np.uint8]

#: First two bytes are zero, the third says unsigned bytes, the fourth how many dimensions there are.
LABELS, IMAGES = 0x0801, 0x0803
MEANING = {LABELS: "labels, one dimension of unsigned bytes", IMAGES: "images, three dimensions of unsigned bytes"}


def read_images(path: Path, side: int = 28) -> Bytes:
    """Images of an IDX file.

    Parameters
    ----------
    path : Path
    side : int
        Pixels of a side that the images must have.

    Returns
    -------
    (n, side, side) array of bytes, read-only

    Raises
    ------
    InputError
        The file cannot be read, its magic number is not 2051, it is shorter or longer than its header says, or its
        images have another size. Names the file and what was expected.
    """
    images = _read(path, IMAGES)
    if images.shape[1:] != (side, side):
        found = " x ".join(map(str, images.shape[1:]))
        raise InputError(f"{path}: images of {found} pixels, expected {side} x {side}")
    return images


def read_labels(path: Path, count: int) -> Bytes:
    """Labels of an IDX file.

    Parameters
    ----------
    path : Path
    count : int
        How many there must be: the number of images.

    Returns
    -------
    (n,) array of bytes, read-only

    Raises
    ------
    InputError
        The file cannot be read, its magic number is not 2049, it is shorter or longer than its header says, or it has
        another number of labels. Names the file and what was expected.
    """
    labels = _read(path, LABELS)
    if labels.size != count:
        raise InputError(f"{path}: {labels.size} labels, expected {count}, one for each image")
    return labels


def check_md5(path: Path, expected: str) -> None:
    """Compare a file with its published md5 sum.

    Raises
    ------
    InputError
        The file cannot be read or is another one: names it, its sum and the expected one.
    """
    found = hashlib.md5(_bytes(path), usedforsecurity=False).hexdigest()
    if found != expected:
        raise InputError(f"{path}: md5 sum {found}, expected {expected}: it is damaged or another file")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}, expected an IDX file") from error


def _read(path: Path, magic: int) -> Bytes:
    content = _bytes(path)
    expected = f"expected an IDX file of {MEANING[magic]} (magic number {magic})"
    if len(content) < 4:
        raise InputError(f"{path}: {len(content)} bytes, {expected}")
    (found,) = struct.unpack(">I", content[:4])
    if found != magic:
        raise InputError(f"{path}: magic number {found}, {expected}")
    start = 4 + 4 * (magic & 0xFF)
    if len(content) < start:
        raise InputError(f"{path}: truncated at {len(content)} bytes, {expected}, whose header has {start}")
    sizes: Sequence[int] = struct.unpack(f">{magic & 0xFF}I", content[4:start])
    length = start + prod(sizes)
    if len(content) != length:
        state = "truncated" if len(content) < length else "too long"
        shape = " x ".join(map(str, sizes))
        raise InputError(f"{path}: {state}, {len(content)} bytes, expected {length} for {shape} values")
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(sizes)
