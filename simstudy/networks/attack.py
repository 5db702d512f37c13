"""Attacks on a function of inputs: the nearest point of its boundary, and k steps within a cube.

`nearest` begins on the ray to the datum that is farthest on the other side, where there is one, and else as DeepFool
(Moosavi-Dezfooli et al. 2016) until a ray crosses the boundary. Then it is the iteration of Hasofer & Lind (1974) and
Rackwitz & Fiessler (1978): project the data on the boundary as it is linearised at the nearest point known (G1), and
look for the first crossing of the rays to points on the way there; the shortest counts. Exact for linear functions,
an upper bound of the distance for others.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import InputError, bad_value
from simstudy.networks.engine import engine

Array = NDArray[np.float64]

#: Norms of a change of the inputs, by name in messages.
NORMS = {"l_2": 2.0, "l_inf": float("inf")}
#: Linearisations, points of a ray that are looked at first, multiples of its length up to which, halvings between two.
ROUNDS, POINTS, REACH, HALVINGS = 15, 20, 2.5, 25
#: Parts of the way to the projection.
PARTS = (1.0, 0.5, 0.2, 0.05)


def dual(g: Any, norm: float) -> Any:
    """The shortest changes (n, p) along which linear functions of slopes g (n, p) rise by one; zero where g is."""
    np_ = engine().np
    length = abs(g).sum(1, keepdims=True) if norm == np.inf else (g**2).sum(1, keepdims=True)
    return (np_.sign(g) if norm == np.inf else g) / np_.where(length > 0.0, length, 1.0)


def size(d: Any, norm: float) -> Any:
    """Norms (n,) of changes (n, p)."""
    return abs(d).max(1) if norm == np.inf else engine().np.sqrt((d**2).sum(1))


def crossing(beyond: Callable[[Any], Any], X: Any, d: Any) -> Any:
    """The shortest change along rays d (n, p) from X at which `beyond` is true; infinite where it is nowhere."""
    jax, np_ = engine()
    places = (np_.arange(1, POINTS + 1) * (REACH / POINTS)).astype(X.dtype)
    over = jax.lax.map(lambda t: beyond(X + t * d), places)
    high = places[np_.argmax(over, axis=0)]

    def halve(_: Any, ends: Any) -> Any:
        low, high = ends
        middle = 0.5 * (low + high)
        there = beyond(X + middle[:, None] * d)
        return np_.where(there, low, middle), np_.where(there, middle, high)

    _, t = jax.lax.fori_loop(0, HALVINGS, halve, (high - places[0], high))
    return np_.where(over.any(axis=0)[:, None], t[:, None] * d, np_.inf)


@cache
def searcher(output: Callable[[Any, Any], Any], norm: float) -> Callable[[Any, Any], Any]:
    """Compiled (arguments, X) -> changes (n, p) to the boundary and lengths (n,), infinite where none is found."""
    jax, np_ = engine()

    def search(arguments: Any, X: Any) -> Any:
        values = output(arguments, X)

        def beyond(points: Any) -> Any:
            return (output(arguments, points) > 0.0) != (values > 0.0)

        def go(_: Any, state: Any) -> Any:
            point, best = state
            f = output(arguments, point)
            slope = jax.grad(lambda x: output(arguments, x).sum())(point)
            unit = dual(slope, norm)
            d = -(f + (slope * (X - point)).sum(1))[:, None] * unit
            before = np_.where(np_.isfinite(best), best, 0.0)
            rays = np_.stack([before + part * (d - before) for part in PARTS])
            changes = np_.stack([best, *jax.lax.map(lambda ray: crossing(beyond, X, ray), rays)])
            which = np_.argmin(np_.stack([size(each, norm) for each in changes]), axis=0)
            best = np_.take_along_axis(changes, which[None, :, None], 0)[0]
            return np_.where(np_.isfinite(best), X + best, point - f[:, None] * unit), best

        farthest = X[np_.where(values > 0.0, np_.argmin(values), np_.argmax(values))]
        best = crossing(beyond, X, farthest - X)
        _, best = jax.lax.fori_loop(0, ROUNDS, go, (np_.where(np_.isfinite(best), X + best, X), best))
        return best, size(best, norm)

    return jax.jit(search)  # type: ignore[no-any-return]


def nearest(output: Callable[[Any, Any], Any], arguments: Any, X: Any, norm: float = 2.0) -> tuple[Array, Array]:
    """Changes of data to the boundary of a function, and their lengths.

    Parameters
    ----------
    output : callable
        (arguments, X) -> (n,), traced by the library; the same object for the same function.
    arguments : pytree
        What else it depends on.
    X : (n, p) array
    norm : {2, inf}

    Returns
    -------
    (n, p) array, (n,) array
        Infinite where no change of sign was found.

    Raises
    ------
    InputError
        Another norm.
    """
    if norm not in NORMS.values():
        raise InputError(bad_value("norm", norm, "2 or inf"))
    change, length = searcher(output, float(norm))(arguments, engine().np.asarray(X))
    return np.asarray(change), np.asarray(length)


@cache
def stepper(output: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """Compiled (arguments, X, sign, eps, count) -> X after steps along the sign of the gradient."""
    jax, np_ = engine()

    def attacked(arguments: Any, X: Any, sign: Any, eps: Any, count: Any) -> Any:
        def step(_: Any, d: Any) -> Any:
            g = jax.grad(lambda x: output(arguments, x).sum())(X + d)
            return np_.clip(d - 2.5 * eps / count * sign[:, None] * np_.sign(g), -eps, eps)

        return X + jax.lax.fori_loop(0, count, step, np_.zeros_like(X))

    return jax.jit(attacked)  # type: ignore[no-any-return]


def steps(output: Callable[[Any, Any], Any], arguments: Any, X: Any, y: Any, eps: float, count: int) -> Array:
    """Data (n, p) after an l_inf attack of `count` steps of 2.5 eps / count, kept within eps (Madry et al. 2018).

    Parameters
    ----------
    output : callable
        (arguments, X) -> (n,), positive for y = 1.
    arguments : pytree
    X : (n, p) array
    y : (n,) array
        Labels in {0, 1}.
    eps : float
        At least 0.
    count : int
        At least 1; one step is FGSM.

    Raises
    ------
    InputError
        eps < 0 or count < 1.
    """
    if not 0.0 <= eps < np.inf:
        raise InputError(bad_value("eps", eps, "a number of at least 0"))
    if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 1:
        raise InputError(bad_value("count", count, "a whole number of at least 1"))
    sign = 2.0 * np.asarray(y, dtype=float) - 1.0
    return np.asarray(stepper(output)(arguments, engine().np.asarray(X), sign, float(eps), int(count)))
