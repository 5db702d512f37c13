"""An estimator whose lambda is chosen from the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from simstudy.errors import InputError, bad_value
from simstudy.estimators.criteria import criteria, noise_level
from simstudy.estimators.fit import Fit
from simstudy.estimators.folds import cross_validated
from simstudy.estimators.input import FloatArray, check_penalty
from simstudy.estimators.interpolation import interpolation_threshold
from simstudy.estimators.levels import lam_grid, largest_score
from simstudy.estimators.path import largest_lam, split, with_penalty
from simstudy.estimators.rules import CrossValidation, GridRule, LevelRule, Pivotal, TuningRule
from simstudy.estimators.walk import Sample, Task, Walk, walk
from simstudy.penalties import Penalty
from simstudy.records import Status
from simstudy.solvers.problem import check_fit_intercept

#: Draws behind a pivotal level: its quantile at 0.95 has a standard error of 0.007 on the scale of probabilities.
PIVOTAL_DRAWS = 1000
#: Difference of scores, relative to their size, that is none.
ROUNDING = 1e-11


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
    options: Mapping[str, Any] | None = None,
) -> Fit:
    """Fit at the level that a rule chooses from the same data.

    Parameters
    ----------
    X, y, family, fit_intercept
        As in `fgsm`.
    penalty : Penalty
        Its lam is replaced by the chosen one.
    rule : Aic, Bic, Ebic, Gic, Gcv, CrossValidation, Pivotal or Interpolation
        Degrees of freedom are those of `degrees_of_freedom`; the likelihood is that of the data as they are, not as
        attacked. CrossValidation compares left-out folds; the levels are those of the whole data.
    estimator : str
        Name in the registry.
    rng : numpy.random.Generator, optional
        Source of the folds and of a pivotal level's noise; needed by these two rules.
    options : mapping, optional
        Further arguments of the estimator, such as ``weights`` and ``offset`` of the observations; n is the sum of the
        weights then.

    Returns
    -------
    Fit
        `lam` is the chosen level, the largest of equally good ones. A level without a usable fit (in a fold, too) is
        not chosen; where there is none the result is a failure whose status is that of the fit at the largest level.
        The path stops before a fit with more than n/2 degrees of freedom (`Criterion`) and after one that fits every
        gaussian response, below which nothing changes (T23); the message says so. Where a usable fit has no score, as
        its degrees of freedom do not exist, nothing can be compared: NOT_CONVERGED.

    Raises
    ------
    InputError
        As the estimator; a random rule without rng; more folds than observations; sigma for a family without one;
        weights with a pivotal rule.
    """
    check_penalty(penalty)
    if not isinstance(rule, TuningRule):
        raise InputError(bad_value("rule", rule, "a rule for lambda, such as Bic()"))
    check_fit_intercept(fit_intercept)
    entry = with_penalty(estimator)
    X, y, rows, others = split(entry, X, y, options)
    sample = Sample(X, y, rows)
    task = Task(family, penalty, entry, fit_intercept, others, rng if entry.is_random else None)
    if isinstance(rule, LevelRule):
        if not entry.pivotal:
            raise InputError(
                bad_value("rule", rule, f"left out with {estimator!r}, whose levels are not pivotal (T14)")
            )
        if isinstance(rule, Pivotal):
            lam = pivotal_level(sample, task.penalty, rule, _given(rng, rule), fit_intercept)
        else:
            lam = rule.c * _threshold(task, sample)
        return replace(task.path(sample, [lam])[0], lam=lam)
    lams = _grid(task, sample, rule)
    if lams is None:
        # Nothing to choose: the null model fits every response, or does not exist.
        return task.path(sample, [penalty.lam])[0]
    if isinstance(rule, CrossValidation):
        random = _given(rng, rule)
        walked = walk(task, sample, lams, None)
        scores, errors = cross_validated(task, sample, walked.lams, rule, random)
        return _best(walked, scores, errors if rule.one_se else np.zeros_like(errors))
    sigma = noise_level(task, sample, rule)
    walked = walk(task, sample, lams, rule.df, limit=sample.total / 2 if sigma is None else np.inf)
    scores = criteria(task, sample, walked, rule, sigma)
    return _best(walked, scores, np.zeros_like(scores))


def _grid(task: Task, sample: Sample, rule: GridRule) -> FloatArray | None:
    """Levels from large to small; None where the null model leaves nothing to choose."""
    if rule.lams is not None:
        return np.asarray(rule.lams)
    largest = largest_lam(
        sample.X, sample.y, family=task.family, penalty=task.penalty, estimator=task.entry.name,
        fit_intercept=task.fit_intercept, options=task.with_rows(sample),
    )  # fmt: skip
    return lam_grid(largest, rule.grid, rule.ratio) if 0.0 < largest < np.inf else None


def _threshold(task: Task, sample: Sample) -> float:
    """Level up to which the lasso interpolates."""
    X, y = sample.X, sample.y
    if not task.law.quadratic or not np.array_equal(task.penalty.multipliers(X.shape[1]), np.ones(X.shape[1])):
        asked = f"{task.family} with {task.penalty}"
        raise InputError(bad_value("rule 'interpolation'", asked, "gaussian data and an unweighted lasso (T23)"))
    threshold = interpolation_threshold(X, y, task.fit_intercept)
    if not 0.0 < threshold < np.inf:
        n, p = X.shape
        allowed = f"a positive number: nothing but the null model interpolates n = {n} responses with p = {p}"
        raise InputError(bad_value("interpolation threshold", threshold, allowed))
    return threshold


def pivotal_level(
    sample: Sample, penalty: Penalty, rule: Pivotal, rng: np.random.Generator, fit_intercept: bool
) -> float:
    """Level of a pivotal rule for this design: quantile of ||X'xi||_inf / ||xi||_1 as in `largest_lam`, times c."""
    if sample.rows.weights is not None:
        allowed = f"left out with the rule {rule.name!r}: repeated observations have errors of their own"
        raise InputError(bad_value("weights", "given", allowed))
    noise = rng.standard_normal((sample.y.size, PIVOTAL_DRAWS))
    if fit_intercept:
        noise -= noise.mean(axis=0)
    thresholds = largest_score(sample.X, noise, penalty) / np.sum(np.abs(noise), axis=0)
    return float(rule.c * np.quantile(thresholds, rule.level))


def _given(rng: np.random.Generator | None, rule: TuningRule) -> np.random.Generator:
    if rng is None:
        raise InputError(bad_value("rng", rng, f"a random generator with the rule {rule.name!r}"))
    return rng


def _best(walked: Walk, scores: FloatArray, margins: FloatArray) -> Fit:
    """The fit at the largest level whose score is within the margin of the smallest."""
    fits, lams = walked.fits, walked.lams
    ok = np.array([fit.status == Status.OK for fit in fits], dtype=bool)
    unknown = ok & np.isnan(scores)
    if unknown.any():
        lam = lams[int(np.argmax(unknown))]
        return _nothing(walked, f"the fit at lam = {lam:.4g} has no degrees of freedom, so that the rule has no score")
    usable = ok & np.isfinite(scores)
    if usable.any():
        best = int(np.argmin(np.where(usable, scores, np.inf)))
        # Where a bounded penalty is flat the same fit stands at several levels, and its scores differ by rounding.
        rounding = ROUNDING * (1.0 + abs(scores[best]))
        chosen = int(np.argmax(usable & (scores <= scores[best] + margins[best] + rounding)))
        fit = fits[chosen]
        supports = np.array([each.coef != 0.0 for each in fits])[ok]
        return replace(fit, lam=float(lams[chosen]), message=fit.message + walked.note, supports=supports)
    if fits and fits[0].status != Status.OK:
        return fits[0]
    return _nothing(walked, "no level of the grid has a usable fit that the rule can judge (in every fold, with cv)")


def _nothing(walked: Walk, message: str) -> Fit:
    missing = np.full(walked.p, np.nan)
    n_iter = walked.fits[0].n_iter if walked.fits else 0
    return Fit(missing, np.nan, np.nan, np.nan, Status.NOT_CONVERGED, message + walked.note, n_iter)
