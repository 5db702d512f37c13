"""Networks as estimators of a study: one for each objective, with architecture and training as options."""

from __future__ import annotations

import re
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import InputError, bad_value
from simstudy.estimators.capabilities import Accepts, Placement
from simstudy.estimators.input import check_data
from simstudy.estimators.options import Interval
from simstudy.estimators.registry import estimator
from simstudy.families import family as family_named
from simstudy.networks.activations import ACTIVATIONS
from simstudy.networks.architectures import ARCHITECTURES
from simstudy.networks.fit import NetworkFit
from simstudy.networks.losses import LOSSES
from simstudy.networks.objectives import OBJECTIVES, Model
from simstudy.networks.problem import Problem
from simstudy.networks.shapes import SHAPES, parameter_of
from simstudy.networks.training import Settings, Trained, train
from simstudy.penalties import Lasso, Penalty
from simstudy.records import Data, Status

Array = NDArray[np.float64]
Positive = Annotated[float, Interval(0.0)]
Count = Annotated[int, Interval(0, 10_000)]

#: What every estimator here returns besides its network.
ESTIMATES = ("training_loss",)
SHAPED = Accepts("one that networks know", lambda penalty: penalty.name in SHAPES)


def problem_of(
    data: Data, objective: str, family: str, penalty: Penalty | None, architecture: Architecture, steps: int = 1
) -> Problem:
    """An objective at checked data.

    Raises
    ------
    InputError
        Data that are not finite, of disagreeing shapes or outside the family's support; a penalty with weights.
    ConfigError
        A family or a penalty that networks do not know.
    """
    X, y = check_data(data.X, data.y)
    family_named(family).check_response(y)
    used = Lasso(0.0) if penalty is None else penalty
    model = Model(architecture.build(X.shape[1]), LOSSES[family], SHAPES[used.name][1], steps)
    return Problem(model, OBJECTIVES[objective], X, y, used.lam, parameter_of(used))


class Architecture:
    """An architecture before the number of inputs is known.

    Parameters
    ----------
    text : str
        Name, width, depth and, for `mlp`, the activation, such as "mlp 16 1 tanh": units of a hidden layer, and how
        many hidden layers. "deep_linear 6 1" has one hidden linear layer of 6 units, "diagonal 1 4" four factors.
    bias : bool
        Whether the output has a bias.

    Raises
    ------
    InputError
        The text is not of this form, or a number is not positive.
    ConfigError
        An architecture or activation of this name does not exist.
    """

    def __init__(self, text: str, bias: bool) -> None:
        found = re.fullmatch(r"(\w+) ([1-9][0-9]{0,3}) ([1-9][0-9]?)(?: (\w+))?", text)
        if found is None:
            raise InputError(bad_value("network", text, 'name, width, depth and activation, such as "mlp 16 1 tanh"'))
        name, width, depth, activation = found.groups()
        self.make, self.width, self.depth, self.bias = ARCHITECTURES[name], int(width), int(depth), bias
        self.activation = activation or "tanh"
        ACTIVATIONS[self.activation]

    def build(self, p: int) -> object:
        """The architecture for p inputs."""
        return self.make(p, self.width, self.depth, self.activation, self.bias)


def fitted(
    problem: Problem, family: str, penalty: Penalty | None, bias: bool, rng: np.random.Generator, settings: Settings
) -> NetworkFit:
    """The best of several runs, as a Fit: `kkt` is the largest entry of the gradient, `objective` without smoothing."""
    starts = tuple(problem.model.architecture.start(rng) for _ in range(settings.starts))
    found = train(problem, list(starts), settings)
    return as_network(found, problem, family, penalty, bias, starts, settings)


def as_network(
    found: Trained, problem: Problem, family: str, penalty: Penalty | None, bias: bool, starts: tuple[Array, ...],
    settings: Settings,
) -> NetworkFit:  # fmt: skip
    """What training has found, as a Fit."""
    loss = np.nan
    if found.status is not Status.ERROR:
        plain = Problem(problem.model, OBJECTIVES["likelihood"], problem.X, problem.y)
        loss = plain.value(found.theta)
    return NetworkFit(
        objective=found.objective, kkt=found.gradient, status=found.status, message=found.message, n_iter=found.n_iter,
        estimates={"training_loss": loss}, theta=found.theta, family=family, penalty=penalty, has_bias=bias,
        problem=problem, starts=starts, settings=settings,
    )  # fmt: skip


@estimator("network_fgsm", placement=Placement.INSIDE, accepts=SHAPED, estimates=ESTIMATES)
def network_fgsm(
    data: Data, rng: np.random.Generator, *, family: str, fit_intercept: bool, penalty: Penalty,
    network: str = "mlp 16 1 tanh", starts: Count = 3, tolerance: Positive = 1e-6, smoothing: Positive = 1e-3,
) -> NetworkFit:  # fmt: skip
    """FGSM in a network (N1; N11 with another penalty than the LASSO): the loss at inputs moved by one step.

    `smoothing` is the final relative width of absolute values; status NOT_CONVERGED where the gradient is above
    `tolerance`, NO_MINIMISER where all labels are on the right side of the attack (T18), ERROR where the loss is not
    finite.

    Raises
    ------
    InputError
        Data, width, depth or penalty that cannot be.
    ConfigError
        The extra `networks` is not installed, or the family or penalty is unknown to networks.
    """
    shape = Architecture(network, fit_intercept)
    problem = problem_of(data, "fgsm", family, penalty, shape)
    settings = Settings(starts, tolerance, smoothing)
    return fitted(problem, family, penalty, fit_intercept, rng, settings)


@estimator("network_double", placement=Placement.INSIDE, accepts=SHAPED, estimates=ESTIMATES)
def network_double(
    data: Data, rng: np.random.Generator, *, family: str, fit_intercept: bool, penalty: Penalty,
    network: str = "mlp 16 1 tanh", starts: Count = 3, tolerance: Positive = 1e-6, smoothing: Positive = 1e-3,
) -> NetworkFit:  # fmt: skip
    """Double backpropagation (N2): the loss plus |y - mu| times the penalty of the input gradient.

    `smoothing` is the final relative width of absolute values; status NOT_CONVERGED where the gradient is above
    `tolerance`, NO_MINIMISER where all labels are on the right side of the attack (T18), ERROR where the loss is not
    finite.

    Raises
    ------
    InputError
        Data, width, depth or penalty that cannot be.
    ConfigError
        The extra `networks` is not installed, or the family or penalty is unknown to networks.
    """
    shape = Architecture(network, fit_intercept)
    problem = problem_of(data, "double", family, penalty, shape)
    settings = Settings(starts, tolerance, smoothing)
    return fitted(problem, family, penalty, fit_intercept, rng, settings)


@estimator("network_penalized", placement=Placement.OUTSIDE, accepts=SHAPED, estimates=ESTIMATES)
def network_penalized(
    data: Data, rng: np.random.Generator, *, family: str, fit_intercept: bool, penalty: Penalty,
    network: str = "mlp 16 1 tanh", starts: Count = 3, tolerance: Positive = 1e-6, smoothing: Positive = 1e-3,
) -> NetworkFit:  # fmt: skip
    """Weight decay (N4): the loss plus the penalty of the weights, biases free.

    `smoothing` is the final relative width of absolute values; status NOT_CONVERGED where the gradient is above
    `tolerance`, NO_MINIMISER where all labels are on the right side of the attack (T18), ERROR where the loss is not
    finite.

    Raises
    ------
    InputError
        Data, width, depth or penalty that cannot be.
    ConfigError
        The extra `networks` is not installed, or the family or penalty is unknown to networks.
    """
    shape = Architecture(network, fit_intercept)
    problem = problem_of(data, "decay", family, penalty, shape)
    settings = Settings(starts, tolerance, smoothing)
    return fitted(problem, family, penalty, fit_intercept, rng, settings)


@estimator("network_mle", placement=Placement.NONE, estimates=ESTIMATES)
def network_mle(
    data: Data, rng: np.random.Generator, *, family: str, fit_intercept: bool,
    network: str = "mlp 16 1 tanh", starts: Count = 3, tolerance: Positive = 1e-6, smoothing: Positive = 1e-3,
) -> NetworkFit:  # fmt: skip
    """A network of largest likelihood; statuses and errors as `network_fgsm`."""
    shape = Architecture(network, fit_intercept)
    problem = problem_of(data, "likelihood", family, None, shape)
    return fitted(problem, family, None, fit_intercept, rng, Settings(starts, tolerance, smoothing))


@estimator("network_untrained", placement=Placement.INSIDE, accepts=SHAPED, estimates=ESTIMATES)
def network_untrained(
    data: Data, rng: np.random.Generator, *, family: str, fit_intercept: bool, penalty: Penalty,
    network: str = "mlp 16 1 relu",
) -> NetworkFit:  # fmt: skip
    """A network at its random starting parameters, with FGSM's objective there (N8, N10)."""
    shape = Architecture(network, fit_intercept)
    problem = problem_of(data, "fgsm", family, penalty, shape)
    theta = problem.model.architecture.start(rng)
    found = Trained(theta, problem.value(theta), np.nan, Status.OK, "not trained", 0)
    return as_network(found, problem, family, penalty, fit_intercept, (theta,), Settings())
