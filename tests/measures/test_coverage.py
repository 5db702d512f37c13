import numpy as np
import pandas as pd
import pytest

from simstudy.estimators import mle, standard_errors
from simstudy.measures import summarise
from simstudy.measures.coverage import coverage, model_se

SCENARIOS = pd.DataFrame(
    [{"scenario": "s", "scenario_key": "k", "intercept": 0.5, "beta_true": np.array([1.0, 0.0]), "n": 50}]
)


def row(replicate: int, **changed: object) -> dict[str, object]:
    return {
        "scenario": "s", "scenario_key": "k", "replicate": replicate, "method": "m", "status": "ok",
        "intercept_hat": 0.6, "beta_hat": np.array([1.1, 0.0]), "intercept_se": 0.04, "se_hat": np.array([0.06, 0.0]),
        **changed,
    }  # fmt: skip


def test_an_interval_covers_up_to_1_96_standard_errors() -> None:
    errors = np.array([[1.95, -1.97, 0.0, 0.1], [-1.95, 0.0, 0.0, 0.1]])
    found = coverage(errors, np.array([[1.0, 1.0, 0.0, 0.0]] * 2))
    np.testing.assert_array_equal(found.value, [1.0, 0.5, 1.0, 0.0])
    assert np.all((found.lower < found.value) | (found.value == 0.0))
    assert found.upper[3] > 0.5


def test_model_se_is_a_root_mean_square() -> None:
    assert model_se(np.array([[3.0], [4.0]])).value[0] == pytest.approx(np.sqrt(12.5))


def test_measures_count_the_replicates_that_have_standard_errors() -> None:
    rows = [
        row(0),
        row(1, intercept_se=0.06),
        row(2, se_hat=np.array([np.nan, np.nan]), intercept_se=np.nan),
        row(3, se_hat=None, intercept_se=None),
        row(4, status="no_minimiser", se_hat=np.array([np.nan, np.nan]), intercept_se=np.nan),
    ]
    measures = summarise(pd.DataFrame(rows), SCENARIOS)
    found = measures[measures["measure"] == "coverage"].set_index("parameter")
    assert found["value"].to_dict() == {"intercept": 0.5, "beta_1": 1.0, "beta_2": 1.0}
    assert set(found["usable"]) == {2}
    assert set(found["attempted"]) == {5}
    assert found["conditional"].all()
    assert set(measures[measures["measure"] == "bias"]["usable"]) == {4}
    assert "model_se" in set(measures["measure"])


def test_without_standard_errors_there_is_no_coverage() -> None:
    without = pd.DataFrame([row(0, se_hat=None, intercept_se=None), row(1, se_hat=None, intercept_se=None)])
    for rows in (without, without.drop(columns=["se_hat", "intercept_se"])):
        assert "coverage" not in set(summarise(rows, SCENARIOS)["measure"])


def test_intervals_of_the_mle_cover_at_their_rate() -> None:
    """1000 binomial samples, n = 400: each of three coverages within 5.4 MCSE (0.037) of 0.95.

    False-alarm rate below 3e-7; standard errors off by a factor of 1.2 (coverage 0.90 or 0.98) would be seen for a
    shortfall, and of 1.4 for an excess.
    """
    rng = np.random.default_rng(1)
    rows = []
    for r in range(1000):
        X = rng.standard_normal((400, 2))
        y = (rng.random(400) < 1 / (1 + np.exp(-0.5 - X[:, 0]))).astype(float)
        fit = standard_errors(mle(X, y, family="binomial"), X, y, family="binomial", estimator="mle")
        estimates = {"intercept_hat": fit.intercept, "beta_hat": fit.coef}
        rows.append(row(r, **estimates, intercept_se=fit.intercept_se, se_hat=fit.se))
    measures = summarise(pd.DataFrame(rows), SCENARIOS)
    assert np.all(np.abs(measures[measures["measure"] == "coverage"]["value"] - 0.95) < 0.037)
    se, sd = (measures[measures["measure"] == name]["value"].to_numpy() for name in ("model_se", "empirical_se"))
    np.testing.assert_allclose(se, sd, rtol=0.14)
