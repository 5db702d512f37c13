"""One replicate: a data set and every method's fit to it, as a pure function of the seed and the indices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from simstudy.errors import InputError, bad_value
from simstudy.estimands import ESTIMANDS, evaluate
from simstudy.estimators.fit import Fit
from simstudy.plugins import words
from simstudy.records import Data, Status, error_column, estimate_column
from simstudy.runner.methods import ResolvedMethod
from simstudy.seeding import Stream, generator
from simstudy.sources.population import known
from simstudy.sources.registry import Source

#: What the code behind a fit may raise: it has no say in when a run ends, so that its exit is an error like others.
BROKEN = (Exception, SystemExit)


class Row(NamedTuple):
    """What a fit adds to the columns that its whole block shares.

    `values` are the columns of estimands: a number or a vector each, None or absent where there is none. `lam` is None
    without a penalty, the other numbers are NaN where they do not exist.
    """

    replicate: int
    method: str
    status: str
    message: str
    lam: float | None
    objective: float
    kkt: float
    n_iter: int
    seconds: float
    values: Mapping[str, Any]


def data(seed: int, scenario: Source, replicate: int) -> Data:
    """Data set of one replicate, the same for every method and every machine."""
    return scenario.sample(generator(seed, scenario.key, Stream.DATA, replicate))


@dataclass(frozen=True)
class Drawn:
    """The data set of a replicate, and the truth."""

    replicate: int
    data: Data
    truth: Mapping[str, Any]

    @cached_property
    def locked(self) -> Data:
        """The same data for code that may write on what it gets: others are to see them as they were drawn."""
        test = self.data.test
        return Data(_locked(self.data.X), _locked(self.data.y), test if test is None else tuple(map(_locked, test)))


def _locked(values: Any) -> Any:
    """A view of an array that cannot be written on."""
    if isinstance(values, np.ndarray):
        values = values.view()
        values.flags.writeable = False
    return values


@dataclass(frozen=True)
class Undrawn:
    """A replicate without data: the error that drawing them raised, after some seconds."""

    replicate: int
    error: BaseException
    seconds: float


def drawn(seed: int, scenario: Source, replicate: int) -> Drawn | Undrawn:
    """Draw the data set of a replicate."""
    start = perf_counter()
    try:
        return Drawn(replicate, data(seed, scenario, replicate), known(scenario))
    except BROKEN as error:  # a data set that cannot be drawn is a result, in every method's row
        raise_interrupt(error)
        return Undrawn(replicate, error, perf_counter() - start)


def replicate_rows(
    seed: int, scenario: Source, methods: Sequence[ResolvedMethod], replicate: int, estimands: Sequence[str] = ()
) -> Iterator[Row]:
    """Rows of all methods on the data set of one replicate, each as soon as its fit is done.

    Parameters
    ----------
    seed : int
        The study's seed.
    scenario : Source
        What to draw from.
    methods : sequence of ResolvedMethod
        What to fit.
    replicate : int
        Index from 0.
    estimands : sequence of str
        What to evaluate at each usable fit, besides what the fit itself estimates.

    Yields
    ------
    Row
        One for each method. Whatever goes wrong, in drawing the data, in a fit or in an estimand, is a row with status
        ``error``.
    """
    sample = drawn(seed, scenario, replicate)
    for method in methods:
        yield row(seed, scenario, method, sample, estimands)


def row(
    seed: int,
    scenario: Source,
    method: ResolvedMethod,
    sample: Drawn | Undrawn,
    estimands: Sequence[str],
    made: tuple[Fit, float] | None = None,
) -> Row:
    """Row of a method on a data set; `made` is its fit, without standard errors, and the seconds of it, where known."""
    if isinstance(sample, Undrawn):
        return error_row(scenario, method, sample.replicate, sample.error, sample.seconds)
    rng = randomness(seed, scenario, method, sample.replicate)
    return fit_row(scenario, method, sample, rng, estimands, made)


def randomness(seed: int, scenario: Source, method: ResolvedMethod, replicate: int) -> np.random.Generator | None:
    """A method's random numbers, the same for every method that draws numbers of the same kind, such as folds."""
    return generator(seed, scenario.key, method.stream, replicate) if method.is_random else None


def fit_row(
    scenario: Source,
    method: ResolvedMethod,
    sample: Drawn,
    rng: np.random.Generator | None,
    estimands: Sequence[str],
    made: tuple[Fit, float] | None,
) -> Row:
    """Row of one fit."""
    replicate, truth = sample.replicate, sample.truth
    dataset = sample.data if method.is_own else sample.locked
    start = perf_counter() - (0.0 if made is None else made[1])
    try:
        fit = method.fit(dataset, rng) if made is None else method.with_errors(made[0], dataset)
        seconds = perf_counter() - start
        values = of_glm(fit, method) if method.is_own and method.estimates else estimated(fit, method, truth)
    except BROKEN as error:  # a fit that raises is a result, and must not take the others with it
        raise_interrupt(error)
        return error_row(scenario, method, replicate, error, perf_counter() - start)
    status, message = fit.status, fit.message
    if status == Status.OK and estimands:
        try:
            values |= evaluated(estimands, fit, sample.locked, truth)
        except BROKEN as error:  # as above; what the fit itself estimates is kept
            raise_interrupt(error)
            status, message = Status.ERROR, words(error)
    lam = fit.lam if method.lam is None else method.lam
    return Row(replicate, method.name, status, message, lam, fit.objective, fit.kkt, fit.n_iter, seconds, values)


def of_glm(fit: Fit, method: ResolvedMethod) -> dict[str, Any]:
    """Columns of what a fit of the package's own estimators of coefficients estimates."""
    values: dict[str, Any] = {estimate_column(name): fit.estimates.get(name) for name in method.estimates}
    return values | {error_column(name): fit.errors.get(name) for name in method.estimates}


def estimated(fit: Fit, method: ResolvedMethod, truth: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of what a fit estimates, and of its standard errors, None where a known estimand has none.

    Raises
    ------
    InputError
        An estimate is not finite although the status is ok, or has another shape than its truth.
    """
    values: dict[str, Any] = {}
    for name in meant(method, fit.estimates):
        value = fit.estimates[name]
        if fit.status == Status.OK and not np.isfinite(value).all():
            raise InputError(bad_value(f"estimate {name}", value, "finite where the status is ok"))
        values[estimate_column(name)] = checked(name, value, truth)
    names = {**dict.fromkeys(method.estimates), **fit.errors}
    return values | {error_column(name): fit.errors.get(name) for name in meant(method, names)}


def evaluated(estimands: Sequence[str], fit: Fit, dataset: Data, truth: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of estimands that are computed from a fit, which has not estimated them itself.

    Raises
    ------
    InputError
        It has, or a value has another shape than its truth; and whatever an estimand's function raises.
    """
    for name in estimands:
        if name in fit.estimates:
            raise InputError(bad_value("estimands", name, "another name: the estimator returns an estimate of it"))
    return {name: checked(name, evaluate(ESTIMANDS[name], fit, dataset, truth), truth) for name in estimands}


def meant(method: ResolvedMethod, names: Iterable[str]) -> list[str]:
    """Names of estimates in order; without the intercept of a GLM that has none, for which a fit has a zero."""
    if not method.estimates:
        return list(names)
    known = [name for name in method.estimates if name in names]
    return [*known, *(name for name in names if name not in {*known, "intercept"})]


def checked(name: str, value: Any, truth: Mapping[str, Any]) -> Any:
    """The value, which has the shape of its truth if there is one.

    Raises
    ------
    InputError
        It has another shape.
    """
    if name in truth and np.shape(value) != np.shape(truth[name]):
        raise InputError(bad_value(f"shape of {name}", np.shape(value), f"{np.shape(truth[name])}, that of its truth"))
    return value


def raise_interrupt(error: BaseException | None) -> None:
    """Raise KeyboardInterrupt if it is behind an error: Ctrl-C in compiled code comes out as a SystemError."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            raise error
        error = error.__cause__


def error_row(scenario: Source, method: ResolvedMethod, replicate: int, error: BaseException, seconds: float) -> Row:
    """Row of a fit that raised: nothing estimated, the error in words."""
    return failed_row(scenario, method, replicate, Status.ERROR, words(error), seconds)


def failed_row(
    scenario: Source, method: ResolvedMethod, replicate: int, status: Status, message: str, seconds: float
) -> Row:
    """Row of a fit that has no result: NaN for what the method is known to estimate, the reason in words."""
    values = {estimate_column(name): shape for name, shape in missing(scenario, method).items()}
    return Row(replicate, method.name, status, message, method.lam, np.nan, np.nan, 0, seconds, values)


def missing(scenario: Source, method: ResolvedMethod) -> dict[str, Any]:
    """NaN, in the shape of its truth, for each estimand that the method is known to estimate."""
    if not method.estimates:
        return {}
    try:
        truth = scenario.truth()
    except Exception:  # noqa: BLE001 - a truth that raises is the error of the row that this is for
        return {}
    return {name: np.full(np.shape(truth[name]), np.nan)[()] for name in method.estimates if name in truth}
