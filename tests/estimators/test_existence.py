"""Whether there is a minimiser, at a level and from which level on (T18, T22)."""

from __future__ import annotations

import numpy as np
import pytest

from simstudy.errors import InputError, SimstudyError
from simstudy.estimators import existence_level, exists, fgsm
from simstudy.penalties import Lasso
from simstudy.records import Status
from simstudy.sources.glm import Scenario
from simstudy.theory.proportional import existence_threshold
from simstudy.theory.proportional.levels import existence_level as predicted_level


def labels(n: int, p: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, p)), (rng.random(n) < 0.5).astype(float)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_below_the_level_there_is_no_minimiser_and_above_it_there_is_one(seed: int, fit_intercept: bool) -> None:
    X, y = labels(30, 20, seed)
    given = {"family": "binomial", "fit_intercept": fit_intercept}
    level = existence_level(X, y, **given)["critical_level"]
    assert level > 0.0
    assert exists(X, y, penalty=Lasso(0.98 * level), **given) == {"no_minimiser": 1.0}
    assert exists(X, y, penalty=Lasso(1.02 * level), **given) == {"no_minimiser": 0.0}
    assert exists(X, y, penalty=Lasso(0.98 * level), attack="none", **given) == {"no_minimiser": 0.0}
    assert fgsm(X, y, penalty=Lasso(0.98 * level), **given).status == Status.NO_MINIMISER
    assert fgsm(X, y, penalty=Lasso(1.02 * level), **given).status == Status.OK


def test_data_with_an_mle_need_no_level() -> None:
    X, y = labels(60, 4, 1)
    assert existence_level(X, y, family="binomial")["critical_level"] == 0.0
    assert exists(X, y, family="binomial", penalty=Lasso(0.0)) == {"no_minimiser": 0.0}


def test_equal_responses() -> None:
    X, _ = labels(10, 2, 1)
    fit = existence_level(X, np.ones(10), family="binomial")
    assert fit.status == Status.DEGENERATE_RESPONSE
    assert exists(X, np.ones(10), family="binomial", penalty=Lasso(1.0)) == {"no_minimiser": 1.0}
    assert existence_level(X, np.ones(10), family="binomial", fit_intercept=False).status == Status.OK


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"family": "binomal"}, "family: unknown 'binomal'.*'binomial'"),
        ({"attack": "fgms"}, "attack: unknown 'fgms'.*'fgsm'"),
        ({"penalty": 0.1}, r"penalty = 0\.1"),
        ({"penalty": Lasso(0.1, weights=[1.0])}, "weights"),
    ],
)
def test_bad_input_is_named(change: dict[str, object], message: str) -> None:
    X, y = labels(10, 2, 1)
    with pytest.raises(SimstudyError, match=message):
        exists(X, y, **({"family": "binomial", "penalty": Lasso(0.1)} | change))


def test_a_loss_that_rises_both_ways_has_no_such_level() -> None:
    X, _ = labels(10, 2, 1)
    with pytest.raises(InputError, match="family = 'poisson'"):
        existence_level(X, np.arange(10.0), family="poisson")
    with pytest.raises(InputError, match=r"y.*binomial|binomial.*y"):
        existence_level(X, np.arange(10.0), family="binomial")


@pytest.mark.parametrize("intercept", [None, -1.0])
def test_the_predicted_level_is_the_inverse_of_the_threshold(intercept: float | None) -> None:
    prior = ([-4.0, 0.0, 4.0], [0.1, 0.8, 0.1])
    ratio = existence_threshold(0.3, *prior, intercept)
    assert predicted_level(ratio, *prior, intercept) == pytest.approx(0.3, abs=1e-6)
    assert predicted_level(10.0, *prior, intercept) == 0.0
    with pytest.raises(InputError, match=r"ratio = -1\.0"):
        predicted_level(-1.0, *prior)


def test_half_of_the_data_sets_have_their_level_above_the_predicted_one() -> None:
    """200 null data sets, p = 60, n/p = alphastar(.5): the count above .5 is binomial if the median is right.

    False alarm 1e-6: 35 of 200 from the half. A median off by the 4 % of n/p that are a fifth of the law's width at
    this p is allowed for by as much again; one off by 25 % of n/p is seen.
    """
    p, rng = 60, np.random.default_rng(12)
    n = round(existence_threshold(0.5, [0.0], [1.0]) * p)
    scenario = Scenario("binomial", n, np.zeros(p))
    above = 0
    for _ in range(200):
        X, y = scenario.sample(rng)
        above += existence_level(X, y, family="binomial", fit_intercept=False)["critical_level"] * np.sqrt(p) > 0.5
    assert 100 - 50 <= above <= 100 + 50
