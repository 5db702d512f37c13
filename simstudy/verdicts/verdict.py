"""From intervals to verdicts with stated error rates."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from enum import StrEnum

from scipy.special import ndtr, ndtri

from simstudy.verdicts.intervals import Evidence, Interval

#: Error rate of all verdicts of one kind on one study's claims together.
LEVEL = 0.01
#: Chance that the number of replicates that is named decides a claim whose estimate is right.
POWER = 0.9

SMALLEST_P = 1e-15
BISECTIONS = 50


class Verdict(StrEnum):
    """What simulation says about a claim."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    UNDECIDED = "undecided"


Bounds = tuple[float, float]


def inside(interval: Bounds, region: Bounds) -> bool:
    """Whether the interval lies in the region."""
    return region[0] <= interval[0] and interval[1] <= region[1]


def outside(interval: Bounds, region: Bounds) -> bool:
    """Whether interval and region have no point in common."""
    return interval[1] < region[0] or region[1] < interval[0]


def p_supported(interval: Interval, region: Bounds) -> float:
    """Smallest alpha whose interval lies inside the region: p-value of the truth being outside."""
    return smallest_alpha(lambda alpha: inside(interval(alpha), region))


def p_contradicted(interval: Interval, region: Bounds) -> float:
    """Smallest alpha whose interval lies wholly outside the region: p-value of the truth being inside."""
    return smallest_alpha(lambda alpha: outside(interval(alpha), region))


def smallest_alpha(holds: Callable[[float], bool]) -> float:
    """Smallest alpha in [1e-15, 1] from which on a condition on nested intervals holds; 1 where it never does."""
    if holds(SMALLEST_P):
        return SMALLEST_P
    low, high = math.log(SMALLEST_P), 0.0
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(math.exp(middle)) else (middle, high)
    return math.exp(high)


def holm(p: Sequence[float], level: float = LEVEL) -> list[float]:
    """Error rate that each hypothesis is tested at (Holm 1979), so that one wrong rejection has probability `level`.

    The smallest p is compared with level / m, the next with level / (m - 1), and so on; from the first one that is
    larger on, none is rejected and all are given its rate.
    """
    order = sorted(range(len(p)), key=lambda k: p[k])
    rates = [0.0] * len(p)
    rate, stopped = level, False
    for rank, k in enumerate(order):
        rate = rate if stopped else level / (len(p) - rank)
        stopped = stopped or p[k] > rate
        rates[k] = rate
    return rates


def judge(interval: Interval, region: Bounds, supported_at: float, contradicted_at: float) -> tuple[Verdict, float]:
    """Verdict, and the error rate of the interval that shows it."""
    if inside(interval(supported_at), region):
        return Verdict.SUPPORTED, supported_at
    if outside(interval(contradicted_at), region):
        return Verdict.CONTRADICTED, contradicted_at
    return Verdict.UNDECIDED, min(supported_at, contradicted_at)


#: Replicates that nobody makes: an estimate that needs more is on the edge of its region to all digits.
EDGE = 1e12


def needed_replicates(evidence: Evidence, region: Bounds, alpha: float, power: float = POWER) -> float:
    """Replicates of each scenario that decide the verdict with probability `power` if the truth is the estimate.

    Errors are taken to fall like R^(-1/2). Infinite where the estimate is on the edge of the region (more than 1e12 are
    needed), NaN where its error is not known.
    """
    lower, upper = evidence.interval(alpha)
    value, (low, high) = evidence.value, region
    if not (math.isfinite(lower) and math.isfinite(upper)):
        return math.nan
    spare = float(ndtri(power)) * evidence.mcse
    below, above = value - lower + spare, upper - value + spare
    if low <= value <= high:
        shrink = min((value - low) / below, (high - value) / above)
    else:
        shrink = (low - value) / above if value < low else (value - high) / below
    needed = math.inf if shrink <= 0 else evidence.usable / evidence.cells / shrink**2
    return math.ceil(needed) if needed < EDGE else math.inf


def power_to_contradict(evidence: Evidence, region: Bounds, alpha: float, replicates: int) -> float:
    """Probability that this many replicates of each scenario contradict the region if the truth is the estimate."""
    lower, upper = evidence.interval(alpha)
    if not (math.isfinite(lower) and math.isfinite(upper) and evidence.usable):
        return math.nan
    value, shrink = evidence.value, math.sqrt(evidence.usable / evidence.cells / replicates)
    margin_below = region[0] - value - (upper - value) * shrink
    margin_above = value - region[1] - (value - lower) * shrink
    return float(ndtr(max(margin_below, margin_above) / (evidence.mcse * shrink)))
