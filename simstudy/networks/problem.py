"""A network, data and an objective: what is minimised, compiled once for each shape."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simstudy.networks.engine import engine
from simstudy.networks.objectives import Call, Model, Objective, attack, slopes

Array = NDArray[np.float64]


class Compiled(NamedTuple):
    """Functions of (theta, call), differentiated and compiled by the library."""

    total: Any
    field: Any
    jacobian: Any
    margins: Any


@cache
def compiled(model: Model, objective: Objective) -> Compiled:
    """The objective with its own gradient, the gradient with what is held fixed (N1), the latter's derivative."""
    jax = engine().jax

    def total(theta: Any, call: Call) -> Any:
        return objective.value(model, theta, objective.fixed(model, theta, call), call)

    def field(theta: Any, call: Call) -> Any:
        fixed = objective.fixed(model, theta, call)
        return jax.grad(lambda theta: objective.value(model, theta, fixed, call))(theta)

    def margins(theta: Any, call: Call) -> Any:
        fixed = objective.fixed(model, theta, call)
        X = call.X + fixed if isinstance(fixed, jax.Array) else call.X
        return (2.0 * call.y - 1.0) * model.architecture.output(theta, X)

    return Compiled(jax.jit(jax.value_and_grad(total)), jax.jit(field), jax.jit(jax.jacfwd(field)), jax.jit(margins))


class Functions(NamedTuple):
    """Functions of (theta, X) and of (theta, call) that do not depend on an objective."""

    output: Any
    slopes: Any
    attack: Any
    jacobian: Any
    slope_sum_gradients: Any


@cache
def functions(model: Model) -> Functions:
    """Outputs, input gradients, attacks, and the derivatives in theta that N5 is made of."""
    jax = engine().jax
    output = model.architecture.output

    def of_one(theta: Any, x: Any) -> Any:
        return output(theta, x[None, :])[0]

    def slope_sum(theta: Any, x: Any) -> Any:
        return abs(jax.grad(of_one, 1)(theta, x)).sum()

    return Functions(
        jax.jit(output),
        jax.jit(lambda theta, X: slopes(model, theta, X)),
        jax.jit(lambda theta, call: attack(model, theta, call)),
        jax.jit(jax.vmap(jax.grad(of_one), (None, 0))),
        jax.jit(jax.vmap(jax.grad(slope_sum), (None, 0))),
    )


@dataclass(frozen=True, eq=False)
class Problem:
    """An objective at data.

    Parameters
    ----------
    model : Model
    objective : Objective
    X : (n, p) array
    y : (n,) array
    lam, parameter : float
        Level and parameter of the penalty.
    kappa : float
        Factor of H.
    noise : (n, p) array
        Random start of an attack of several steps, in units of lam.
    """

    model: Model
    objective: Objective
    X: Array
    y: Array
    lam: float = 0.0
    parameter: float = 0.0
    kappa: float = 1.0
    noise: Array | None = None

    @property
    def scale(self) -> float:
        """Unit of the response: mean|y - mean(y)| where it has a scale (T13), else 1."""
        size = float(np.abs(self.y - self.y.mean()).mean())
        return size if self.model.loss.scaled and size > 0.0 else 1.0

    @property
    def units(self) -> Array:
        """Unit of each parameter, (size,): the response's in the last layer (N9), else 1."""
        return np.where(self.model.architecture.last, self.scale, 1.0)

    def call(self, width: float) -> Call:
        """The numbers at a relative width, which is on the scale of the response and of the inputs."""
        spread = float(np.sqrt(np.mean(self.X.var(axis=0)))) or 1.0
        noise = np.zeros((1, 1)) if self.noise is None else self.noise
        widths = (width * self.scale, width * self.scale / spread, width)
        return Call(self.X, self.y, self.lam, self.parameter, self.kappa, noise, *widths)

    def total(self, theta: Array, width: float) -> tuple[float, Array]:
        """Smoothed objective and its gradient, per unit of the response and of each parameter."""
        value, gradient = compiled(self.model, self.objective).total(theta, self.call(width))
        return float(value) / self.scale**2, np.asarray(gradient) * self.units / self.scale**2

    def field(self, theta: Array, width: float) -> Array:
        """Gradient with what is held fixed, in the same units: what a stationary point has zero."""
        found = compiled(self.model, self.objective).field(theta, self.call(width))
        return np.asarray(found) * self.units / self.scale**2

    def jacobian(self, theta: Array, width: float) -> Array:
        """Derivative of `field` in the units of the parameters."""
        found = np.asarray(compiled(self.model, self.objective).jacobian(theta, self.call(width)))
        return found * np.outer(self.units, self.units) / self.scale**2

    def value(self, theta: Array) -> float:
        """The objective itself, without smoothing."""
        return float(compiled(self.model, self.objective).total(theta, self.call(0.0))[0])

    def is_separated(self, theta: Array) -> bool:
        """Whether every label is on the right side of the attack, so that no minimiser exists (T18)."""
        if not (self.model.loss.labels and self.objective.vanishes):
            return False
        return bool(np.asarray(compiled(self.model, self.objective).margins(theta, self.call(0.0))).min() > 0.0)
