"""What the families with a canonical link share: density proportional to ``exp((y eta - b(eta)) / phi)``.

The loss drops phi and what does not depend on eta, and ``mean``, ``variance`` and ``third_derivative`` are b', b'' and
b'''. All are elementwise, neither overflow nor warn for ``|eta| <= 700``, and lose no relative precision in the tails.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from typing_extensions import override

from simstudy.families.family import Array, Family
from simstudy.kernels.arguments import Loss
from simstudy.kernels.calls import compile_function
from simstudy.kernels.loss import KINK, PLAIN, SCALAR, SIDED, SMOOTHED

Function = Callable[..., Any]


@dataclass(frozen=True)
class ArrayFunctions:
    """What kernels call for a family, to be compiled at its first use; `kernels.loss` has the signatures."""

    plain: Function
    link: Function
    recession: Function
    smoothed: Function
    sided: Function | None = None
    kink: Function | None = None


class Canonical(Family):
    """A family with canonical link, which gives the kernels functions of whole arrays."""

    arrays: ClassVar[ArrayFunctions]

    @override
    def slope(self, y: Array, eta: Array) -> Array:
        return self.mean(eta) - y

    @override
    def curvature(self, y: Array, eta: Array) -> Array:
        return self.variance(eta)

    @override
    def information(self, eta: Array) -> Array:
        return self.variance(eta)

    @override
    def signed_curvature(self, eta: Array, sigma: float = 1.0) -> Array:
        return self.mean_sign(eta, sigma) * self.variance(eta)

    @override
    def kink_curvature(self, eta: Array, sigma: float = 1.0) -> Array:
        return self.density_at_mean(eta, sigma) * self.variance(eta) ** 2

    @override
    def link(self, mu: Array) -> Array:
        return np.asarray(self.arrays.link(None, mu))

    @override
    def recession(self, y: Array) -> Array:
        return np.array([self.arrays.recession(None, value) for value in y])

    @override
    def compiled(self, y: Array, eta: Array) -> Loss:
        given = self.arrays
        pairs = [(given.plain, PLAIN), (given.smoothed, SMOOTHED), (given.sided, SIDED), (given.kink, KINK)]
        scalars = [(given.link, SCALAR), (given.recession, SCALAR)]
        callbacks = [None if f is None else compile_function(f, signature) for f, signature in pairs + scalars]
        # An address is good as long as its function.
        object.__setattr__(self, "_callbacks", callbacks)
        plain, smoothed, sided, kink, link, recession = (0 if each is None else each.address for each in callbacks)
        nothing = np.zeros(1)
        return Loss(plain, smoothed, sided, kink, 0, 0, 0, link, recession, self.quadratic, self.kinked, nothing)
