"""Down a path of levels, and where to stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from simstudy.estimators.degrees_of_freedom import degrees_of_freedom
from simstudy.estimators.fit import Fit
from simstudy.estimators.input import FloatArray
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

    def path(self, X: FloatArray, y: FloatArray, lams: Sequence[float] | FloatArray) -> list[Fit]:
        """Fits at each level."""
        return path(
            X, y, family=self.family, penalty=self.penalty, lams=list(lams), estimator=self.entry.name,
            fit_intercept=self.fit_intercept, options=self.options, rng=self.rng,
        )  # fmt: skip

    def df(self, fit: Fit, X: FloatArray, y: FloatArray, lam: float, kind: str) -> float:
        """Degrees of freedom of a fit at a level."""
        return degrees_of_freedom(
            fit, X, y, family=self.family, estimator=self.entry.name, penalty=replace(self.penalty, lam=float(lam)),
            fit_intercept=self.fit_intercept, df=kind,
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


def predictor(X: FloatArray, fit: Fit) -> FloatArray:
    """Linear predictor (n,) of a fit."""
    return np.asarray(fit.intercept + X @ fit.coef)


def walk(task: Task, X: FloatArray, y: FloatArray, lams: FloatArray, kind: str | None, limit: float = np.inf) -> Walk:
    """Fits from the largest level down.

    Parameters
    ----------
    task : Task
    X, y : arrays
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
    n, p = X.shape
    may_stop = p + task.fit_intercept > n / 2
    fits: list[Fit] = []
    df: list[float] = []
    for start in range(0, lams.size, STRIDE if may_stop else lams.size):
        stop = start + STRIDE if may_stop else lams.size
        for lam, fit in zip(lams[start:stop], task.path(X, y, lams[start:stop]), strict=True):
            size = np.nan if kind is None else task.df(fit, X, y, lam, kind)
            if size > limit:
                return _stopped(lams, fits, df, p, f"df exceeds n/2 = {n / 2:g} from lam = {lam:.4g} on")
            fits.append(fit)
            df.append(size)
            if fit.status == Status.OK and interpolates(task.law, X, y, fit):
                return _stopped(lams, fits, df, p, f"lam = {lam:.4g} fits every response (T23)")
    return _stopped(lams, fits, df, p, "")


def _stopped(lams: FloatArray, fits: list[Fit], df: list[float], p: int, reason: str) -> Walk:
    note = f"; the path ends after {len(fits)} of {lams.size} levels: {reason}" if reason else ""
    return Walk(lams[: len(fits)], fits, np.array(df), note, p)


def interpolates(law: Family, X: FloatArray, y: FloatArray, fit: Fit) -> bool:
    """Whether a fit leaves no residual; never, in a family whose deviance is bounded below by its labels."""
    if not law.has_scale:
        return False
    residual = np.max(np.abs(y - law.mean(predictor(X, fit))))
    return bool(residual <= INTERPOLATED * np.mean(np.abs(y - y.mean())))
