"""What an exact law cannot be had for is refused, naming the field, the value and what is allowed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simstudy.errors import ConfigError, InputError, NoSolution, SimstudyError
from simstudy.penalties import ElasticNet, Lasso, Lr, Mcp, Scad
from simstudy.theory.proportional import best_level, existence_threshold, pays_map, proportional

GOOD: dict[str, Any] = {
    "family": "gaussian", "ratio": 2.0, "prior_values": [0.0, 2.0], "prior_weights": [0.8, 0.2], "estimator": "fgsm",
    "penalty": Lasso(0.5),
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"family": "gausian"}, "family: unknown 'gausian'; .*did you mean 'gaussian'"),
        ({"family": "poisson"}, "family: unknown 'poisson'; allowed are binomial, gaussian"),
        ({"estimator": "fsgm"}, "estimator: unknown 'fsgm'; .*did you mean 'fgsm'"),
        ({"ratio": 0.0}, "ratio = 0.0 .* a finite number > 0"),
        ({"ratio": -1.0}, "ratio = -1.0"),
        ({"ratio": np.nan}, "ratio = nan"),
        ({"sigma": 0.0}, "sigma = 0.0"),
        ({"intercept": np.inf}, "intercept = inf"),
        ({"prior_weights": [0.8, 0.3]}, "prior_weights = .* sum 1, not 1.1"),
        ({"prior_weights": [1.2, -0.2]}, "prior_weights"),
        ({"prior_weights": [1.0]}, "prior_weights = '1 numbers' .* one weight for each of the 2 prior_values"),
        ({"prior_values": [0.0, np.nan]}, "prior_values"),
        ({"prior_values": []}, "prior_weights"),
        ({"prior_values": "nomal", "prior_weights": 1.0}, "prior_values: unknown 'nomal'.*did you mean 'normal'"),
        ({"prior_values": "normal", "prior_weights": -1.0}, "prior_weights = -1.0 .* variance"),
        ({"prior_values": "normal", "prior_weights": [1.0]}, "prior_weights .* variance"),
        ({"penalty": Scad(0.5)}, "Scad.*separable and convex"),
        ({"penalty": Mcp(0.5)}, "Mcp.*separable and convex"),
        ({"penalty": Lr(0.5, 0.5)}, "separable and convex"),
        ({"penalty": Lr(0.5, 1.5)}, "separable and convex"),
        ({"penalty": Lasso(0.5, weights=[1.0, 2.0])}, "without weights"),
        ({"penalty": None}, "penalty = None .* a penalty for estimator 'fgsm'"),
        ({"estimator": "mle"}, "penalty = .* None for estimator 'mle'"),
    ],
)
def test_a_value_that_is_not_allowed(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        proportional(**(GOOD | change))


def test_a_negative_level() -> None:
    with pytest.raises(InputError, match=r"lam = -0\.1"):
        Lasso(-0.1)
    with pytest.raises(ConfigError, match=r"level = -0\.1 .* >= 0"):
        existence_threshold(-0.1, [0.0], [1.0])
    with pytest.raises(ConfigError, match="level = -1"):
        proportional(**GOOD).adversarial_error(-1)


@pytest.mark.parametrize(
    ("level", "intercept", "alphastar"), [(0.25, None, "1.9423"), (0.0, None, "2.7517"), (0.25, -1.5, "2.2744")]
)
def test_below_the_threshold_there_is_no_solution(level: float, intercept: float | None, alphastar: str) -> None:
    """Zero is the MLE, by either name; just above the threshold there is a solution (T22)."""
    prior = ((-4.0, 0.0, 4.0), (0.1, 0.8, 0.1))
    limit = existence_threshold(level, *prior, intercept=intercept)
    with pytest.raises(NoSolution, match=f"no minimiser .* alphastar = {alphastar}"):
        proportional("binomial", 0.97 * limit, *prior, "fgsm", Lasso(level), intercept=intercept)
    assert proportional("binomial", 1.03 * limit, *prior, "fgsm", Lasso(level), intercept=intercept).residual < 1e-9


def test_the_gaussian_mle_needs_more_observations_than_coefficients() -> None:
    with pytest.raises(NoSolution, match="alphastar = 1"):
        proportional("gaussian", 0.9, "normal", 1.0, "mle", None)
    assert issubclass(NoSolution, SimstudyError)


@pytest.mark.parametrize("penalty", [Lr(0.1, 2.0), ElasticNet(0.1, 0.5)])
def test_a_penalty_that_outgrows_the_margins_always_has_a_solution(penalty: Lr | ElasticNet) -> None:
    law = proportional("binomial", 0.5, (-4.0, 0.0, 4.0), (0.1, 0.8, 0.1), "fgsm", penalty)
    assert law.residual <= 1e-10


def test_a_penalised_fit_beside_the_likelihood_always_has_a_solution() -> None:
    law = proportional("binomial", 0.5, (-4.0, 0.0, 4.0), (0.1, 0.8, 0.1), "penalized", Lasso(0.1))
    assert law.residual <= 1e-10


def test_tuning_needs_a_kind_of_penalty() -> None:
    with pytest.raises(ConfigError, match=r"penalty = .* lam > 0"):
        best_level(**(GOOD | {"penalty": Lasso(0.0)}))


@pytest.mark.parametrize(
    ("sparsity", "signal", "field"), [(0.0, 1.0, "sparsity"), (1.5, 1.0, "sparsity"), (0.1, 0.0, "signal")]
)
def test_a_map_outside_its_plane(sparsity: float, signal: float, field: str) -> None:
    with pytest.raises(ConfigError, match=f"{field} = "):
        pays_map("gaussian", [2.0], [sparsity], [signal])


def test_labels_only_are_misclassified() -> None:
    with pytest.raises(ConfigError, match="labels"):
        proportional(**GOOD).misclassification()
