"""An estimator whose lambda is chosen from the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from simstudy.errors import InputError, bad_value
from simstudy.estimators.degrees_of_freedom import degrees_of_freedom
from simstudy.estimators.fit import Fit
from simstudy.estimators.input import check_data, check_penalty
from simstudy.estimators.levels import lam_grid, largest_score
from simstudy.estimators.path import largest_lam, path, with_penalty
from simstudy.estimators.rules import Aic, Bic, CrossValidation, Ebic, Gcv, Pivotal, TuningRule
from simstudy.families import Family
from simstudy.families import family as family_named
from simstudy.penalties import Penalty
from simstudy.records import Status

FloatArray = NDArray[np.float64]

#: Draws behind a pivotal level: its quantile at 0.95 has a standard error of 0.007 on the scale of probabilities.
PIVOTAL_DRAWS = 1000


@dataclass(frozen=True)
class Task:
    """What is to be fitted, whatever the level and the observations."""

    family: str
    penalty: Penalty
    estimator: str
    fit_intercept: bool
    options: Mapping[str, str | float]

    @property
    def law(self) -> Family:
        """The family."""
        return family_named(self.family)

    def path(self, X: FloatArray, y: FloatArray, lams: Sequence[float] | FloatArray) -> list[Fit]:
        """Fits at each level."""
        return path(
            X, y, family=self.family, penalty=self.penalty, lams=list(lams), estimator=self.estimator,
            fit_intercept=self.fit_intercept, options=self.options,
        )  # fmt: skip

    def largest_lam(self, X: FloatArray, y: FloatArray) -> float:
        """Level that gives the null model."""
        return largest_lam(
            X,
            y,
            family=self.family,
            penalty=self.penalty,
            estimator=self.estimator,
            fit_intercept=self.fit_intercept,
            options=self.options,
        )

    def at(self, lam: float) -> Penalty:
        """The penalty at a level."""
        return replace(self.penalty, lam=float(lam))


def tuned(
    X: ArrayLike,
    y: ArrayLike,
    *,
    family: str,
    penalty: Penalty,
    rule: TuningRule,
    estimator: str = "fgsm",
    rng: np.random.Generator | None = None,
    fit_intercept: bool = True,
    options: Mapping[str, str | float] | None = None,
) -> Fit:
    """Fit at the level that a rule chooses from the same data.

    Parameters
    ----------
    X, y, family, fit_intercept
        As in `fgsm`.
    penalty : Penalty
        Its lam is replaced by the chosen one.
    rule : Aic, Bic, Ebic, Gcv, CrossValidation or Pivotal
        Degrees of freedom are those of `degrees_of_freedom`; the likelihood is that of the data as they are, not as
        attacked, with the gaussian variance at its maximum likelihood estimate. CrossValidation compares deviances of
        left-out folds; the levels are those of the whole data.
    estimator : str
        Name in the registry.
    rng : numpy.random.Generator, optional
        Source of the folds and of a pivotal level's noise; needed by these two rules.
    options : mapping, optional
        Further arguments of the estimator.

    Returns
    -------
    Fit
        `lam` is the chosen level, the largest of equally good ones. A level without a usable fit (in a fold, too) is
        not chosen; where there is none the result is a failure whose status is that of the fit at the largest level.

    Raises
    ------
    InputError
        As the estimator; a random rule without rng; more folds than observations.
    """
    X, y = check_data(X, y)
    check_penalty(penalty)
    task = Task(family, penalty, estimator, fit_intercept, options or {})
    entry = with_penalty(estimator)
    if isinstance(rule, Pivotal):
        if not entry.pivotal:
            raise InputError(
                bad_value("rule", rule, f"left out with {estimator!r}, whose levels are not pivotal (T14)")
            )
        lam = pivotal_level(X, task.penalty, rule, _given(rng, rule), fit_intercept)
        return replace(task.path(X, y, [lam])[0], lam=lam)
    largest = task.largest_lam(X, y)
    if not 0.0 < largest < np.inf:
        # Nothing to choose: the null model fits every response, or does not exist.
        return task.path(X, y, [penalty.lam])[0]
    lams = lam_grid(largest, rule.grid, rule.ratio)
    fits = task.path(X, y, lams)
    if isinstance(rule, CrossValidation):
        scores = _cross_validated(task, X, y, lams, rule.folds, _given(rng, rule))
    else:
        scores = np.array([_criterion(task, X, y, fit, lam, rule) for fit, lam in zip(fits, lams, strict=True)])
    return _best(fits, lams, scores)


def pivotal_level(
    X: FloatArray, penalty: Penalty, rule: Pivotal, rng: np.random.Generator, fit_intercept: bool
) -> float:
    """Level of a pivotal rule for this design: quantile of ||X'xi||_inf / ||xi||_1 as in `largest_lam`, times c."""
    noise = rng.standard_normal((len(X), PIVOTAL_DRAWS))
    if fit_intercept:
        noise -= noise.mean(axis=0)
    thresholds = largest_score(X, noise, penalty) / np.sum(np.abs(noise), axis=0)
    return float(rule.c * np.quantile(thresholds, rule.level))


def _given(rng: np.random.Generator | None, rule: TuningRule) -> np.random.Generator:
    if rng is None:
        raise InputError(bad_value("rng", rng, f"a random generator with the rule {rule.name!r}"))
    return rng


def _predictor(X: FloatArray, fit: Fit) -> FloatArray:
    return np.asarray(fit.intercept + X @ fit.coef)


def _criterion(task: Task, X: FloatArray, y: FloatArray, fit: Fit, lam: float, rule: Aic | Bic | Ebic | Gcv) -> float:
    """Value of a criterion, to be minimised; infinite where there is no usable fit."""
    df = degrees_of_freedom(
        fit, X, y, family=task.family, estimator=task.estimator, penalty=task.at(lam), fit_intercept=task.fit_intercept
    )
    n = y.size
    if not np.isfinite(df):
        return np.inf
    deviance = float(np.sum(task.law.deviance(y, _predictor(X, fit))))
    if isinstance(rule, Gcv):
        return deviance / n / (1.0 - df / n) ** 2 if df < n else np.inf
    if task.law.has_scale:
        # A perfect fit has an infinite likelihood at any df, so it is not comparable.
        deviance = n * np.log(deviance / n) if deviance > 0.0 else np.inf
    price = 2.0 if isinstance(rule, Aic) else np.log(n)
    gamma = rule.gamma if isinstance(rule, Ebic) else 0.0
    models = _log_models(X.shape[1], int(np.count_nonzero(fit.coef)))
    return float(deviance + price * df + 2.0 * gamma * models)


def _log_models(p: int, size: int) -> float:
    """Log of the number of models with `size` of p coefficients."""
    return float(gammaln(p + 1) - gammaln(size + 1) - gammaln(p - size + 1))


def _cross_validated(
    task: Task, X: FloatArray, y: FloatArray, lams: FloatArray, folds: int, rng: np.random.Generator
) -> FloatArray:
    """Deviance (L,) of left-out folds; infinite at a level without a usable fit in some fold."""
    if folds > y.size:
        raise InputError(bad_value("folds", folds, f"at most n = {y.size}"))
    fold = rng.permutation(y.size) % folds
    total = np.zeros(lams.size)
    for k in range(folds):
        left = fold == k
        fits = task.path(X[~left], y[~left], lams)
        with np.errstate(over="ignore"):
            total += [
                np.sum(task.law.deviance(y[left], _predictor(X[left], fit))) if fit.status == Status.OK else np.inf
                for fit in fits
            ]
    return total


def _best(fits: Sequence[Fit], lams: FloatArray, scores: FloatArray) -> Fit:
    usable = np.array([fit.status == Status.OK for fit in fits]) & np.isfinite(scores)
    if usable.any():
        best = int(np.argmin(np.where(usable, scores, np.inf)))
        return replace(fits[best], lam=float(lams[best]))
    first = fits[0]
    if first.status != Status.OK:
        return first
    nothing = np.full_like(first.coef, np.nan)
    message = "no level of the grid has a usable fit that the rule can judge (in every fold, with cv)"
    return Fit(nothing, np.nan, np.nan, np.nan, Status.NOT_CONVERGED, message, first.n_iter)
