"""Attacks on a function of inputs: the nearest point of its boundary, and k steps within a cube.

`nearest` begins on the ray to the datum that is farthest on the other side, where there is one, and else like DeepFool
(Moosavi-Dezfooli et al. 2016) until a ray crosses the boundary. Then it is the iteration of Hasofer & Lind (1974) and of
Rackwitz & Fiessler (1978): project the data on the boundary as it is linearised at the nearest point known (G1), and
look for the first crossing of the rays to points on the way there; the shortest counts. Exact for linear functions, an
upper bound of the distance for others.
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


@cache
def searcher(output: Callable[[Any, Any], Any], norm: float) -> Callable[[Any, Any], Any]:
    """Compiled (arguments, X) -> changes (n, p) to the boundary and lengths (n,), infinite where none is found."""
    jax, np_ = engine()

    def dual(g: Any) -> Any:
        """The shortest change along which a linear function of slope g falls by one."""
        length = np_.abs(g).sum(1, keepdims=True) if norm == np.inf else (g**2).sum(1, keepdims=True)
        unit = np_.sign(g) if norm == np.inf else g
        return unit / np_.where(length > 0.0, length, 1.0)

    def size(d: Any) -> Any:
        return np_.abs(d).max(1) if norm == np.inf else np_.sqrt((d**2).sum(1))

    def search(arguments: Any, X: Any) -> Any:
        def crossed(d: Any, t: Any) -> Any:
            return (output(arguments, X + t[:, None] * d) > 0.0) != side

        def first(d: Any) -> tuple[Any, Any]:
            """The shortest change of the data along d that crosses, and its length; infinite where none does."""
            places = (np_.arange(1, POINTS + 1) * (REACH / POINTS)).astype(X.dtype)
            over = jax.lax.map(lambda t: crossed(d, np_.full(len(X), t, X.dtype)), places)
            high = places[np_.argmax(over, axis=0)]

            def halve(_: Any, ends: Any) -> Any:
                low, high = ends
                middle = 0.5 * (low + high)
                beyond = crossed(d, middle)
                return np_.where(beyond, low, middle), np_.where(beyond, middle, high)

            _, t = jax.lax.fori_loop(0, HALVINGS, halve, (high - places[0], high))
            change = np_.where(over.any(axis=0)[:, None], t[:, None] * d, np_.inf)
            return change, size(change)

        def go(_: Any, state: Any) -> Any:
            point, best, length = state
            f = output(arguments, point)
            g = jax.grad(lambda x: output(arguments, x).sum())(point)
            known = np_.isfinite(length)[:, None]
            d = -(f + (g * (X - point)).sum(1))[:, None] * dual(g)
            before = np_.where(known, best, 0.0)
            rays = np_.stack([before + part * (d - before) for part in PARTS])
            changes, lengths = jax.lax.map(first, rays)
            which = np_.argmin(lengths, axis=0)
            change, found = (
                np_.take_along_axis(each, index, 0)[0]
                for each, index in ((changes, which[None, :, None]), (lengths, which[None]))
            )
            shorter = found < length
            best, length = np_.where(shorter[:, None], change, best), np_.where(shorter, found, length)
            ahead = point - f[:, None] * dual(g)
            return np_.where(np_.isfinite(length)[:, None], X + best, ahead), best, length

        values = output(arguments, X)
        side = values > 0.0
        best, length = first(X[np_.where(side, np_.argmin(values), np_.argmax(values))] - X)
        known = np_.isfinite(length)[:, None]
        return jax.lax.fori_loop(0, ROUNDS, go, (np_.where(known, X + best, X), best, length))[1:]

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
