"""A response family: functions of (y, eta), with what solvers and theory ask of it, and the registry of families."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import InputError, bad_value
from simstudy.families.population import Population
from simstudy.kernels.arguments import Loss
from simstudy.registry import Registry

Array = NDArray[np.float64]


class Family:
    """A response family; instances hold parameters at most. Functions of arrays are elementwise.

    Attributes
    ----------
    name : str
        Name in study files and in `family=` arguments.
    support : str
        The values that a response may take, in words.
    has_scale : bool
        Whether ``sigma`` is a parameter of the family (phi = sigma^2) or phi is one.
    additive_errors : bool
        Whether a response is eta plus an error, whose law a scenario can choose.
    kinked : bool
        Whether the sign of y - mu, the attack's, depends on eta; for labels it does not.
    quadratic : bool
        Whether the loss is (y - eta)^2 / 2 up to what does not depend on eta.
    needs_exponential_moments : bool
        Whether I is infinite for covariates without exponential moments.
    logistic : bool
        Whether responses are labels with the logit link, for which a prevalence can be asked.
    largest_variance : float
        Bound of the variance function over all eta, infinite where it has none.
    """

    name: ClassVar[str]
    support: ClassVar[str]
    has_scale: ClassVar[bool] = False
    additive_errors: ClassVar[bool] = False
    kinked: ClassVar[bool]
    quadratic: ClassVar[bool] = False
    needs_exponential_moments: ClassVar[bool] = False
    logistic: ClassVar[bool] = False
    largest_variance: ClassVar[float] = np.inf
    _loss: Loss | None = None

    def loss(self, y: Array, eta: Array) -> Array:
        """Loss of each observation: the negative log-likelihood without phi and what does not depend on eta."""
        self._missing("loss")

    def slope(self, y: Array, eta: Array) -> Array:
        """Derivative of the loss in eta, of the sign of mu - y."""
        self._missing("slope")

    def curvature(self, y: Array, eta: Array) -> Array:
        """Second derivative of the loss in eta, >= 0."""
        self._missing("curvature")

    def mean(self, eta: Array) -> Array:
        """Mean of the response, mu."""
        self._missing("mean")

    def link(self, mu: Array) -> Array:
        """The eta of a mean mu."""
        self._missing("link")

    def recession(self, y: Array) -> Array:
        """Direction of eta in which each observation's loss falls for ever: 1, -1, or 0 where it rises both ways."""
        self._missing("recession")

    def in_support(self, y: Array) -> NDArray[np.bool_]:
        """Which responses are finite and in the family's support."""
        self._missing("in_support")

    def sample(self, eta: Array, rng: np.random.Generator, sigma: float = 1.0) -> Array:
        """Draw one response for each linear predictor.

        Parameters
        ----------
        eta : (n,) array
            Linear predictors.
        rng : numpy.random.Generator
            Source of the draws.
        sigma : float
            Square root of the dispersion phi where the family has a scale (gaussian: standard deviation of the
            errors); others ignore it.

        Raises
        ------
        InputError
            A mean is too large for a 64-bit count.
        """
        self._missing("sample")

    def variance(self, eta: Array) -> Array:
        """Variance function: the response's variance divided by phi."""
        self._missing("variance")

    def information(self, eta: Array) -> Array:
        """Mean of the curvature given x, the weight of x x' in I (T5)."""
        self._missing("information")

    def third_derivative(self, eta: Array) -> Array:
        """Derivative of the variance function in eta."""
        self._missing("third_derivative")

    def mean_abs_error(self, eta: Array, sigma: float = 1.0) -> Array:
        """Mean size of the slope given x, for a canonical link ``E[|y - mu| | x]``: the conditional kappa (T5)."""
        self._missing("mean_abs_error")

    def mean_sign(self, eta: Array, sigma: float = 1.0) -> Array:
        """Mean error sign ``E[sign(y - mu) | x]`` with sign(0) = 0 (T5)."""
        self._missing("mean_sign")

    def signed_curvature(self, eta: Array, sigma: float = 1.0) -> Array:
        """``E[sign(y - mu) f''(y, eta) | x]``, the weight of x in V (T5)."""
        self._missing("signed_curvature")

    def density_at_mean(self, eta: Array, sigma: float = 1.0) -> Array:
        """Density of y - mu at zero given x: how often the error's sign changes when mu moves by one.

        Counts meet their mean only where it is whole; averaged over means that are not, the probability
        e^-mu mu^mu / Gamma(mu + 1) of a count equal to mu takes its place.
        """
        self._missing("density_at_mean")

    def kink_curvature(self, eta: Array, sigma: float = 1.0) -> Array:
        """Density of y - mu at zero times dmu/deta times the curvature there: what kinks add to T3's Hessian, by 2P."""
        self._missing("kink_curvature")

    def saturated_loss(self, y: Array) -> Array:
        """Smallest loss of each response over all eta."""
        self._missing("saturated_loss")

    def population(self, eta0: Array, eta: Array, P: float, sigma: float = 1.0) -> Population:
        """Expectations over y of the attacked loss's derivatives at `eta`, the truth being `eta0` (T17)."""
        self._missing("population")

    def jumps(self, largest: float) -> Array:
        """Values of eta, up to `largest`, at which E[sign(y - mu) given x] jumps; none for most families."""
        return np.empty(0)

    def _missing(self, what: str) -> NoReturn:
        raise InputError(f"family {self.name!r} does not give {what}, which is needed here: no law, no result")

    def deviance(self, y: Array, eta: Array) -> Array:
        """Deviance of each observation, ``2 (loss - saturated loss)``, without phi."""
        return 2.0 * (self.loss(y, eta) - self.saturated_loss(y))

    def profiled_deviance(self, deviance: float, n: float) -> float:
        """-2 log L with phi at its maximum likelihood estimate, up to what does not depend on the means.

        Parameters
        ----------
        deviance : float
            Of n observations in all, without phi; positive where the family has a scale.
        n : float
        """
        return self._missing("profiled_deviance") if self.has_scale else deviance

    def dispersion(self, sigma: float) -> float:
        """Dispersion phi, the factor between the response's variance and the variance function."""
        return sigma**2 if self.has_scale else 1.0

    def check_response(self, y: Array) -> None:
        """Refuse responses outside the family's support.

        Raises
        ------
        InputError
            Names the first offending observation, its value and what the family allows.
        """
        inside = self.in_support(y)
        if not inside.all():
            first = int(np.argmin(inside))
            raise InputError(bad_value(f"y[{first}]", float(y[first]), f"{self.support} (family {self.name!r})"))

    def compiled(self, y: Array, eta: Array) -> Loss:
        """Compile what kernels call; y and eta are some responses and predictors on which it can be checked."""
        self._missing("compiled functions")

    def kernel_loss(self, y: Array) -> Loss:
        """The family as kernels see it, compiled at its first use in this process."""
        if self._loss is None:
            # Families are frozen dataclasses.
            object.__setattr__(self, "_loss", self.compiled(y, np.linspace(-1.0, 1.0, y.size)))
        return self._loss  # type: ignore[return-value]


#: Families by name.
FAMILIES: Registry[Family] = Registry("family")

F = TypeVar("F", bound=type[Family])


def register(name: str) -> Callable[[F], F]:
    """Register a family, made without parameters, under a name."""

    def decorate(kind: F) -> F:
        kind.name = name
        FAMILIES.register(name, kind())
        return kind

    return decorate


def family(name: str | Family) -> Family:
    """Family of a name; a family itself is returned as it is.

    Raises
    ------
    ConfigError
        The name is unknown; the message lists the known ones and suggests the nearest.
    """
    return name if isinstance(name, Family) else FAMILIES[name]
