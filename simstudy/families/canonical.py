"""Response families of the canonical GLM as functions of (y, eta) alone.

A response has density proportional to ``exp((y eta - b(eta)) / phi)``; the loss drops phi and what does not depend on
eta, and ``mean``, ``variance`` and ``third_derivative`` are b', b'' and b'''. All are elementwise, neither overflow nor
warn for ``|eta| <= 700``, and lose no relative precision in the tails.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammainc, gammaincc, gammaln, xlogy
from typing_extensions import override

from simstudy.errors import ConfigError, InputError, bad_value, unknown_name
from simstudy.kernels.codes import FamilyCode

Array = NDArray[np.float64]

# From this count on, Stirling's series gives log k! to full precision and avoids the cancellation of gammaln.
STIRLING_FROM = 16.0

# numpy's Poisson generator needs means below the largest 64-bit integer, less ten standard deviations.
LARGEST_POISSON_ETA = 43.0


class Family(ABC):
    """A response family; instances carry no state and live in `FAMILIES`.

    Attributes
    ----------
    name : str
        Name in study files and in `family=` arguments.
    code : int
        Code of the family in compiled kernels.
    support : str
        The values that a response may take, in words.
    has_scale : bool
        Whether ``sigma`` is a parameter of the family (phi = sigma^2) or phi is one.
    """

    name: ClassVar[str]
    code: ClassVar[int]
    support: ClassVar[str]
    has_scale: ClassVar[bool] = False

    @abstractmethod
    def loss(self, y: Array, eta: Array) -> Array:
        """Loss of each observation, ``b(eta) - y eta`` (section 1 of the theory)."""

    @abstractmethod
    def mean(self, eta: Array) -> Array:
        """Mean of the response, ``mu = b'(eta)``."""

    @abstractmethod
    def variance(self, eta: Array) -> Array:
        """Variance function ``b''(eta)``: the response's variance divided by phi."""

    @abstractmethod
    def third_derivative(self, eta: Array) -> Array:
        """Derivative of the variance function, ``b'''(eta)``."""

    @abstractmethod
    def sample(self, eta: Array, rng: np.random.Generator, sigma: float = 1.0) -> Array:
        """Draw one response for each linear predictor.

        Parameters
        ----------
        eta : (n,) array
            Linear predictors.
        rng : numpy.random.Generator
            Source of the draws.
        sigma : float
            Standard deviation of the gaussian errors; other families ignore it.

        Raises
        ------
        InputError
            A Poisson mean is too large for a 64-bit count.
        """

    @abstractmethod
    def mean_abs_error(self, eta: Array, sigma: float = 1.0) -> Array:
        """Mean absolute error ``E[|y - mu| | x]``, the conditional form of kappa (T5)."""

    @abstractmethod
    def mean_sign(self, eta: Array, sigma: float = 1.0) -> Array:
        """Mean error sign ``E[sign(y - mu) | x]`` with sign(0) = 0, the weight of b'' x in V (T5)."""

    @abstractmethod
    def density_at_mean(self, eta: Array, sigma: float = 1.0) -> Array:
        """Density of y - mu at zero given x: how often the error's sign changes when mu moves by one.

        Counts meet their mean only where it is whole; averaged over means that are not, the probability
        e^-mu mu^mu / Gamma(mu + 1) of a count equal to mu takes its place.
        """

    @abstractmethod
    def saturated_loss(self, y: Array) -> Array:
        """Smallest loss of each response, ``min over eta of b(eta) - y eta``."""

    def deviance(self, y: Array, eta: Array) -> Array:
        """Deviance of each observation, ``2 (loss - saturated loss)``, without phi."""
        return 2.0 * (self.loss(y, eta) - self.saturated_loss(y))

    @abstractmethod
    def in_support(self, y: Array) -> NDArray[np.bool_]:
        """Which responses are finite and in the family's support."""

    def dispersion(self, sigma: float) -> float:
        """Dispersion phi, the factor between the response's variance and b''."""
        return sigma**2 if self.has_scale else 1.0

    def check_response(self, y: Array) -> None:
        """Refuse responses outside the family's support.

        Raises
        ------
        InputError
            Names the first offending observation, its value and what the family allows.
        """
        outside = np.flatnonzero(~self.in_support(y))
        if outside.size:
            first = int(outside[0])
            raise InputError(bad_value(f"y[{first}]", float(y[first]), f"{self.support} (family {self.name!r})"))


@dataclass(frozen=True)
class Gaussian(Family):
    """Normal errors with standard deviation sigma: b(eta) = eta^2 / 2, phi = sigma^2."""

    name: ClassVar[str] = "gaussian"
    code: ClassVar[int] = int(FamilyCode.GAUSSIAN)
    support: ClassVar[str] = "a finite number"
    has_scale: ClassVar[bool] = True

    @override
    def loss(self, y: Array, eta: Array) -> Array:
        return eta * (0.5 * eta - y)

    @override
    def mean(self, eta: Array) -> Array:
        return eta

    @override
    def variance(self, eta: Array) -> Array:
        return np.ones_like(eta)

    @override
    def third_derivative(self, eta: Array) -> Array:
        return np.zeros_like(eta)

    @override
    def sample(self, eta: Array, rng: np.random.Generator, sigma: float = 1.0) -> Array:
        return eta + sigma * rng.standard_normal(eta.shape)

    @override
    def mean_abs_error(self, eta: Array, sigma: float = 1.0) -> Array:
        return np.full_like(eta, sigma * np.sqrt(2.0 / np.pi))

    @override
    def mean_sign(self, eta: Array, sigma: float = 1.0) -> Array:
        return np.zeros_like(eta)

    @override
    def density_at_mean(self, eta: Array, sigma: float = 1.0) -> Array:
        return np.full_like(eta, 1.0 / (sigma * np.sqrt(2.0 * np.pi)))

    @override
    def saturated_loss(self, y: Array) -> Array:
        return -0.5 * y**2

    @override
    def in_support(self, y: Array) -> NDArray[np.bool_]:
        return np.isfinite(y)


@dataclass(frozen=True)
class Binomial(Family):
    """Labels 0 and 1 with the logit link: b(eta) = log(1 + e^eta), phi = 1."""

    name: ClassVar[str] = "binomial"
    code: ClassVar[int] = int(FamilyCode.BINOMIAL)
    support: ClassVar[str] = "0 or 1"

    @override
    def loss(self, y: Array, eta: Array) -> Array:
        # log(1 + e^eta) = max(eta, 0) + log(1 + e^-|eta|); taking y eta off the maximum first keeps the small losses.
        hinge = np.where(eta > 0.0, (1.0 - y) * eta, -y * eta)
        loss: Array = hinge + np.log1p(np.exp(-np.abs(eta)))
        return loss

    @override
    def mean(self, eta: Array) -> Array:
        mu: Array = expit(eta)
        return mu

    @override
    def variance(self, eta: Array) -> Array:
        product: Array = expit(eta) * expit(-eta)
        return product

    @override
    def third_derivative(self, eta: Array) -> Array:
        return -self.variance(eta) * np.tanh(0.5 * eta)

    @override
    def sample(self, eta: Array, rng: np.random.Generator, sigma: float = 1.0) -> Array:
        return (rng.random(eta.shape) < self.mean(eta)).astype(np.float64)

    @override
    def mean_abs_error(self, eta: Array, sigma: float = 1.0) -> Array:
        return 2.0 * self.variance(eta)

    @override
    def mean_sign(self, eta: Array, sigma: float = 1.0) -> Array:
        # 2 mu - 1, without its cancellation at eta = 0.
        return np.tanh(0.5 * eta)

    @override
    def density_at_mean(self, eta: Array, sigma: float = 1.0) -> Array:
        return np.zeros_like(eta)

    @override
    def saturated_loss(self, y: Array) -> Array:
        return np.zeros_like(y)

    @override
    def in_support(self, y: Array) -> NDArray[np.bool_]:
        return np.isin(y, (0.0, 1.0))


@dataclass(frozen=True)
class Poisson(Family):
    """Counts with the log link: b(eta) = e^eta, phi = 1."""

    name: ClassVar[str] = "poisson"
    code: ClassVar[int] = int(FamilyCode.POISSON)
    support: ClassVar[str] = "a count 0, 1, 2, ..."

    @override
    def loss(self, y: Array, eta: Array) -> Array:
        return np.exp(eta) - y * eta

    @override
    def mean(self, eta: Array) -> Array:
        return np.exp(eta)

    @override
    def variance(self, eta: Array) -> Array:
        return np.exp(eta)

    @override
    def third_derivative(self, eta: Array) -> Array:
        return np.exp(eta)

    @override
    def sample(self, eta: Array, rng: np.random.Generator, sigma: float = 1.0) -> Array:
        largest = float(np.max(eta, initial=-np.inf))
        if not largest <= LARGEST_POISSON_ETA:
            raise InputError(bad_value("eta", largest, f"at most {LARGEST_POISSON_ETA:g} to draw Poisson counts"))
        return rng.poisson(np.exp(eta)).astype(np.float64)

    @override
    def mean_abs_error(self, eta: Array, sigma: float = 1.0) -> Array:
        # E|Y - mu| = 2 mu P(Y = floor(mu)) (de Moivre).
        return 2.0 * np.exp(eta + _log_probability_of_floor(eta))

    @override
    def mean_sign(self, eta: Array, sigma: float = 1.0) -> Array:
        mu = np.exp(eta)
        # P(Y >= k) = gammainc(k, mu); a mean that underflows to zero keeps its limit, -1.
        above: Array = gammainc(np.floor(mu) + 1.0, mu)
        below: Array = gammaincc(np.maximum(np.ceil(mu), 1.0), mu)
        return above - below

    @override
    def density_at_mean(self, eta: Array, sigma: float = 1.0) -> Array:
        mu = np.exp(eta)
        few = np.minimum(mu, STIRLING_FROM)
        reciprocal = 1.0 / np.maximum(mu, STIRLING_FROM)
        series = reciprocal * (1 / 12 - reciprocal**2 / 360)
        stirling = 0.5 * np.log(reciprocal / (2.0 * np.pi)) - series
        density: Array = np.exp(np.where(mu < STIRLING_FROM, few * eta - few - gammaln(few + 1.0), stirling))
        return density

    @override
    def saturated_loss(self, y: Array) -> Array:
        return y - xlogy(y, y)

    @override
    def in_support(self, y: Array) -> NDArray[np.bool_]:
        count: NDArray[np.bool_] = np.isfinite(y) & (y >= 0.0) & (y == np.floor(y))
        return count


def _log_probability_of_floor(eta: Array) -> Array:
    """Log of P(Y = floor(mu)) for Y ~ Poisson(mu), mu = e^eta."""
    mu = np.exp(eta)
    k = np.floor(mu)
    few = np.minimum(k, STIRLING_FROM)
    many = np.maximum(k, STIRLING_FROM)
    excess = np.maximum(mu - many, 0.0)
    reciprocal = 1.0 / many
    square = reciprocal * reciprocal
    series = reciprocal * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)))
    stirling = many * np.log1p(excess / many) - excess - series - 0.5 * np.log(2.0 * np.pi * many)
    log_probability: Array = np.where(k < STIRLING_FROM, few * eta - mu - gammaln(few + 1.0), stirling)
    return log_probability


#: Name -> family.
FAMILIES: dict[str, Family] = {each.name: each for each in (Gaussian(), Binomial(), Poisson())}


def family(name: str) -> Family:
    """Family of a name.

    Raises
    ------
    ConfigError
        The name is unknown; the message lists the known ones and suggests the nearest.
    """
    if name not in FAMILIES:
        raise ConfigError(unknown_name("family", name, FAMILIES))
    return FAMILIES[name]
