"""A fitted network: a Fit that can be asked for its outputs and input gradients."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import InputError
from simstudy.estimators.fit import Fit
from simstudy.networks.problem import Problem, functions
from simstudy.networks.training import Settings
from simstudy.penalties import Penalty

Array = NDArray[np.float64]


@dataclass(frozen=True)
class NetworkFit(Fit):
    """A network's parameters with what they minimise; only numbers and `estimates` are stored in results.

    Attributes
    ----------
    theta : (size,) array
        Parameters.
    family : str
    penalty : Penalty, optional
    has_bias : bool
        Whether the output has a bias.
    problem : Problem, optional
        The objective at the training data.
    starts : list of (size,) arrays
        Where training started.
    settings : Settings
        How it trained.
    """

    theta: Array = field(default_factory=lambda: np.empty(0))
    family: str = ""
    penalty: Penalty | None = None
    has_bias: bool = True
    problem: Problem | None = None
    starts: tuple[Array, ...] = ()
    settings: Settings = field(default_factory=Settings)

    @property
    def trained(self) -> Problem:
        """The objective at the training data.

        Raises
        ------
        InputError
            The fit has none.
        """
        if self.problem is None:
            raise InputError("this fit has no objective: it was not made by an estimator of networks")
        return self.problem

    def eta(self, X: Array) -> Array:
        """Outputs (n,) at inputs (n, p)."""
        return np.asarray(functions(self.trained.model).output(self.theta, X))

    def input_gradient(self, X: Array) -> Array:
        """Gradients of the output in the inputs, (n, p)."""
        return np.asarray(functions(self.trained.model).slopes(self.theta, X))

    def attack(self) -> Array:
        """Perturbations (n, p) of the training data by one step (N1, N11)."""
        return np.asarray(functions(self.trained.model).attack(self.theta, self.trained.call(0.0)))


def network(fit: object) -> NetworkFit:
    """The fit as that of a network.

    Raises
    ------
    InputError
        It is none.
    """
    if not isinstance(fit, NetworkFit):
        raise InputError("this estimand is a network's, and the fit is none: use an estimator whose name has network_")
    return fit
