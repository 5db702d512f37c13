"""State evolution against fits at p = 400 (T20, T21)."""

from __future__ import annotations

import numpy as np
import pytest

from simstudy.estimators import fgsm, penalized
from simstudy.penalties import ElasticNet, Lasso, Lr, Penalty
from simstudy.records import Status
from simstudy.sources.glm import Scenario
from simstudy.theory.proportional import proportional

FITS = {"fgsm": fgsm, "penalized": penalized}
P, REPLICATES = 400, 30
# Deviation allowed at finite p, relative to the prediction: C / p.
C = 16.0


def fit_level(penalty: Penalty) -> Penalty:
    """The penalty per observation: c / sqrt(p) of |beta|, c of beta^2 (T19)."""
    if isinstance(penalty, Lasso):
        return Lasso(penalty.lam / np.sqrt(P))
    if isinstance(penalty, Lr):
        return penalty
    absolute, quadratic = penalty.lam * penalty.alpha / np.sqrt(P), penalty.lam * (1 - penalty.alpha)
    return ElasticNet(absolute + quadratic, absolute / (absolute + quadratic))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("family", "ratio", "size", "estimator", "penalty", "intercept"),
    [
        ("gaussian", 0.7, 2.0, "fgsm", Lasso(1.1952), None),
        ("gaussian", 2.0, 2.0, "fgsm", ElasticNet(0.7, 0.6), None),
        ("gaussian", 1.0, 2.0, "penalized", Lasso(0.8), None),
        ("binomial", 2.0, 4.0, "fgsm", Lasso(0.7071), None),
        ("binomial", 4.0, 2.0, "fgsm", Lasso(0.5), -1.0),
        ("binomial", 4.0, 2.0, "penalized", Lasso(0.175), -1.0),
        ("binomial", 1.5, 2.0, "fgsm", Lr(0.2, 2.0), None),
    ],
)
def test_fits_have_what_the_law_predicts(
    family: str, ratio: float, size: float, estimator: str, penalty: Penalty, intercept: float | None
) -> None:
    """30 data sets, a fifth of w0 at +-size; |mean - law| <= C |law| / p + 6.2 MCSE for each of five estimands.

    Two-sided false alarm 1e-6 an estimand with 29 degrees of freedom. MCSE are .6 to 3 % of the values, so
    that deviations of 8 to 23 % are seen.
    """
    k = P // 5
    w0 = np.append(size * np.where(np.arange(k) % 2, 1.0, -1.0), np.zeros(P - k))
    law = proportional(family, ratio, (-size, 0.0, size), (0.1, 0.8, 0.1), estimator, penalty, intercept=intercept)
    scenario = Scenario(family, int(ratio * P), w0 / np.sqrt(P), intercept=intercept)
    level, rng, rows = fit_level(penalty), np.random.default_rng(11), []
    for _ in range(REPLICATES):
        X, y = scenario.sample(rng)
        fit = FITS[estimator](X, y, family=family, penalty=level, fit_intercept=intercept is not None)
        assert fit.status == Status.OK
        w = np.sqrt(P) * fit.coef
        zero = w == 0.0
        rows.append(
            [
                np.mean((w - w0) ** 2),
                np.mean(w * w0),
                level.value(np.abs(fit.coef)).sum(),
                zero[k:].mean(),
                fit.intercept,
            ]
        )
    found, mcse = np.mean(rows, axis=0), np.std(rows, axis=0, ddof=1) / np.sqrt(REPLICATES)
    expected = np.array([law.error, law.m, law.P, law.p_zero[1], law.intercept])
    assert np.all(np.abs(found - expected) <= C / P * np.abs(expected) + 6.2 * mcse), (found, expected, mcse)
