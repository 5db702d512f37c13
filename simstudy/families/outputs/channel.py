"""What an output side is given and what it returns (T20)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Truth:
    """The true linear predictor z0 + b0, z0 ~ N(0, rho), and the errors' standard deviation (gaussian)."""

    rho: float
    b0: float = 0.0
    sigma: float = 1.0


@dataclass(frozen=True)
class Overlaps:
    """State of a fit at n/p fixed (T19): m = mean w0 w, q = mean w^2, V its width, P inside the loss, intercept b."""

    m: float
    q: float
    V: float
    P: float
    b: float


@dataclass(frozen=True)
class Hats:
    """What the output side makes of a state (T20).

    Attributes
    ----------
    mh, qh, Vh : float
        Signal, variance and curvature that one coefficient sees.
    kappa : float
        E dl/dP at the fit, the multiplier of the penalty inside the likelihood.
    gap : float
        E g / (Vh / ratio), or a shorter step: Newton's for the intercept, zero where E g = 0.
    """

    mh: float
    qh: float
    Vh: float
    kappa: float
    gap: float


class Output(Protocol):
    """Output side of one family."""

    @property
    def is_exact(self) -> bool:
        """Whether its expectations are in closed form."""

    @property
    def has_labels(self) -> bool:
        """Whether responses are labels, which can be separated, so that a minimiser may not exist (T18, T22)."""

    def hats(self, state: Overlaps, truth: Truth, ratio: float, fineness: int = 1) -> Hats:
        """Output side of T20 at n/p = `ratio`; quadrature steps are divided by `fineness`."""

    def kinks(self, state: Overlaps, truth: Truth) -> float:
        """Share of observations on a kink of the attacked loss."""

    def risk(self, state: Overlaps, truth: Truth, reach: float) -> float:
        """Expected loss of a new observation whose margin an attack lowers by `reach` (T21)."""

    def error(self, state: Overlaps, truth: Truth, reach: float) -> float:
        """Adversarial error of a new observation: mean squared (gaussian), misclassification (binomial) (T21)."""
