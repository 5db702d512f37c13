"""Penalties as the library differentiates them: p_lam(t) for t > 0, lam and parameters being numbers of the call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simstudy.errors import InputError, bad_value
from simstudy.networks.engine import engine
from simstudy.penalties import Penalty
from simstudy.registry import Registry

#: (lam, parameter, t) -> p_lam(t).
Shape = Callable[[Any, Any, Any], Any]


def _scad(lam: Any, a: Any, t: Any) -> Any:
    np = engine().np
    middle = (2.0 * a * lam * t - t**2 - lam**2) / (2.0 * (a - 1.0))
    return np.where(t <= lam, lam * t, np.where(t <= a * lam, middle, 0.5 * (a + 1.0) * lam**2))


def _mcp(lam: Any, g: Any, t: Any) -> Any:
    return engine().np.where(t <= g * lam, lam * t - t**2 / (2.0 * g), 0.5 * g * lam**2)


#: Name of a penalty -> its parameter besides lam, empty for none, and its shape.
SHAPES: Registry[tuple[str, Shape]] = Registry("penalty of a network")
SHAPES.register("lasso", ("", lambda lam, _, t: lam * t))
SHAPES.register("lr", ("r", lambda lam, r, t: lam * t**r))
SHAPES.register("elastic_net", ("alpha", lambda lam, alpha, t: lam * (alpha * t + 0.5 * (1.0 - alpha) * t**2)))
SHAPES.register("scad", ("a", _scad))
SHAPES.register("mcp", ("g", _mcp))


def parameter_of(penalty: Penalty) -> float:
    """The penalty's parameter besides lam, 0 where it has none.

    Raises
    ------
    ConfigError
        The penalty has no shape here.
    InputError
        It has weights, which are those of the slopes of one layer.
    """
    name, _ = SHAPES[penalty.name]
    weights: object = getattr(penalty, "weights", None)
    if weights is not None:
        raise InputError(bad_value("weights", weights, "left out in a network"))
    return float(getattr(penalty, name)) if name else 0.0
