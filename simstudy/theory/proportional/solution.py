"""A solution of the state evolution with everything that it predicts of a fit (T20, T21)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from simstudy.errors import ConfigError, bad_value
from simstudy.families.outputs import Hats, Overlaps
from simstudy.theory.proportional.evolution import threshold
from simstudy.theory.proportional.model import Model
from simstudy.theory.proportional.prior import zero_probability

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class CoefficientLaw:
    """Law of w = sqrt(p) betahat_j: S(h, threshold) / denominator with h ~ N(center, spread^2) (T21).

    Attributes
    ----------
    center, spread, threshold, denominator : float
    """

    center: float
    spread: float
    threshold: float
    denominator: float

    @property
    def p_zero(self) -> float:
        """P(w = 0), the atom."""
        return float(zero_probability(np.array([self.center]), self.spread**2, self.threshold)[0])

    def cdf(self, w: ArrayLike) -> FloatArray:
        """P(W <= w), the atom at zero included."""
        w = np.asarray(w, dtype=float)
        h = self.denominator * w + np.where(w >= 0.0, self.threshold, -self.threshold)
        return np.asarray(ndtr((h - self.center) / self.spread))

    def sample(self, size: int, rng: np.random.Generator) -> FloatArray:
        """Independent draws (size,)."""
        h = self.center + self.spread * rng.standard_normal(size)
        return np.sign(h) * np.maximum(np.abs(h) - self.threshold, 0.0) / self.denominator


@dataclass(frozen=True)
class ProportionalLaw:
    """Exact law of an estimator in the limit n, p -> infinity with n/p fixed (T20); scales as in T19.

    w = sqrt(p) betahat_j and w0 = sqrt(p) beta0_j are of order one.

    Attributes
    ----------
    ratio : float
        n/p.
    error : float
        mean (w - w0)^2 = ||betahat - beta0||^2.
    m, q, V : float
        mean w0 w, mean w^2, and the width of T20.
    mh, qh, Vh : float
        Their hats: a coefficient is seen through h ~ N(mh w0, qh), with curvature Vh.
    P : float
        P_lam(betahat), wherever the estimator has its penalty.
    kappa : float
        E dl/dP at the fit: the dispersion of the attacked fit, for T4 and the MLE E|g|.
    intercept : float
        The fitted intercept; 0 without one.
    kinks : float
        Share of observations on a kink; 0 but for gaussian FGSM, where their residuals are zero.
    p_zero : (k,) float array
        P(betahat_j = 0) given each atom of the prior; for a normal prior one number, marginally.
    residual : float
        Largest change by one more step of T20 in (m / sqrt q, log q, log V, log P, b / sqrt(1 + q)).
    quadrature_error : float
        Estimated error of the solution in the same coordinates by quadrature: one Newton step with the quadrature step
        halved. Zero in the gaussian family, whose expectations are in closed form.
    """

    model: Model
    state: Overlaps
    hats: Hats
    y: FloatArray
    P: float
    residual: float
    quadrature_error: float

    @property
    def ratio(self) -> float:
        """n/p."""
        return self.model.ratio

    @property
    def m(self) -> float:
        """Mean w0 w."""
        return self.state.m

    @property
    def q(self) -> float:
        """Mean w^2."""
        return self.state.q

    @property
    def V(self) -> float:  # noqa: N802 - the theory's name
        """Width of T20."""
        return self.state.V

    @property
    def mh(self) -> float:
        """Signal that one coefficient sees."""
        return self.hats.mh

    @property
    def qh(self) -> float:
        """Variance of the noise that one coefficient sees."""
        return self.hats.qh

    @property
    def Vh(self) -> float:  # noqa: N802 - the theory's name
        """Curvature that one coefficient sees."""
        return self.hats.Vh

    @property
    def kappa(self) -> float:
        """E dl/dP at the fit."""
        return self.hats.kappa

    @property
    def intercept(self) -> float:
        """Fitted intercept, 0 without one."""
        return self.state.b if self.model.has_intercept else 0.0

    @property
    def error(self) -> float:
        """||betahat - beta0||^2."""
        return self.model.truth.rho - 2 * self.m + self.q

    @cached_property
    def kinks(self) -> float:
        """Share of observations on a kink."""
        return self.model.output.kinks(self.state, self.model.truth)

    @cached_property
    def p_zero(self) -> FloatArray:
        """P(betahat_j = 0) given each atom."""
        return self.model.prior.p_zero(self.mh, self.qh, threshold(self.model, self.hats)[0])

    def coefficient(self, w0: float) -> CoefficientLaw:
        """Law of sqrt(p) betahat_j given sqrt(p) beta0_j = `w0`, with its atom at zero (T21)."""
        mu, D = threshold(self.model, self.hats)
        return CoefficientLaw(self.mh * w0, math.sqrt(self.qh), mu, D)

    @property
    def _selected(self) -> tuple[float, float]:
        """P(w != 0), and P(w != 0 and w0 = 0)."""
        mu, _ = threshold(self.model, self.hats)
        null = 1.0 - float(zero_probability(np.zeros(1), self.qh, mu)[0])
        return self.model.prior.moments(self.mh, self.qh, mu).active, self.model.prior.null_share * null

    @property
    def power(self) -> float:
        """Share of the nonzero coefficients that are selected (TPP); NaN where all are zero."""
        selected, false = self._selected
        signals = 1.0 - self.model.prior.null_share
        return (selected - false) / signals if signals > 0.0 else math.nan

    @property
    def fdp(self) -> float:
        """Share of the selected coefficients that are zero in truth."""
        selected, false = self._selected
        return false / selected if selected > 0.0 else 0.0

    @property
    def mean_abs(self) -> float:
        """mean|w| = ||betahat||_1 / sqrt(p)."""
        mu, D = threshold(self.model, self.hats)
        return self.model.prior.moments(self.mh, self.qh, mu).absolute / D

    def prediction_risk(self, level: float = 0.0) -> float:
        """Expected loss of a new observation under an l_inf attack of size level / sqrt(p) (T21).

        Parameters
        ----------
        level : float
            On the scale c of T19; 0 is no attack.

        Returns
        -------
        float
            Gaussian E (|y - eta| + level mean|w|)^2 / 2; binomial E log(1 + exp(level mean|w| - yt eta)).

        Raises
        ------
        ConfigError
            The level is negative.
        """
        return self.model.output.risk(self.state, self.model.truth, self._reach(level))

    def adversarial_error(self, level: float = 0.0) -> float:
        """Error of a new observation under an l_inf attack of size level / sqrt(p) (T21).

        Parameters
        ----------
        level : float
            On the scale c of T19; 0 is no attack.

        Returns
        -------
        float
            Gaussian E (|y - eta| + level mean|w|)^2; binomial P(yt eta < level mean|w|).

        Raises
        ------
        ConfigError
            The level is negative.
        """
        return self.model.output.error(self.state, self.model.truth, self._reach(level))

    def misclassification(self) -> float:
        """P(yt eta < 0) of a new observation (T21); ConfigError where responses are no labels."""
        if not self.model.output.has_labels:
            raise ConfigError(bad_value("family", type(self.model.output).__name__, "one whose responses are labels"))
        return self.adversarial_error()

    def _reach(self, level: float) -> float:
        if not (np.isfinite(level) and level >= 0.0):
            raise ConfigError(bad_value("level", level, "a finite number >= 0"))
        return level * self.mean_abs
