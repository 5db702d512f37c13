"""Adaptive lasso: a lasso with weights from a pilot."""

from __future__ import annotations

import numpy as np
import pytest

from cases import draw
from simstudy.errors import InputError
from simstudy.estimators import fgsm, mle, penalized
from simstudy.estimators.adaptive import adaptive_weights, fgsm_adaptive, penalized_adaptive
from simstudy.estimators.path import largest_lam, path
from simstudy.estimators.rules import Bic
from simstudy.estimators.tuning import tuned
from simstudy.families import FAMILIES
from simstudy.penalties import ElasticNet, Lasso, Scad
from simstudy.records import Status

PAIRS = {"penalized": (penalized, penalized_adaptive), "fgsm": (fgsm, fgsm_adaptive)}


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("pilot", ["mle", "ridge", "lasso"])
def test_is_the_weighted_lasso_of_its_pilot(name: str, family: str, pilot: str) -> None:
    plain, adaptive = PAIRS[name]
    X, y = draw(family, 150, 4, 0.5, np.random.default_rng(1))
    first = {
        "mle": lambda: mle(X, y, family=family),
        "ridge": lambda: plain(X, y, family=family, penalty=ElasticNet(0.05, 0.0)),
        "lasso": lambda: plain(X, y, family=family, penalty=Lasso(0.05)),
    }[pilot]()
    sizes = np.maximum(np.abs(first.coef), 1e-6 * np.abs(first.coef).max())
    weighted = plain(X, y, family=family, penalty=Lasso(0.05, weights=sizes**-1.5))
    found = adaptive(X, y, family=family, penalty=Lasso(0.05), pilot=pilot, gamma=1.5)
    np.testing.assert_allclose(found.coef, weighted.coef, atol=1e-8)
    assert found.status == Status.OK


def test_what_the_pilot_sets_to_zero_stays_zero() -> None:
    X, y = draw("gaussian", 60, 8, 0.0, np.random.default_rng(2))
    pilot = penalized(X, y, family="gaussian", penalty=Lasso(0.2))
    found = penalized_adaptive(X, y, family="gaussian", penalty=Lasso(0.2), pilot="lasso")
    assert 0 < np.count_nonzero(pilot.coef) < 8
    assert np.all(found.coef[pilot.coef == 0] == 0)


def test_weights_of_the_penalty_multiply_those_of_the_pilot() -> None:
    X, y = draw("gaussian", 60, 2, 0.0, np.random.default_rng(3))
    free = penalized_adaptive(X, y, family="gaussian", penalty=Lasso(10.0, weights=[0.0, 1.0]))
    assert free.coef[0] != 0.0
    assert free.coef[1] == 0.0


def test_t13_holds_with_the_level_times_the_scale_to_gamma() -> None:
    X, y = draw("gaussian", 60, 3, 0.0, np.random.default_rng(4))
    plain = fgsm_adaptive(X, y, family="gaussian", penalty=Lasso(0.05), gamma=2.0)
    scaled = fgsm_adaptive(X, 10 * y, family="gaussian", penalty=Lasso(0.05 * 100), gamma=2.0)
    np.testing.assert_allclose(scaled.coef, 10 * plain.coef, atol=1e-7)


@pytest.mark.parametrize("name", ["penalized_adaptive", "fgsm_adaptive"])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_path_starts_at_the_threshold_of_the_weights(name: str, family: str) -> None:
    X, y = draw(family, 100, 4, 0.5, np.random.default_rng(7))
    options = {"gamma": 1.5}
    shared = {"family": family, "penalty": Lasso(1.0), "estimator": name, "options": options}
    top = largest_lam(X, y, **shared)
    null, some = path(X, y, lams=[1.0001 * top, 0.995 * top], **shared)
    assert np.count_nonzero(null.coef) == 0
    assert np.count_nonzero(some.coef) > 0
    found = tuned(X, y, rule=Bic(grid=10), **shared)
    assert 0 < found.lam < top


def test_a_pilot_without_an_estimate_is_the_status() -> None:
    X, y = draw("gaussian", 10, 20, 0.0, np.random.default_rng(5))
    found = penalized_adaptive(X, y, family="gaussian", penalty=Lasso(0.1))
    assert found.status == Status.RANK_DEFICIENT
    assert found.message.startswith("pilot mle: ")
    assert penalized_adaptive(X, y, family="gaussian", penalty=Lasso(0.1), pilot="ridge").status == Status.OK


def test_a_pilot_of_zeros_gives_equal_weights() -> None:
    np.testing.assert_array_equal(adaptive_weights(np.zeros(3)), 1.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"pilot": "mel"}, r"pilot: unknown 'mel'.*did you mean 'mle'"),
        ({"gamma": 0.0}, r"gamma = 0.0.*positive"),
        ({"penalty": Scad(0.1)}, r"penalty = Scad.*a Lasso"),
    ],
)
def test_what_cannot_be_is_refused(arguments: dict[str, object], message: str) -> None:
    X, y = draw("gaussian", 20, 2, 0.0, np.random.default_rng(6))
    with pytest.raises(InputError, match=message):
        penalized_adaptive(X, y, family="gaussian", **{"penalty": Lasso(0.1), **arguments})
