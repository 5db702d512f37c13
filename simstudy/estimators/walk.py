"""Down a path of levels, and where to stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simstudy.estimators.degrees_of_freedom import degrees_of_freedom
from simstudy.estimators.fit import Fit
from simstudy.estimators.input import FloatArray, Rows
from simstudy.estimators.path import path
from simstudy.estimators.registry import Estimator
from simstudy.families import Family
from simstudy.families import family as family_named
from simstudy.penalties import Penalty
from simstudy.records import Status

#: Levels that are fitted at once where the path may have to stop.
STRIDE = 5
#: Residuals this small, in units of the response's mean absolute deviation, are those of a fit of every response.
INTERPOLATED = 1e-7


@dataclass(frozen=True)
class Sample:
    """Observations, what each counts, and its offset."""

    X: FloatArray
    y: FloatArray
    rows: Rows

    @property
    def counts(self) -> FloatArray:
        """Weights (n,)."""
        return self.rows.counts(self.y.size)

    @property
    def total(self) -> float:
        """Number of observations, the sum of their weights."""
        return float(self.counts.sum())

    def take(self, chosen: NDArray[np.bool_]) -> Sample:
        """The chosen observations."""
        return Sample(self.X[chosen], self.y[chosen], self.rows.take(chosen))

    def counted(self, counts: FloatArray) -> Sample:
        """The observations that count, each as given (n,); without weights where all of them are alike."""
        sample = self.take(counts > 0.0)
        if self.rows.weights is None:
            return sample
        return replace(sample, rows=replace(sample.rows, weights=counts[counts > 0.0]))

    def predictor(self, fit: Fit) -> FloatArray:
        """Linear predictor (n,) of a fit."""
        return np.asarray(fit.intercept + self.rows.added(self.y.size) + self.X @ fit.coef)


@dataclass(frozen=True)
class Task:
    """What is to be fitted, whatever the level and the observations."""

    family: str
    penalty: Penalty
    entry: Estimator
    fit_intercept: bool
    options: Mapping[str, str | float]
    rng: np.random.Generator | None = None

    @property
    def law(self) -> Family:
        """The family."""
        return family_named(self.family)

    def with_rows(self, sample: Sample) -> dict[str, Any]:
        """Options of the estimator for a sample."""
        return {**self.options, **(vars(sample.rows) if self.entry.rows else {})}

    def path(self, sample: Sample, lams: Sequence[float] | FloatArray) -> list[Fit]:
        """Fits at each level."""
        return path(
            sample.X, sample.y, family=self.family, penalty=self.penalty, lams=list(lams), estimator=self.entry.name,
            fit_intercept=self.fit_intercept, options=self.with_rows(sample), rng=self.rng,
        )  # fmt: skip

    def df(self, fit: Fit, sample: Sample, lam: float, kind: str) -> float:
        """Degrees of freedom of a fit at a level."""
        return degrees_of_freedom(
            fit, sample.X, sample.y, family=self.family, estimator=self.entry.name, df=kind, rows=sample.rows,
            penalty=replace(self.penalty, lam=float(lam)), fit_intercept=self.fit_intercept,
        )  # fmt: skip


@dataclass(frozen=True)
class Walk:
    """Fits of a path as far as it went.

    Attributes
    ----------
    lams : (L,) float array
    fits : list of L Fit
    df : (L,) float array
        Their degrees of freedom, NaN where none were asked for.
    note : str
        Why it did not go on, to follow a message; empty where it went to the end.
    p : int
        Number of slopes.
    """

    lams: FloatArray
    fits: list[Fit]
    df: FloatArray
    note: str
    p: int


def walk(task: Task, sample: Sample, lams: FloatArray, kind: str | None, limit: float = np.inf) -> Walk:
    """Fits from the largest level down.

    Parameters
    ----------
    task : Task
    sample : Sample
    lams : (L,) float array
        From large to small.
    kind : str, optional
        Kind of degrees of freedom; None for none.
    limit : float
        The path stops before a fit with more degrees of freedom.

    Returns
    -------
    Walk
        Stopped after a fit of every gaussian response, too: the levels below give the same one (T23).
    """
    n, p = sample.total, sample.X.shape[1]
    may_stop = p + task.fit_intercept > n / 2
    fits: list[Fit] = []
    df: list[float] = []
    for start in range(0, lams.size, STRIDE if may_stop else lams.size):
        stop = start + STRIDE if may_stop else lams.size
        for lam, fit in zip(lams[start:stop], task.path(sample, lams[start:stop]), strict=True):
            size = np.nan if kind is None else task.df(fit, sample, lam, kind)
            if size > limit:
                return _stopped(lams, fits, df, p, f"df exceeds n/2 = {n / 2:g} from lam = {lam:.4g} on")
            fits.append(fit)
            df.append(size)
            if fit.status == Status.OK and interpolates(task.law, sample, fit):
                return _stopped(lams, fits, df, p, f"lam = {lam:.4g} fits every response (T23)")
    return _stopped(lams, fits, df, p, "")


def _stopped(lams: FloatArray, fits: list[Fit], df: list[float], p: int, reason: str) -> Walk:
    note = f"; the path ends after {len(fits)} of {lams.size} levels: {reason}" if reason else ""
    return Walk(lams[: len(fits)], fits, np.array(df), note, p)


def interpolates(law: Family, sample: Sample, fit: Fit) -> bool:
    """Whether a fit leaves no residual; never, in a family whose deviance is bounded below by its labels."""
    if not law.has_scale:
        return False
    y = sample.y
    residual = np.max(np.abs(y - law.mean(sample.predictor(fit))))
    return bool(residual <= INTERPOLATED * np.mean(np.abs(y - y.mean())))
