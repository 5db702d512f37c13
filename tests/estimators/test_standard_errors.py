"""Standard errors against statsmodels, finite differences of the estimating equation, and simulated spread."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.typing import NDArray

from cases import CANONICAL, draw
from simstudy.errors import InputError
from simstudy.estimators import Fit, fgsm, mle, oracle, penalized
from simstudy.estimators.debiased import fgsm_debiased
from simstudy.estimators.degrees_of_freedom import degrees_of_freedom
from simstudy.estimators.estimating_equation import Support, attacked_equation
from simstudy.estimators.registry import ESTIMATORS
from simstudy.estimators.standard_errors import standard_errors
from simstudy.families import FAMILIES
from simstudy.penalties import ElasticNet, Lasso, Lr, Mcp, Penalty, Scad
from simstudy.records import Data

LAWS = {"gaussian": sm.families.Gaussian(), "binomial": sm.families.Binomial(), "poisson": sm.families.Poisson()}
each_family = pytest.mark.parametrize("family", CANONICAL)


@each_family
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_mle_has_those_of_statsmodels(family: str, fit_intercept: bool) -> None:
    X, y = draw(family, 90, 3, 0.5, np.random.default_rng(1))
    fit = mle(X, y, family=family, fit_intercept=fit_intercept)
    fit = standard_errors(fit, X, y, family=family, estimator="mle", fit_intercept=fit_intercept)
    peer = sm.GLM(y, sm.add_constant(X) if fit_intercept else X, LAWS[family]).fit(tol=1e-12).bse
    np.testing.assert_allclose(fit.se, peer[-3:], rtol=1e-6)
    assert fit.intercept_se == pytest.approx(peer[0], rel=1e-6) if fit_intercept else np.isnan(fit.intercept_se)


@each_family
def test_a_zero_has_a_standard_error_of_zero(family: str) -> None:
    X, y = draw(family, 90, 4, 0.5, np.random.default_rng(2))
    support = np.array([True, False, True, False])
    fit = oracle(X, y, family=family, support=support)
    fit = standard_errors(fit, X, y, family=family, estimator="oracle")
    alone = mle(X[:, support], y, family=family)
    alone = standard_errors(alone, X[:, support], y, family=family, estimator="mle")
    np.testing.assert_array_equal(fit.se[~support], 0.0)
    np.testing.assert_allclose(fit.se[support], alone.se, rtol=1e-10)


@each_family
@pytest.mark.parametrize("estimator", ["penalized", "fgsm"])
def test_a_flat_penalty_leaves_the_robust_errors_of_the_mle(family: str, estimator: str) -> None:
    """With every coefficient beyond scad's last knot, H is the information but for terms of order P."""
    X, y = draw(family, 400, 2, 0.0, np.random.default_rng(3))
    penalty = Scad(0.01)
    fit = (penalized if estimator == "penalized" else fgsm)(X, y, family=family, penalty=penalty)
    fit = standard_errors(fit, X, y, family=family, estimator=estimator, penalty=penalty)
    peer = sm.GLM(y, sm.add_constant(X), LAWS[family]).fit(cov_type="HC1").bse
    np.testing.assert_allclose(np.append(fit.intercept_se, fit.se), peer, rtol=5e-3)


def to_theta(support: Support) -> NDArray[np.float64]:
    """Derivative of theta in the coefficients, where all are selected."""
    columns = [support.coefficients(e) for e in np.eye(support.Z.shape[1])]
    return np.linalg.inv(np.column_stack(columns))


@pytest.mark.parametrize("penalty", [Lasso(0.03), ElasticNet(0.05, 0.4), Lr(0.03, 1.5), Mcp(0.02, 200.0)])
def test_the_jacobian_is_the_derivative_of_the_estimating_equation(penalty: Penalty) -> None:
    """Binomial FGSM, whose signs do not depend on the coefficients, so that T3's objective has second derivatives."""
    X, y = draw("binomial", 90, 3, 0.5, np.random.default_rng(4))
    fit = fgsm(X, y, family="binomial", penalty=penalty)
    assert np.all(fit.coef != 0)
    law = FAMILIES["binomial"]
    equation = attacked_equation(fit, X, y, law, penalty, True)
    M = to_theta(equation.support)

    def gradient(b: NDArray[np.float64]) -> NDArray[np.float64]:
        moved = Fit(b[1:], b[0], 0.0, 0.0, fit.status, "", 0)
        return M.T @ attacked_equation(moved, X, y, law, penalty, True).scores.mean(axis=0)

    at = np.append(fit.intercept, fit.coef)
    steps = 1e-6 * np.eye(4)
    numerical = np.column_stack([(gradient(at + e) - gradient(at - e)) / 2e-6 for e in steps])
    t = np.abs(fit.coef)
    curvature = (penalty.slope(t + 1e-6) - penalty.slope(t - 1e-6)) / 2e-6
    analytical = M.T @ equation.jacobian(curvature) @ M
    np.testing.assert_allclose(analytical, numerical, atol=1e-6)
    np.testing.assert_allclose(equation.scores.mean(axis=0), 0.0, atol=1e-7)


@pytest.mark.parametrize("family", ["gaussian", "poisson"])
def test_the_kink_term_is_the_drift_of_the_signs(family: str) -> None:
    """Mean of psi over 2e6 observations at shifted coefficients; without K the slope would be 10 % off.

    The difference quotient has a standard error of about 0.003 times the slope per entry; the allowance is 6 of them
    (false-alarm rate below 1e-6 over the four entries) plus 0.02 for second order in P. For counts the quotient runs
    over predictors wide enough to meet many whole means.
    """
    rng = np.random.default_rng(5)
    n = 2_000_000
    law, penalty = FAMILIES[family], Scad(0.25)
    X = rng.standard_normal((n, 1))
    truth = Fit(np.array([1.2]), 1.0, 0.0, 0.0, "ok", "", 0)
    y = law.sample(truth.intercept + X @ truth.coef, rng)
    equation = attacked_equation(truth, X, y, law, penalty, True)
    M = to_theta(equation.support)
    bread = M.T @ equation.bread @ M
    h = 0.02

    def mean_score(b: NDArray[np.float64]) -> NDArray[np.float64]:
        moved = Fit(b[1:], float(b[0]), 0.0, 0.0, "ok", "", 0)
        return M.T @ attacked_equation(moved, X, y, law, penalty, True).scores.mean(axis=0)

    at, steps = np.append(truth.intercept, truth.coef), h * np.eye(2)
    columns = [(mean_score(at + e) - mean_score(at - e)) / (2 * h) for e in steps]
    quotient = np.column_stack(columns)
    np.testing.assert_allclose(bread, quotient, atol=0.04 * np.abs(quotient).max())


def simulated(family: str, estimator: str, penalty: Penalty, curvature: str, size: int) -> tuple[float, float]:
    """Smallest and largest ratio of the mean standard error to the simulated standard deviation."""
    rng = np.random.default_rng([6, size])
    function = {"penalized": penalized, "fgsm": fgsm, "fgsm_debiased": fgsm_debiased}[estimator]
    beta = {"gaussian": 1.0, "binomial": 1.5, "poisson": 0.5}[family] * np.array([1.0, -1.0, 1.0])
    estimates, errors = np.empty((size, 4)), np.empty((size, 4))
    for r in range(size):
        X = rng.standard_normal((500, 3))
        y = FAMILIES[family].sample(0.3 + X @ beta, rng)
        fit = function(X, y, family=family, penalty=penalty)
        fit = standard_errors(fit, X, y, family=family, estimator=estimator, penalty=penalty, curvature=curvature)
        estimates[r], errors[r] = np.append(fit.intercept, fit.coef), np.append(fit.intercept_se, fit.se)
    ratio = errors.mean(axis=0) / estimates.std(axis=0, ddof=1)
    return float(ratio.min()), float(ratio.max())


@pytest.mark.slow
@each_family
@pytest.mark.parametrize("estimator", ["penalized", "fgsm", "fgsm_debiased"])
def test_they_are_the_spread_of_strong_coefficients_under_scad(family: str, estimator: str) -> None:
    """Mean over 3000 samples, n = 500, scad flat at every coefficient; the ratio to the SD within 0.09.

    The SD of 3000 estimates has a relative standard error of 0.013; 0.09 is five of them (false-alarm rate 4 * 5.7e-7 a
    case) and 0.025 for the bias at n = 500. A factor of 1.15 would be detected.
    """
    lowest, highest = simulated(family, estimator, Scad(0.1), "quadratic", 3000)
    assert 0.91 <= lowest <= highest <= 1.09


@pytest.mark.slow
@pytest.mark.parametrize("estimator", ["penalized", "fgsm"])
def test_under_the_lasso_the_tangent_is_right_and_the_quadratic_too_small(estimator: str) -> None:
    """As above for gaussian data; lam = 0.2 makes eq. 3.10 at least 10 % too small, so that the test has power."""
    lowest, highest = simulated("gaussian", estimator, Lasso(0.2), "tangent", 3000)
    assert 0.91 <= lowest <= highest <= 1.09
    lowest, _ = simulated("gaussian", estimator, Lasso(0.2), "quadratic", 3000)
    assert lowest < 0.88


def test_an_unusable_fit_has_none() -> None:
    X, y = np.eye(4)[:, :2], np.array([1.0, 0.0, 0.0, 0.0])
    fit = standard_errors(mle(X, y, family="binomial"), X, y, family="binomial", estimator="mle")
    assert np.isnan(fit.se).all()
    assert np.isnan(fit.intercept_se)


def test_a_negative_tangent_that_leaves_no_curvature_gives_none() -> None:
    """Beside the kink of a steep penalty H is not positive definite: p'' = -1/(a - 1) exceeds the information."""
    X = np.column_stack([np.tile([0.5, -0.5], 20)])
    y = X[:, 0] * 2.0
    penalty = Scad(0.9, a=2.2)
    fit = Fit(np.array([1.5]), 0.0, 0.0, 0.0, "ok", "", 0)
    fit = standard_errors(fit, X, y, family="gaussian", estimator="penalized", penalty=penalty, curvature="tangent")
    assert np.isnan(fit.se).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"estimator": "fgsm_training"}, r"'fgsm_training' declares no errors.*fgsm, .*do"),
        ({"estimator": "fgsm"}, r"penalty = None.*'fgsm'"),
        ({"estimator": "fgsm", "penalty": Lasso(0.1), "curvature": "flat"}, r"curvature: unknown 'flat'"),
    ],
)
def test_what_has_no_standard_errors_is_refused(arguments: dict[str, object], message: str) -> None:
    X, y = draw("gaussian", 20, 2, 0.0, np.random.default_rng(7))
    with pytest.raises(InputError, match=message):
        standard_errors(mle(X, y, family="gaussian"), X, y, family="gaussian", **arguments)


def with_origin_and_scale(X: NDArray[np.float64], center: float, scale: float) -> NDArray[np.float64]:
    """X with another origin and scale of its second column."""
    changed = X.copy()
    changed[:, 1] = scale * changed[:, 1] + center
    return changed


KINDS = {
    "mle": (None, "quadratic"),
    "penalized": (ElasticNet(0.05, 0.5), "quadratic"),
    "fgsm": (Lasso(0.02), "tangent"),
    "fgsm_debiased": (Scad(0.05), "quadratic"),
}


@each_family
@pytest.mark.parametrize("estimator", KINDS)
@pytest.mark.parametrize(("center", "scale"), [(2008.0, 1.0), (-1e6, 1.0), (0.0, 1e6), (0.0, 1e-9), (3e4, 1e-3)])
def test_they_do_not_depend_on_where_a_column_begins_nor_on_its_unit(
    family: str, estimator: str, center: float, scale: float
) -> None:
    """The same fit written in other units, and its errors: exact up to the rounding of X itself, center / scale eps."""
    X, y = draw(family, 120, 3, 0.4, np.random.default_rng(11))
    penalty, curvature = KINDS[estimator]
    options = {} if penalty is None else {"penalty": penalty}
    fit = ESTIMATORS[estimator].fit(Data(X, y), None, family=family, fit_intercept=True, **options)
    unit = np.array([1.0, scale, 1.0])
    moved = replace(fit, coef=fit.coef / unit, intercept=fit.intercept - center * fit.coef[1] / scale)
    given = {"family": family, "estimator": estimator, "penalty": penalty, "curvature": curvature}
    if penalty is not None and scale != 1.0:
        given["penalty"] = InUnits(penalty, {3: unit, np.count_nonzero(fit.coef): unit[fit.coef != 0.0]})
    plain = standard_errors(fit, X, y, **given | {"penalty": penalty})
    other = standard_errors(moved, with_origin_and_scale(X, center, scale), y, **given)
    tolerance = 1e-8 + 1e-13 * (abs(center) / scale)
    np.testing.assert_allclose(other.se * unit, plain.se, rtol=tolerance)
    if center == 0.0:
        assert other.intercept_se == pytest.approx(plain.intercept_se, rel=tolerance)


@dataclass(frozen=True)
class InUnits:
    """A penalty of all or of the selected coefficients in other units, p(unit t), by their number: the same fit."""

    penalty: Penalty
    units: dict[int, NDArray[np.float64]]

    def multipliers(self, p: int) -> NDArray[np.float64]:
        return np.ones(p)

    def value(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.penalty.value(self.units[t.size] * t)

    def slope(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.units[t.size] * self.penalty.slope(self.units[t.size] * t)


@each_family
def test_calendar_years_have_the_errors_of_the_years_since_the_first(family: str) -> None:
    """Today's statsmodels on centred years, moved back by hand: se(a)^2 = (1, -c) V (1, -c)'."""
    rng = np.random.default_rng(12)
    years = 2003.0 + np.arange(11.0).repeat(3)
    since = years - 2008.0
    y = FAMILIES[family].sample(0.2 + 0.1 * since, rng)
    fit = standard_errors(mle(years[:, None], y, family=family), years[:, None], y, family=family, estimator="mle")
    V = sm.GLM(y, sm.add_constant(since), LAWS[family]).fit(tol=1e-12).cov_params()
    loading = np.array([1.0, -2008.0])
    assert fit.se[0] == pytest.approx(np.sqrt(V[1, 1]), rel=1e-6)
    assert fit.intercept_se == pytest.approx(np.sqrt(loading @ V @ loading), rel=1e-6)


@pytest.mark.parametrize("scale", [1e-150, 1e150])
@pytest.mark.parametrize("estimator", ["mle", "penalized", "fgsm"])
def test_columns_of_any_size_that_a_number_can_have(estimator: str, scale: float) -> None:
    """The weighted lasso of a column in another unit is the same fit; its errors and df are the same too."""
    X, y = draw("gaussian", 60, 3, 0.4, np.random.default_rng(13))
    unit = np.array([1.0, scale, 1.0])
    plain, other = (None, None) if estimator == "mle" else (Lasso(0.05), Lasso(0.05, weights=unit))
    options = {} if plain is None else {"penalty": plain}
    fit = ESTIMATORS[estimator].fit(Data(X, y), None, family="gaussian", fit_intercept=True, **options)
    moved = replace(fit, coef=fit.coef / unit)
    given = {"family": "gaussian", "estimator": estimator}
    errors = standard_errors(fit, X, y, penalty=plain, **given)
    errors_moved = standard_errors(moved, X * unit, y, penalty=other, **given)
    np.testing.assert_allclose(errors_moved.se * unit, errors.se, rtol=1e-9)
    assert errors_moved.intercept_se == pytest.approx(errors.intercept_se, rel=1e-9)
    df = degrees_of_freedom(fit, X, y, penalty=plain, **given)
    assert degrees_of_freedom(moved, X * unit, y, penalty=other, **given) == pytest.approx(df, rel=1e-9)
