"""Networks trained by a stated number of steps of Adam: for many inputs, and where training itself is the question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import InputError, bad_value
from simstudy.estimators.capabilities import Placement
from simstudy.estimators.options import Interval
from simstudy.estimators.registry import estimator
from simstudy.networks.engine import engine
from simstudy.networks.estimators import ESTIMATES, SHAPED, Architecture, as_network, problem_of
from simstudy.networks.fit import NetworkFit
from simstudy.networks.objectives import Model, Objective
from simstudy.networks.problem import Problem
from simstudy.networks.training import Settings, Trained
from simstudy.penalties import Lasso, Penalty
from simstudy.records import Data, Status

Array = NDArray[np.float64]
Positive = Annotated[float, Interval(0.0)]
Count = Annotated[int, Interval(0, 1_000_000)]

#: Relative width of absolute values: none that matters, but derivatives exist.
WIDTH = 1e-8
#: Constants of Adam (Kingma & Ba 2015).
FIRST, SECOND, TINY = 0.9, 0.999, 1e-8


@cache
def descender(model: Model, objective: Objective, noisy: bool) -> Callable[..., Any]:
    """Compiled (theta, call, rate, numbers of the steps, key) -> theta after these steps of Adam."""
    jax, np_ = engine()

    def descend(theta: Any, call: Any, rate: Any, numbers: Any, key: Any) -> Any:
        def step(state: Any, number: Any) -> Any:
            theta, first, second = state
            part = call
            if noisy:
                drawn = jax.random.uniform(jax.random.fold_in(key, number), call.X.shape, minval=-1.0, maxval=1.0)
                part = call._replace(noise=drawn)
            fixed = objective.fixed(model, theta, part)
            g = jax.grad(lambda theta: objective.value(model, theta, fixed, part))(theta)
            first, second = FIRST * first + (1.0 - FIRST) * g, SECOND * second + (1.0 - SECOND) * g**2
            ahead = first / (1.0 - FIRST ** (number + 1.0)), second / (1.0 - SECOND ** (number + 1.0))
            return (theta - rate * ahead[0] / (np_.sqrt(ahead[1]) + TINY), first, second), None

        zero = np_.zeros_like(theta)
        return jax.lax.scan(step, (theta, zero, zero), numbers)[0][0]

    return jax.jit(descend)  # type: ignore[no-any-return]


def descended(
    problem: Problem, rng: np.random.Generator, steps: int, rate: float, noisy: bool
) -> tuple[Array, Trained]:
    """Random start and where Adam is after `steps` steps from there."""
    start = problem.model.architecture.start(rng)
    key = engine().jax.random.key(int(rng.integers(2**31)))
    found = descender(problem.model, problem.objective, noisy)(start, problem.call(WIDTH), rate, np.arange(steps), key)
    theta = np.asarray(found)
    objective = problem.value(theta) if np.isfinite(theta).all() else np.nan
    if not np.isfinite(objective):
        return start, Trained(theta, np.nan, np.nan, Status.ERROR, "the loss is not finite", steps)
    gradient = float(np.abs(problem.field(theta, WIDTH)).max())
    said = f"stopped after {steps} steps with largest gradient {gradient:.1e}"
    return start, Trained(theta, objective, gradient, Status.OK, said, steps)


@estimator("network_fgsm_descent", placement=Placement.INSIDE, accepts=SHAPED, estimates=ESTIMATES)
def network_fgsm_descent(
    data: Data, rng: np.random.Generator, *, family: str, fit_intercept: bool, penalty: Penalty,
    network: str = "mlp 16 1 relu", attack_steps: Count = 1, steps: Count = 500, rate: Positive = 0.01,
) -> NetworkFit:  # fmt: skip
    """Adversarial training of a network by steps of Adam: FGSM (N1, N11), or an attack of several steps.

    `attack_steps` above one is the attack of Madry et al. (2018) in l_inf of size lam from a random start of its own in
    each step, and needs the LASSO. Status OK says that all numbers are finite: no minimum is sought, and `kkt` is the
    largest entry of the gradient where it was stopped.

    Raises
    ------
    InputError
        Data, numbers, architecture or penalty that cannot be.
    ConfigError
        The extra `networks` is not installed, or the family, penalty, architecture or activation is unknown.
    """
    for name, value in (("attack_steps", attack_steps), ("steps", steps)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
            raise InputError(bad_value(name, value, "a whole number of at least 1"))
    if attack_steps > 1 and not isinstance(penalty, Lasso):
        raise InputError(bad_value("penalty", penalty.name, "lasso where attack_steps is above 1"))
    shape = Architecture(network, fit_intercept)
    objective = "steps" if attack_steps > 1 else "fgsm"
    problem = problem_of(data, objective, family, penalty, shape, attack_steps)
    if attack_steps > 1:
        problem = replace(problem, noise=rng.uniform(-1.0, 1.0, problem.X.shape))
    start, found = descended(problem, rng, steps, rate, noisy=attack_steps > 1)
    return as_network(found, problem, family, penalty, fit_intercept, (start,), Settings())


@estimator("network_penalized_descent", placement=Placement.OUTSIDE, accepts=SHAPED, estimates=ESTIMATES)
def network_penalized_descent(
    data: Data, rng: np.random.Generator, *, family: str, fit_intercept: bool, penalty: Penalty,
    network: str = "mlp 16 1 relu", steps: Count = 500, rate: Positive = 0.01,
) -> NetworkFit:  # fmt: skip
    """Weight decay (N4) by steps of Adam; options, statuses and errors as `network_fgsm_descent`."""
    shape = Architecture(network, fit_intercept)
    problem = problem_of(data, "decay", family, penalty, shape)
    start, found = descended(problem, rng, steps, rate, noisy=False)
    return as_network(found, problem, family, penalty, fit_intercept, (start,), Settings())
