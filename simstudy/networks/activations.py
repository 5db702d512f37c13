"""Activation functions of networks, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simstudy.networks.engine import engine
from simstudy.registry import Registry

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Activation:
    """An elementwise function between two layers.

    Attributes
    ----------
    traced : callable
        As the library differentiates it.
    function, slope : callable
        The same and its derivative on numpy arrays, for teachers, which need no library.
    gain : float
        Variance of a starting weight times the layer's number of inputs; 2 for ReLU (He et al. 2015).
    smooth : bool
        Whether the input gradient is continuous, which N5, G and H need.
    """

    traced: Callable[[Any], Any]
    function: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    gain: float
    smooth: bool


ACTIVATIONS: Registry[Activation] = Registry("activation")


# Functions and not the library's own, so that registering them does not load it.
def _tanh(z: Any) -> Any:
    return engine().np.tanh(z)


def _softplus(z: Any) -> Any:
    return engine().jax.nn.softplus(z)


def _relu(z: Any) -> Any:
    return engine().jax.nn.relu(z)


def _sigmoid(z: Array) -> Array:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * z)))


ACTIVATIONS.register("tanh", Activation(_tanh, np.tanh, lambda z: 1.0 - np.tanh(z) ** 2, 1.0, True))
ACTIVATIONS.register(
    "softplus",
    Activation(_softplus, lambda z: np.logaddexp(0.0, z), _sigmoid, 1.0, True),
)
ACTIVATIONS.register(
    "relu",
    Activation(_relu, lambda z: np.maximum(z, 0.0), lambda z: (z > 0.0).astype(float), 2.0, False),
)
