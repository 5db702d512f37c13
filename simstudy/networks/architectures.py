"""Architectures of networks with one output, by name: what a parameter vector means."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import InputError, bad_value
from simstudy.networks.activations import ACTIVATIONS
from simstudy.networks.engine import engine
from simstudy.penalties import ElasticNet, Lr, Penalty
from simstudy.registry import Registry

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Architecture(Protocol):
    """A family of functions f_theta(x) of p inputs; equal ones are equal as keys."""

    smooth: bool

    @property
    def size(self) -> int:
        """Number of parameters."""

    @property
    def weights(self) -> Mask:
        """Which parameters are weights, (size,); the others are biases, which are free."""

    @property
    def last(self) -> Mask:
        """Which parameters belong to the linear last layer, (size,): scaling them scales the function (N9)."""

    def start(self, rng: np.random.Generator) -> Array:
        """Random starting parameters (size,)."""

    def output(self, theta: Any, X: Any) -> Any:
        """Outputs eta (n,) at inputs X (n, p), traced by the library."""


@dataclass(frozen=True)
class Layers:
    """Fully connected layers with one output.

    Parameters
    ----------
    sizes : tuple of int
        Inputs, units of each hidden layer, and one output.
    activation : callable
        Between layers, or None for none.
    gain : float
        Variance of a starting weight is gain / (inputs of its layer).
    hidden_biases, bias : bool
        Whether hidden layers and the output have biases.
    smooth : bool
        Whether the activation is.
    """

    sizes: tuple[int, ...]
    activation: Callable[[Any], Any] | None
    gain: float
    hidden_biases: bool
    bias: bool
    smooth: bool

    @property
    def shapes(self) -> list[tuple[int, int, bool]]:
        """Inputs, outputs and whether there are biases, of each layer."""
        pairs = list(zip(self.sizes[:-1], self.sizes[1:], strict=True))
        return [(*pair, self.bias if k == len(pairs) - 1 else self.hidden_biases) for k, pair in enumerate(pairs)]

    @property
    def size(self) -> int:
        """Number of parameters."""
        return sum(a * b + b * has for a, b, has in self.shapes)

    @property
    def weights(self) -> Mask:
        """Which parameters are weights."""
        return np.concatenate([np.repeat([True, False], [a * b, b * has]) for a, b, has in self.shapes])

    @property
    def last(self) -> Mask:
        """Which parameters belong to the last layer."""
        a, b, has = self.shapes[-1]
        return np.arange(self.size) >= self.size - a * b - b * has

    def start(self, rng: np.random.Generator) -> Array:
        """Normal weights of variance gain / fan-in, biases zero (He et al. 2015)."""
        parts = []
        for a, b, has in self.shapes:
            parts += [math.sqrt(self.gain / a) * rng.standard_normal(a * b), np.zeros(b * has)]
        return np.concatenate(parts)

    def output(self, theta: Any, X: Any) -> Any:
        """Outputs (n,) at inputs (n, p)."""
        place, value = 0, X
        for k, (a, b, has) in enumerate(self.shapes):
            value = value @ theta[place : place + a * b].reshape(a, b)
            place += a * b
            if has:
                value = value + theta[place : place + b]
                place += b
            if self.activation is not None and k < len(self.shapes) - 1:
                value = self.activation(value)
        return value[:, 0]

    def one_layer_decay(self, penalty: Penalty) -> Penalty:
        """There is no known one-layer form of decay in these layers.

        Raises
        ------
        InputError
            Always.
        """
        raise InputError(bad_value("architecture", "layers", f"diagonal: decay {penalty.name} has a form in one layer"))


def deep_linear(p: int, width: int, depth: int, activation: str, bias: bool) -> Layers:  # noqa: ARG001 - one form
    """Linear layers W_L ... W_1 x, with a bias of the output only (N6); `depth` is the number of hidden layers."""
    return Layers((p, *[width] * depth, 1), None, 1.0, False, bias, True)


def mlp(p: int, width: int, depth: int, activation: str, bias: bool) -> Layers:
    """Hidden layers of one width with biases, and a linear output.

    Raises
    ------
    ConfigError
        Unknown activation.
    """
    known = ACTIVATIONS[activation]
    return Layers((p, *[width] * depth, 1), known.traced, known.gain, True, bias, known.smooth)


@dataclass(frozen=True)
class Diagonal:
    """Linear function with slopes that are products, beta_j = prod_l u_lj (N7).

    Parameters
    ----------
    p : int
    depth : int
        Number of factors.
    bias : bool
    """

    smooth: ClassVar[bool] = True
    p: int
    depth: int
    bias: bool

    @property
    def size(self) -> int:
        """Number of parameters."""
        return self.p * self.depth + self.bias

    @property
    def weights(self) -> Mask:
        """All but the bias."""
        return np.arange(self.size) < self.p * self.depth

    @property
    def last(self) -> Mask:
        """The last factors and the bias."""
        return np.arange(self.size) >= self.p * (self.depth - 1)

    def start(self, rng: np.random.Generator) -> Array:
        """Standard normal factors, bias zero."""
        return np.append(rng.standard_normal(self.p * self.depth), np.zeros(int(self.bias)))

    def output(self, theta: Any, X: Any) -> Any:
        """Outputs (n,) at inputs (n, p)."""
        beta = engine().np.prod(theta[: self.p * self.depth].reshape(self.depth, self.p), axis=0)
        return X @ beta + (theta[-1] if self.bias else 0.0)

    def one_layer_decay(self, penalty: Penalty) -> Penalty:
        """The penalty on beta that decay (lam/2) sum_l ||u_l||^2 amounts to: (L lam/2) sum |beta_j|^(2/L) (N7).

        Raises
        ------
        InputError
            The decay is not of this form.
        """
        if penalty != ElasticNet(penalty.lam, 0.0):
            raise InputError(bad_value("penalty", penalty, "elastic_net with alpha = 0, (lam/2) ||u||^2"))
        return Lr(0.5 * self.depth * penalty.lam, 2.0 / self.depth)


def diagonal(p: int, width: int, depth: int, activation: str, bias: bool) -> Diagonal:  # noqa: ARG001 - one form
    """A diagonal linear network of `depth` factors."""
    return Diagonal(p, depth, bias)


#: Name in study files -> builder from (p, width, depth, activation, bias).
ARCHITECTURES: Registry[Callable[[int, int, int, str, bool], Any]] = Registry("architecture")
ARCHITECTURES.register("deep_linear", deep_linear)
ARCHITECTURES.register("diagonal", diagonal)
ARCHITECTURES.register("mlp", mlp)
