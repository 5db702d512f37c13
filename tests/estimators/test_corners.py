"""Corners of the data: a copy of a column, a level beyond every score, no level on separated data, huge numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from cases import PENALTIES, Array, draw
from simstudy.errors import InputError
from simstudy.estimators import Fit, fgsm, mle, penalized
from simstudy.families import FAMILIES
from simstudy.penalties import Lasso, Lr, Mcp, Penalty, Scad
from simstudy.records import Status

ESTIMATORS = {"penalized": penalized, "fgsm": fgsm}
everywhere = pytest.mark.parametrize("family", FAMILIES)
both = pytest.mark.parametrize("name", ESTIMATORS)


def data(family: str, seed: int = 5) -> tuple[Array, Array]:
    return draw(family, 120, 4, 0.3, np.random.default_rng(seed))


@everywhere
@both
@pytest.mark.parametrize("penalty", PENALTIES)
def test_a_copied_column_converges(family: str, name: str, penalty: str) -> None:
    """The two copies share a slope in any way (lasso) or equally (a strictly convex penalty)."""
    X, y = data(family)
    doubled = np.column_stack([X, X[:, 0]])
    fit = ESTIMATORS[name](doubled, y, family=family, penalty=PENALTIES[penalty](0.05, 5))
    assert fit.status == Status.OK, fit.message
    assert fit.kkt <= 1e-7
    if penalty in ("ridge", "bridge 1.5", "elastic net"):
        assert fit.coef[0] == pytest.approx(fit.coef[4], abs=1e-6)


@everywhere
@both
@pytest.mark.parametrize("lam", [1e3, 1e12])
@pytest.mark.parametrize("penalty", ["lasso", "scad", "mcp", "bridge 0.5"])
def test_a_huge_level_gives_the_null_model(family: str, name: str, lam: float, penalty: str) -> None:
    X, y = data(family)
    fit = ESTIMATORS[name](X, y, family=family, penalty=PENALTIES[penalty](lam, 4))
    assert fit.status == Status.OK, fit.message
    np.testing.assert_array_equal(fit.coef, 0.0)
    mean = FAMILIES[family].mean(np.array([fit.intercept]))[0]
    assert mean == pytest.approx(y.mean(), rel=1e-6)


@both
def test_no_level_on_separated_labels_is_a_status(name: str) -> None:
    X, _ = data("binomial")
    fit = ESTIMATORS[name](X, (X[:, 0] > 0).astype(float), family="binomial", penalty=Lasso(0.0))
    assert fit.status == Status.NO_MINIMISER
    assert np.isnan(fit.coef).all()


@everywhere
@both
@pytest.mark.parametrize("scale", [1e-150, 1e150, 1e300])
def test_a_fit_that_is_ok_is_finite_at_any_scale(family: str, name: str, scale: float) -> None:
    """Columns of absurd size: a status, never a NaN in a converged row."""
    X, y = data(family)
    for penalty in (Lasso(0.1), Scad(0.1)):
        fit = ESTIMATORS[name](X * scale, y, family=family, penalty=penalty)
        if fit.status == Status.OK:
            assert np.isfinite([*fit.coef, fit.intercept, fit.objective]).all()
            assert fit.kkt <= 1e-7
        else:
            assert fit.message


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Lasso(-0.1), r"lam = -0\.1.*>= 0"),
        (lambda: Lasso(np.nan), r"lam = nan.*finite"),
        (lambda: Lr(0.1, 0.0), r"r = 0\.0.*> 0"),
        (lambda: Scad(0.1, 2.0), r"a = 2\.0.*> 2"),
        (lambda: Mcp(0.1, 1.0), r"g = 1\.0.*> 1"),
    ],
)
def test_parameters_that_no_penalty_has(make: Callable[[], Penalty], words: str) -> None:
    with pytest.raises(InputError, match=words):
        make()


def test_duplicated_columns_have_no_unique_mle() -> None:
    X, y = data("binomial")
    fit: Fit = mle(np.column_stack([X, X[:, 0]]), y, family="binomial")
    assert fit.status == Status.RANK_DEFICIENT
    assert "linearly dependent" in fit.message
