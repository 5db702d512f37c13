"""What a network minimises (N1-N4, N11): a mean over observations, and what is held fixed when it is differentiated.

All absolute values are smoothed: |t| is sqrt(t^2 + w^2) with a width w that the caller lets go to zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from simstudy.estimators.capabilities import Placement
from simstudy.networks.engine import engine
from simstudy.networks.losses import TracedLoss
from simstudy.networks.shapes import Shape
from simstudy.registry import Registry


class Model(NamedTuple):
    """What does not change within a fit: the network, its family, the penalty's shape, and steps of the attack."""

    architecture: Any
    loss: TracedLoss
    shape: Shape
    steps: int


class Call(NamedTuple):
    """Numbers of a fit: data, level and parameter of the penalty, and widths.

    `kappa` is that of H, `noise` (n, p) in [-1, 1] a random start of the attack in units of lam, `w_residual`,
    `w_slope` and `w_weight` the widths on the scales of y - mu, of the input gradient and of weights.
    """

    X: Any
    y: Any
    lam: Any
    parameter: Any
    kappa: Any
    noise: Any
    w_residual: Any
    w_slope: Any
    w_weight: Any


@dataclass(frozen=True)
class Objective:
    """An objective of the parameters.

    Attributes
    ----------
    fixed : callable
        (model, theta, call) -> what is held fixed when theta is differentiated.
    value : callable
        (model, theta, fixed, call) -> the objective.
    placement : Placement
        Where its penalty acts.
    vanishes : bool
        Whether it falls to zero along the last layer once all labels are on the right side of the attack (T18).
    one_layer : str
        Estimator that minimises the same in one layer, empty for none.
    """

    fixed: Callable[[Model, Any, Call], Any]
    value: Callable[[Model, Any, Any, Call], Any]
    placement: Placement
    vanishes: bool
    one_layer: str = ""


def slopes(model: Model, theta: Any, X: Any) -> Any:
    """Input gradients (n, p)."""
    return engine().jax.grad(lambda X: model.architecture.output(theta, X).sum())(X)


def signs(model: Model, eta: Any, call: Call) -> Any:
    """Sign of y - mu, smoothed where it depends on eta."""
    if model.loss.labels:
        return 2.0 * call.y - 1.0
    residual = call.y - model.loss.mean(eta)
    size = engine().np.sqrt(residual**2 + call.w_residual**2)
    return residual / engine().np.where(size > 0.0, size, 1.0)


def distances(model: Model, eta: Any, call: Call) -> Any:
    """Size of y - mu, smoothed."""
    residual = call.y - model.loss.mean(eta)
    return abs(residual) if model.loss.labels else engine().np.sqrt(residual**2 + call.w_residual**2)


def total_penalty(model: Model, t: Any, width: Any, call: Call) -> Any:
    """Sum of p_lam(|t|) over the last axis, zero at t = 0."""
    size = engine().np.sqrt(t**2 + width**2)
    return (model.shape(call.lam, call.parameter, size) - model.shape(call.lam, call.parameter, width)).sum(axis=-1)


def direction(model: Model, g: Any, call: Call) -> Any:
    """Sign(g) p_lam(|g|) / |g| (N11), lam sign(g) for the LASSO; zero where g is."""
    square = g**2 + call.w_slope**2
    safe = engine().np.where(square > 0.0, square, 1.0)
    ratio = model.shape(call.lam, call.parameter, engine().np.sqrt(safe)) / safe
    return engine().np.where(square > 0.0, g * ratio, 0.0)


def attack(model: Model, theta: Any, call: Call) -> Any:
    """Perturbations d (n, p) of one step (N1, N11)."""
    eta, g = model.architecture.output(theta, call.X), slopes(model, theta, call.X)
    return -signs(model, eta, call)[:, None] * direction(model, g, call)


def steps(model: Model, theta: Any, call: Call) -> Any:
    """Perturbations of several steps of size 2.5 lam / k, kept within lam, from a random start (Madry et al. 2018)."""
    size = 2.5 * call.lam / model.steps

    def step(_: Any, d: Any) -> Any:
        X = call.X + d
        g = slopes(model, theta, X)
        s = signs(model, model.architecture.output(theta, X), call)[:, None]
        sign = g / engine().np.sqrt(g**2 + engine().np.maximum(call.w_slope, 1e-150) ** 2)
        return engine().np.clip(d - size * s * sign, -call.lam, call.lam)

    return engine().jax.lax.fori_loop(0, model.steps, step, call.lam * call.noise)


def nothing(model: Model, theta: Any, call: Call) -> tuple[()]:  # noqa: ARG001 - one form for all objectives
    """Nothing is held fixed."""
    return ()


def likelihood(model: Model, theta: Any, fixed: Any, call: Call) -> Any:  # noqa: ARG001 - one form for all objectives
    """Mean loss."""
    return model.loss.loss(call.y, model.architecture.output(theta, call.X)).mean()


def attacked(model: Model, theta: Any, fixed: Any, call: Call) -> Any:
    """Mean loss at perturbed inputs (N1)."""
    return model.loss.loss(call.y, model.architecture.output(theta, call.X + fixed)).mean()


def double(model: Model, theta: Any, fixed: Any, call: Call) -> Any:  # noqa: ARG001 - one form for all objectives
    """Mean loss plus |y - mu| times the penalty of the input gradient (N2)."""
    eta, g = model.architecture.output(theta, call.X), slopes(model, theta, call.X)
    pressed = distances(model, eta, call) * total_penalty(model, g, call.w_slope, call)
    return (model.loss.loss(call.y, eta) + pressed).mean()


def outside(model: Model, theta: Any, fixed: Any, call: Call) -> Any:  # noqa: ARG001 - one form for all objectives
    """Mean loss plus kappa times the penalty of the input gradient (N3)."""
    eta, g = model.architecture.output(theta, call.X), slopes(model, theta, call.X)
    return (model.loss.loss(call.y, eta) + call.kappa * total_penalty(model, g, call.w_slope, call)).mean()


def decayed(model: Model, theta: Any, fixed: Any, call: Call) -> Any:
    """Mean loss plus the penalty of the weights, biases free (N4)."""
    weights = theta[model.architecture.weights]
    return likelihood(model, theta, fixed, call) + total_penalty(model, weights, call.w_weight, call)


OBJECTIVES: Registry[Objective] = Registry("objective")
OBJECTIVES.register("likelihood", Objective(nothing, likelihood, Placement.NONE, True, "mle"))
OBJECTIVES.register("fgsm", Objective(attack, attacked, Placement.INSIDE, True, "fgsm"))
OBJECTIVES.register("steps", Objective(steps, attacked, Placement.INSIDE, True))
OBJECTIVES.register("double", Objective(nothing, double, Placement.INSIDE, True, "fgsm"))
OBJECTIVES.register("outside", Objective(nothing, outside, Placement.OUTSIDE, False))
OBJECTIVES.register("decay", Objective(nothing, decayed, Placement.OUTSIDE, False, "penalized"))
