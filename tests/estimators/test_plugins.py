"""A user's family and penalty, defined outside of the package: fits, paths, tuning, errors, existence, theory."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy.optimize import minimize

from cases import draw
from reference.objective import Problem, objective
from reference.optimality import optimality_residual
from simstudy.errors import ConfigError, InputError
from simstudy.estimators import fgsm, mle, path, penalized, standard_errors, tuned
from simstudy.estimators.rules import Bic
from simstudy.families import FAMILIES
from simstudy.families.declare import declare_family, family_class
from simstudy.penalties import Lasso, Scad
from simstudy.penalties.declare import penalty_class
from simstudy.records import Status
from simstudy.sources.glm import Scenario
from simstudy.theory.limit_law import limit_law


@dataclass(frozen=True)
class LogShape:
    """lam eps log(1 + t / eps), of slope lam at zero."""

    lam: float
    eps: float = 0.5
    growth = "sublinear"

    def value(self, t):
        return self.lam * self.eps * math.log1p(t / self.eps)

    def slope(self, t):
        return self.lam / (1.0 + t / self.eps)


Log = penalty_class("log", LogShape)


class CloglogShape:
    """Labels with the complementary log-log link: P(y = 1) = 1 - exp(-e^eta)."""

    support, kinked = "0 or 1", False

    def loss(self, y, eta):
        return math.exp(eta) if y < 0.5 else -math.log(-math.expm1(-math.exp(eta)))

    def slope(self, y, eta):
        m = math.exp(eta)
        return m if y < 0.5 else -m / math.expm1(m)

    def curvature(self, y, eta):
        m = math.exp(eta)
        return m if y < 0.5 else m / math.expm1(m) * (m / -math.expm1(-m) - 1.0)

    def mean(self, eta):
        return -math.expm1(-math.exp(eta))

    def link(self, mu):
        return math.log(-math.log1p(-mu))

    def recession(self, y):
        return 1.0 if y > 0.5 else -1.0

    def in_support(self, y):
        return y in (0.0, 1.0)

    def information(self, eta):
        m = math.exp(eta)
        return m * m / math.expm1(m)

    def sample(self, eta, rng, sigma=1.0):
        return (rng.random(np.shape(eta)) < -np.expm1(-np.exp(eta))).astype(float)


@pytest.fixture(scope="module")
def cloglog() -> Iterator[str]:
    declare_family("cloglog")(CloglogShape)
    yield "cloglog"
    FAMILIES._entries.pop("cloglog")


def cloglog_data(seed: int, n: int = 150, p: int = 4) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    return X, FAMILIES["cloglog"].sample(-0.3 + X[:, 0] - 0.7 * X[:, 1], rng)


def check_optimal(problem: Problem, fit) -> None:
    assert fit.status == Status.OK, fit.message
    assert optimality_residual(problem, fit.intercept, fit.coef) <= 1e-7
    assert fit.objective == pytest.approx(objective(problem, fit.intercept, fit.coef), abs=1e-9)


@pytest.mark.parametrize("family", ["gaussian", "binomial", "poisson", "gamma", "negative_binomial"])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("attack", ["none", "fgsm", "worst_case"])
def test_a_user_s_penalty_is_fitted_in_every_family(family: str, attack: str, fit_intercept: bool) -> None:
    X, y = draw(family, 100, 6, 0.5, np.random.default_rng(3))
    problem = Problem(X, y, family, Log(0.06), attack, fit_intercept)
    shared = {"family": family, "penalty": problem.penalty, "fit_intercept": fit_intercept}
    fit = penalized(X, y, **shared) if attack == "none" else fgsm(X, y, **shared, attack=attack)
    assert fit.status == Status.OK, fit.message
    assert optimality_residual(problem, fit.intercept, fit.coef) <= 1e-7
    assert (fit.coef != 0.0).any()
    # Fitted as itself and not as a penalty with the same slope at zero.
    lasso = replace(problem, penalty=Lasso(0.06))
    assert optimality_residual(lasso, fit.intercept, fit.coef) > 1e-3


@pytest.mark.parametrize("attack", ["none", "fgsm"])
def test_a_user_s_family_is_fitted(cloglog: str, attack: str) -> None:
    X, y = cloglog_data(4)
    for penalty in (Lasso(0.05), Scad(0.1), Log(0.08)):
        for fit_intercept in (True, False):
            problem = Problem(X, y, cloglog, penalty, attack, fit_intercept)
            shared = {"family": cloglog, "penalty": penalty, "fit_intercept": fit_intercept}
            check_optimal(problem, penalized(X, y, **shared) if attack == "none" else fgsm(X, y, **shared))


def test_a_user_s_family_has_the_mle_of_a_general_minimiser(cloglog: str) -> None:
    X, y = cloglog_data(5)
    law = FAMILIES[cloglog]
    found = minimize(lambda b: law.loss(y, b[0] + X @ b[1:]).mean(), np.zeros(5), method="BFGS", options={"gtol": 1e-9})
    fit = mle(X, y, family=cloglog)
    np.testing.assert_allclose([fit.intercept, *fit.coef], found.x, atol=1e-5)
    errors = standard_errors(fit, X, y, family=cloglog, estimator="mle")
    Z = np.column_stack([np.ones(len(y)), X])
    weight = law.information(fit.intercept + X @ fit.coef)
    exact = np.sqrt(np.diag(np.linalg.inv(Z.T @ (weight[:, None] * Z))))
    np.testing.assert_allclose([errors.intercept_se, *errors.se], exact, rtol=1e-10)


def test_separated_labels_have_no_minimiser_in_a_user_s_family_either(cloglog: str) -> None:
    X = np.linspace(-1.0, 1.0, 20)[:, None]
    y = (X[:, 0] > 0.0).astype(float)
    assert mle(X, y, family=cloglog).status == Status.NO_MINIMISER
    assert penalized(X, y, family=cloglog, penalty=Scad(0.1)).status == Status.NO_MINIMISER
    assert fgsm(X, y, family=cloglog, penalty=Lasso(1e-4)).status == Status.NO_MINIMISER
    # A penalty that grows for ever outweighs a gain that is bounded, but not one from inside the likelihood.
    assert penalized(X, y, family=cloglog, penalty=Log(0.05)).status == Status.OK
    assert fgsm(X, y, family=cloglog, penalty=Log(0.05)).status == Status.NO_MINIMISER


def test_paths_tuning_and_standard_errors_take_a_user_s_penalty(cloglog: str) -> None:
    X, y = draw("gaussian", 100, 6, 0.5, np.random.default_rng(6))
    lams = [0.3, 0.1]
    along = path(X, y, family="gaussian", penalty=Log(1.0), lams=lams, estimator="penalized")
    for lam, fit in zip(lams, along, strict=True):
        np.testing.assert_array_equal(fit.coef, penalized(X, y, family="gaussian", penalty=Log(lam)).coef)
    best = tuned(X, y, family="gaussian", penalty=Log(1.0), rule=Bic())
    assert best.status == Status.OK
    errors = standard_errors(best, X, y, family="gaussian", estimator="fgsm", penalty=Log(best.lam))
    assert np.isfinite(errors.se).all()
    X, y = cloglog_data(7)
    fit = penalized(X, y, family=cloglog, penalty=Lasso(0.03))
    errors = standard_errors(fit, X, y, family=cloglog, estimator="penalized", penalty=Lasso(0.03))
    assert np.isfinite(errors.se).all()


def test_theory_treats_a_user_s_penalty_at_finite_n_and_says_that_it_has_no_limit() -> None:
    scenario = Scenario(family="gaussian", n=400, beta=(1.0, 0.0))
    penalty = Log(0.05)
    law = limit_law(scenario, "penalized", penalty)
    assert 0.0 < law.prob_zero()[-1] < 1.0
    with pytest.raises(InputError, match="'log' has no limit law"):
        limit_law(scenario, "penalized", penalty, form="limit")


@pytest.mark.parametrize("missing", ["loss", "slope", "curvature", "mean", "link", "recession", "in_support", "kinked"])
def test_an_incomplete_family_is_refused_with_what_is_missing(missing: str) -> None:
    body = {name: value for name, value in vars(CloglogShape).items() if name != missing and not name.startswith("__")}
    with pytest.raises(ConfigError, match=f"family 'naive': Naive lacks {missing}"):
        family_class("naive", type("Naive", (), body))


@pytest.mark.parametrize(
    ("methods", "words"),
    [
        ({"slope": lambda self, y, eta: math.exp(eta) - y}, "slope is not the derivative of loss"),
        ({"curvature": lambda self, y, eta: 1.0 + 0.0 * eta}, "curvature is not the derivative of slope"),
        ({"mean": lambda self, eta: 2.0 + 0.0 * eta}, "slope does not have the sign|link is not the inverse"),
        ({"link": lambda self, mu: mu}, "link is not the inverse of mean"),
        ({"recession": lambda self, y: 0.5}, "recession is neither"),
        ({"loss": lambda self, y, eta: self.unknown}, "loss is not plain arithmetic"),
    ],
)
def test_a_family_that_contradicts_itself_is_refused(methods: dict[str, object], words: str) -> None:
    odd = family_class("odd", type("Odd", (CloglogShape,), methods))()
    X, y = np.linspace(-1.0, 1.0, 20)[:, None], np.arange(20) % 2.0
    with pytest.raises(InputError, match=words):
        penalized(X, y, family=odd, penalty=Lasso(0.1))


def test_counts_whose_sign_depends_on_the_predictor_must_say_so() -> None:
    class Counts:
        support, kinked = "a count", False

        def loss(self, y, eta):
            return math.exp(eta) - y * eta

        def slope(self, y, eta):
            return math.exp(eta) - y

        def curvature(self, y, eta):
            return math.exp(eta)

        def mean(self, eta):
            return math.exp(eta)

        def link(self, mu):
            return math.log(mu)

        def recession(self, y):
            return -1.0 if y == 0.0 else 0.0

        def in_support(self, y):
            return y >= 0.0

    X, y = np.linspace(-1.0, 1.0, 20)[:, None], np.arange(20) % 4.0
    with pytest.raises(InputError, match="kinked is False, but the sign of y - mean depends on eta"):
        fgsm(X, y, family=family_class("counts", Counts)(), penalty=Lasso(0.1))
