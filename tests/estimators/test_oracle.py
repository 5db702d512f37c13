"""The oracle: maximum likelihood on the true support, zero elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from cases import draw
from simstudy.estimators import mle, oracle
from simstudy.families import FAMILIES
from simstudy.records import Status


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("family", FAMILIES)
def test_is_the_mle_on_the_support(family: str, fit_intercept: bool) -> None:
    X, y = draw(family, 80, 6, 0.5, np.random.default_rng(1))
    support = np.array([False, True, True, False, True, False])
    known = oracle(X, y, family=family, support=support, fit_intercept=fit_intercept)
    alone = mle(X[:, support], y, family=family, fit_intercept=fit_intercept)
    np.testing.assert_array_equal(known.coef[support], alone.coef)
    np.testing.assert_array_equal(known.coef[~support], 0.0)
    assert (known.intercept, known.objective, known.status) == (alone.intercept, alone.objective, Status.OK)


def test_needs_only_the_support_to_be_narrow() -> None:
    X, y = draw("gaussian", 10, 30, 0.0, np.random.default_rng(2))
    assert mle(X, y, family="gaussian").status == Status.RANK_DEFICIENT
    assert oracle(X, y, family="gaussian", support=np.arange(30) < 3).status == Status.OK


@pytest.mark.parametrize("family", FAMILIES)
def test_an_empty_support_is_the_null_model(family: str) -> None:
    X, y = draw(family, 40, 3, 0.0, np.random.default_rng(3))
    null = oracle(X, y, family=family, support=np.zeros(3, dtype=bool))
    assert null.status == Status.OK
    np.testing.assert_array_equal(null.coef, 0.0)
    assert FAMILIES[family].mean(np.array(null.intercept)) == pytest.approx(y.mean(), rel=1e-8)
    nothing = oracle(X, y, family=family, support=np.zeros(3, dtype=bool), fit_intercept=False)
    assert (nothing.status, nothing.intercept) == (Status.OK, 0.0)


@pytest.mark.parametrize(
    ("y", "status"),
    [([0.0, 0.0, 1.0, 1.0], Status.NO_MINIMISER), ([1.0, 1.0, 1.0, 1.0], Status.DEGENERATE_RESPONSE)],
)
def test_without_an_estimate_every_coefficient_is_nan(y: list[float], status: Status) -> None:
    X = np.column_stack([[1.0, 2.0, 3.0, 4.0], [1.0, -1.0, 1.0, -1.0]])
    result = oracle(X, y, family="binomial", support=[True, False])
    assert result.status == status
    assert np.isnan(result.coef).all()
    assert np.isnan(result.intercept)
