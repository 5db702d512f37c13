"""Losses of the families as the library differentiates them, and the sign of an attack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simstudy.networks.engine import engine
from simstudy.registry import Registry


@dataclass(frozen=True)
class TracedLoss:
    """A canonical family: loss b(eta) - y eta, in the gaussian family with the y^2 / 2 that makes it a square.

    Attributes
    ----------
    loss : callable
        (y, eta) -> losses, as those of the family of this name.
    mean : callable
        eta -> mu.
    labels : bool
        Whether sign(y - mu) is that of the label, whatever eta is.
    scaled : bool
        Whether the response has a scale, by which outputs and widths are scaled (T13).
    """

    loss: Callable[[Any, Any], Any]
    mean: Callable[[Any], Any]
    labels: bool = False
    scaled: bool = False


# Functions and not the library's own, so that registering them does not load it.
def _sigmoid(eta: Any) -> Any:
    return engine().jax.nn.sigmoid(eta)


def _exp(eta: Any) -> Any:
    return engine().np.exp(eta)


#: Name of a family -> its loss.
LOSSES: Registry[TracedLoss] = Registry("family of a network")
LOSSES.register("gaussian", TracedLoss(lambda y, eta: 0.5 * (y - eta) ** 2, lambda eta: eta, scaled=True))
LOSSES.register(
    "binomial",
    TracedLoss(lambda y, eta: engine().jax.nn.softplus(eta) - y * eta, _sigmoid, labels=True),
)
LOSSES.register("poisson", TracedLoss(lambda y, eta: engine().np.exp(eta) - y * eta, _exp))
