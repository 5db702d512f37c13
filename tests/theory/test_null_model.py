import numpy as np
import pytest

from simstudy.errors import ConfigError
from simstudy.estimators import fgsm, penalized
from simstudy.penalties import Lasso, Scad
from simstudy.sources.glm import Scenario
from simstudy.theory.null_model import largest_lam, null_probability

FIT = {"fgsm": fgsm, "penalized": penalized}


@pytest.mark.parametrize("estimator", ["fgsm", "penalized"])
@pytest.mark.parametrize(
    ("family", "intercept"), [("gaussian", None), ("binomial", None), ("gaussian", 0.7), ("binomial", -0.5)]
)
def test_every_slope_is_zero_from_the_largest_lam_on_and_not_below(
    family: str, intercept: float | None, estimator: str
) -> None:
    scenario = Scenario(family, 60, np.zeros(4), intercept=intercept)
    for seed in range(5):
        X, y = scenario.sample(np.random.default_rng(seed))
        lam = largest_lam(X, y, family, estimator, scenario.has_intercept)
        options = {"family": family, "fit_intercept": scenario.has_intercept}
        above, below = (FIT[estimator](X, y, penalty=Lasso(f * lam), **options).coef for f in (1.001, 0.99))
        assert not above.any()
        assert np.count_nonzero(below) == 1


def test_poisson_with_an_intercept() -> None:
    scenario = Scenario("poisson", 80, np.zeros(3), intercept=0.5)
    X, y = scenario.sample(np.random.default_rng(1))
    lam = largest_lam(X, y, "poisson", "penalized", fit_intercept=True)
    assert not penalized(X, y, family="poisson", penalty=Lasso(1.001 * lam)).coef.any()
    assert penalized(X, y, family="poisson", penalty=Lasso(0.99 * lam)).coef.any()


def test_probability_of_the_null_model() -> None:
    """One covariate, n large: P(lam >= |x'e| / sum|e|) = P(|z| <= sqrt(n) kappa lam / sigma), kappa = sigma sqrt(2/pi).

    20000 data sets: 5 standard errors are 0.017, the normal approximation is good to 0.005.
    """
    scenario = Scenario("gaussian", 400, [0.0], sigma=3.0)
    share, se = null_probability(scenario, ("fgsm", Lasso(1.2533 / 20)))
    assert share == pytest.approx(0.6827, abs=0.022)
    assert se == pytest.approx(np.sqrt(share * (1 - share) / 20_000))


@pytest.mark.parametrize(
    ("scenario", "penalty", "message"),
    [
        (Scenario("gaussian", 50, [1.0]), Lasso(0.1), "whose slopes are all zero"),
        (Scenario("gaussian", 50, [0.0]), Scad(0.1), "with the lasso"),
        (Scenario("gaussian", 50, [0.0, 0.0]), Lasso(0.1, weights=[1.0, 2.0]), "with the lasso"),
        (Scenario("poisson", 50, [0.0]), Lasso(0.1), "with an intercept in the poisson family"),
    ],
)
def test_what_is_not_covered_is_refused(scenario: Scenario, penalty: Lasso | Scad, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        null_probability(scenario, ("fgsm", penalty))
