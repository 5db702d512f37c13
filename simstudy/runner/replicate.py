"""One replicate: a data set and every method's fit to it, as a pure function of the seed and the indices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simstudy.records import Data, Status
from simstudy.runner.methods import ResolvedMethod
from simstudy.seeding import Stream, generator
from simstudy.sources.glm import Scenario


class Row(NamedTuple):
    """What a fit adds to the columns that its whole block shares; `intercept_hat` is None without an intercept.

    `intercept_se` and `se_hat` are None where the method has not asked for standard errors.
    """

    replicate: int
    method: str
    status: str
    message: str
    lam: float | None
    intercept_hat: float | None
    beta_hat: NDArray[np.float64]
    objective: float
    kkt: float
    n_iter: int
    seconds: float
    intercept_se: float | None = None
    se_hat: NDArray[np.float64] | None = None


def data(seed: int, scenario: Scenario, replicate: int) -> Data:
    """Data set of one replicate, the same for every method and every machine."""
    return scenario.sample(generator(seed, scenario.key, Stream.DATA, replicate))


def replicate_rows(seed: int, scenario: Scenario, methods: Sequence[ResolvedMethod], replicate: int) -> Iterator[Row]:
    """Rows of all methods on the data set of one replicate, each as soon as its fit is done.

    Parameters
    ----------
    seed : int
        The study's seed.
    scenario : Scenario
        What to draw from.
    methods : sequence of ResolvedMethod
        What to fit.
    replicate : int
        Index from 0.

    Yields
    ------
    Row
        One for each method. Whatever goes wrong, in drawing the data or in a fit, is a row with status ``error``.
    """
    start = perf_counter()
    try:
        dataset = data(seed, scenario, replicate)
    except Exception as error:  # noqa: BLE001 - a data set that cannot be drawn is a result, in every method's row
        raise_interrupt(error)
        seconds = perf_counter() - start
        yield from (error_row(scenario, method, replicate, error, seconds) for method in methods)
        return
    for method in methods:
        yield fit_row(scenario, method, replicate, dataset, randomness(seed, scenario, method, replicate))


def randomness(seed: int, scenario: Scenario, method: ResolvedMethod, replicate: int) -> np.random.Generator | None:
    """Random numbers of a method that draws some: the same folds for every method on a data set."""
    return generator(seed, scenario.key, Stream.FOLDS, replicate) if method.is_random else None


def fit_row(
    scenario: Scenario,
    method: ResolvedMethod,
    replicate: int,
    dataset: Data,
    rng: np.random.Generator | None,
) -> Row:
    """Row of one fit."""
    start = perf_counter()
    try:
        fit = method.fit(dataset, rng)
    except Exception as error:  # noqa: BLE001 - a fit that raises is a result, and must not take the others with it
        raise_interrupt(error)
        return error_row(scenario, method, replicate, error, perf_counter() - start)
    seconds = perf_counter() - start
    lam = fit.lam if method.lam is None else method.lam
    intercept = fit.intercept if scenario.has_intercept else None
    intercept_se = fit.intercept_se if scenario.has_intercept and fit.se is not None else None
    return Row(
        replicate, method.name, fit.status, fit.message, lam, intercept, fit.coef, fit.objective, fit.kkt,
        fit.n_iter, seconds, intercept_se, fit.se,
    )  # fmt: skip


def raise_interrupt(error: BaseException | None) -> None:
    """Raise KeyboardInterrupt if it is behind an error: Ctrl-C in compiled code comes out as a SystemError."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            raise error
        error = error.__cause__


def error_row(scenario: Scenario, method: ResolvedMethod, replicate: int, error: Exception, seconds: float) -> Row:
    """Row of a fit that raised: nothing estimated, the error in words."""
    return failed_row(scenario, method, replicate, Status.ERROR, f"{type(error).__name__}: {error}", seconds)


def failed_row(
    scenario: Scenario, method: ResolvedMethod, replicate: int, status: Status, message: str, seconds: float
) -> Row:
    """Row of a fit that has no result: NaN for every estimate, the reason in words."""
    intercept = np.nan if scenario.has_intercept else None
    missing = np.full(scenario.p, np.nan)
    return Row(replicate, method.name, status, message, method.lam, intercept, missing, np.nan, np.nan, 0, seconds)
