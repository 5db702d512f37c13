"""-2 log L with its own dispersion, against likelihoods from scipy maximised by scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import gamma, norm

from simstudy.errors import InputError
from simstudy.estimators import penalized, tuned
from simstudy.estimators.rules import Bic
from simstudy.families import FAMILIES
from simstudy.penalties import Lasso


def maximised(family: str, y: np.ndarray, mu: np.ndarray) -> float:
    """-2 log L at its maximum over the dispersion."""

    def at(log_phi: float) -> float:
        phi = np.exp(log_phi)
        law = norm(mu, np.sqrt(phi)) if family == "gaussian" else gamma(1.0 / phi, scale=mu * phi)
        return float(-2.0 * law.logpdf(y).sum())

    return float(minimize_scalar(at, bounds=(-16.0, 5.0), method="bounded", options={"xatol": 1e-10}).fun)


@pytest.mark.parametrize("family", ["gaussian", "gamma"])
@pytest.mark.parametrize("sigma", [0.03, 0.5, 2.0])
def test_differences_of_fits(family: str, sigma: float) -> None:
    law, rng = FAMILIES[family], np.random.default_rng(4)
    eta = rng.normal(size=40)
    y = law.sample(eta, rng, sigma=sigma)
    found, expected = zip(
        *(
            (
                law.profiled_deviance(float(law.deviance(y, eta + move).sum()), 40),
                maximised(family, y, law.mean(eta + move)),
            )
            for move in (0.0, 0.1, 0.7)
        ),
        strict=True,
    )
    np.testing.assert_allclose(np.diff(found), np.diff(expected), rtol=1e-6)


def test_without_a_scale_it_is_the_deviance() -> None:
    assert FAMILIES["poisson"].profiled_deviance(7.0, 3.0) == 7.0


def test_bic_of_gamma_data_is_that_of_their_likelihood() -> None:
    """The level chosen is the one at which the likelihood, shape profiled, plus log(n) df is smallest."""
    law, rng = FAMILIES["gamma"], np.random.default_rng(2)
    X = rng.standard_normal((80, 5))
    y = law.sample(X[:, 0] - 0.5 * X[:, 1], rng, sigma=1.2)
    lams = tuple(np.geomspace(0.6, 0.006, 12))
    scores = []
    for lam in lams:
        fit = penalized(X, y, family="gamma", penalty=Lasso(lam))
        df = 1 + np.count_nonzero(fit.coef)
        scores.append(maximised("gamma", y, np.exp(fit.intercept + X @ fit.coef)) + np.log(80) * df)
    chosen = tuned(X, y, family="gamma", penalty=Lasso(1.0), rule=Bic(lams=lams), estimator="penalized")
    assert chosen.lam == lams[int(np.argmin(scores))]


def test_the_scaled_lasso_is_for_additive_errors() -> None:
    X, y = np.linspace(0.0, 1.0, 20)[:, None], np.linspace(1.0, 2.0, 20)
    with pytest.raises(InputError, match="sigma = 'scaled_lasso'.*gamma family, whose errors are not additive"):
        tuned(X, y, family="gamma", penalty=Lasso(1.0), rule=Bic(sigma="scaled_lasso"), estimator="penalized")
