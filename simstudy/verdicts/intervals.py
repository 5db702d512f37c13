"""Confidence intervals at any level: what a verdict needs from each kind of quantity."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import betaincinv, ndtri, stdtrit

#: From the two-sided error rate alpha to the ends of the interval.
Interval = Callable[[float], tuple[float, float]]

NOWHERE = (-math.inf, math.inf)


@dataclass(frozen=True)
class Evidence:
    """An estimated quantity with its interval at every level.

    Parameters
    ----------
    value, mcse : float
        Estimate and its Monte Carlo standard error; NaN where unknown.
    interval : callable
        From a two-sided error rate alpha to the ends of the interval; for bounded measures the ends hold whatever the
        failed fits would have been.
    attempted, usable, failed : int
        Replicates behind it.
    cells : int
        Scenarios that these replicates are spread over.
    note : str
        What a reader must know, in one sentence; empty if nothing.
    curvature_p : float
        For a slope, the p-value of curvature; else NaN.
    """

    value: float
    mcse: float
    interval: Interval
    attempted: int = 0
    usable: int = 0
    failed: int = 0
    cells: int = 1
    note: str = ""
    curvature_p: float = math.nan


def unknown(attempted: int, note: str) -> Evidence:
    """No usable replicate: nothing can be said."""
    return Evidence(math.nan, math.nan, lambda _: NOWHERE, attempted, 0, attempted, note=note)


def normal(value: float, mcse: float) -> Interval:
    """Normal interval; an unknown or infinite error covers everything."""
    return lambda alpha: _around(value, mcse * float(ndtri(1 - alpha / 2)))


def student(value: float, mcse: float, replicates: int) -> Interval:
    """Interval of a mean over `replicates`, with their t distribution."""
    if replicates < 2:
        return lambda _: NOWHERE
    return lambda alpha: _around(value, mcse * float(stdtrit(replicates - 1, 1 - alpha / 2)))


def clopper_pearson(least: int, most: int, replicates: int) -> Interval:
    """Exact interval of a proportion whose count lies between `least` and `most` (Clopper & Pearson 1934).

    The two differ where fits failed and might or might not have shown the event.
    """

    def interval(alpha: float) -> tuple[float, float]:
        lower = float(betaincinv(least, replicates - least + 1, alpha / 2)) if least > 0 else 0.0
        upper = float(betaincinv(most + 1, replicates - most, 1 - alpha / 2)) if most < replicates else 1.0
        return lower, upper

    return interval


def bounded(value: float, mcse: float, high: float, usable: int, failed: int) -> Interval:
    """Interval of the mean of a measure in [0, high], such as a count of false positives.

    It is the t interval, but never narrower than what replicates that were not seen could add: with probability
    1 - alpha their share is at most that of an event seen in none of `usable`. Failed fits count with 0 and `high`.
    """
    t = student(value, mcse, usable)
    attempted = usable + failed

    def interval(alpha: float) -> tuple[float, float]:
        lower, upper = t(alpha)
        unseen = -math.expm1(math.log(alpha / 2) / usable)
        lower, upper = min(lower, value * (1 - unseen)), max(upper, value + unseen * (high - value))
        worst, best = max(lower, 0.0) * usable, min(upper, high) * usable + failed * high
        return worst / attempted, best / attempted

    return interval


def massart(distance: float, usable: int, failed: int, draws: int) -> Interval:
    """Interval of the Kolmogorov distance of two laws, one seen in `usable` replicates, one in `draws` draws.

    The empirical distribution functions are that close to their laws with probability 1 - alpha (Dvoretzky, Kiefer &
    Wolfowitz 1956 with the constant of Massart 1990), whatever the laws; failed fits may be anywhere.
    """

    def interval(alpha: float) -> tuple[float, float]:
        reach = sum(math.sqrt(math.log(4 / alpha) / (2 * size)) for size in (usable, draws))
        reach += failed / (usable + failed)
        return max(distance - reach, 0.0), min(distance + reach, 1.0)

    return interval


def difference(first: Evidence, second: Evidence) -> Evidence:
    """First minus second, independent of each other, with the squares of the deviations added (Zou & Donner 2008).

    `usable`, `attempted` and `failed` are those of the first and, where it rests on replicates, the second together.
    """
    value = first.value - second.value

    def interval(alpha: float) -> tuple[float, float]:
        (l1, u1), (l2, u2) = first.interval(alpha), second.interval(alpha)
        below = math.hypot(first.value - l1, u2 - second.value)
        above = math.hypot(u1 - first.value, second.value - l2)
        return (value - below, value + above) if math.isfinite(value) else NOWHERE

    return replace(
        first,
        value=value,
        mcse=math.hypot(first.mcse, second.mcse),
        interval=interval,
        attempted=first.attempted + second.attempted,
        usable=first.usable + second.usable,
        failed=first.failed + second.failed,
        cells=first.cells + (second.cells if second.attempted else 0),
        note=" ".join(dict.fromkeys(note for note in (first.note, second.note) if note)),
    )


def moved(interval: Interval, by: float) -> Interval:
    """The interval shifted by a known number."""
    return lambda alpha: (interval(alpha)[0] + by, interval(alpha)[1] + by)


def scaled(evidence: Evidence, factor: float) -> Evidence:
    """The quantity multiplied by a positive number."""
    interval = evidence.interval
    return replace(
        evidence,
        value=factor * evidence.value,
        mcse=factor * evidence.mcse,
        interval=lambda alpha: (factor * interval(alpha)[0], factor * interval(alpha)[1]),
    )


def _around(value: float, reach: float) -> tuple[float, float]:
    return (value - reach, value + reach) if np.isfinite(value) and np.isfinite(reach) else NOWHERE
