"""Predictions: shapes, names and the numbers that can be known in another way."""

import numpy as np
import pytest

from simstudy.errors import ConfigError
from simstudy.penalties import Lasso, Scad
from simstudy.seeding import Stream, generator
from simstudy.sources.designs import Normal, StudentT
from simstudy.sources.glm import Scenario
from simstudy.theory import constants, predict, predict_difference
from simstudy.theory.limit_law import limit_law

BETA = (1.5, -1.2, 0.0, 0.0, 1.0)


def scenario(n=2000, design=None, family="binomial"):
    return Scenario(family=family, n=n, beta=BETA, intercept=-1.0, design=design or Normal(rho=0.5), label="case")


def value(frame, quantity, parameter="all", law="law"):
    row = frame[(frame["quantity"] == quantity) & (frame["parameter"] == parameter) & (frame["law"] == law)]
    assert len(row) == 1
    return row["predicted"].item(), row["predicted_mcse"].item()


def test_mle_predictions_follow_from_the_information():
    frame = predict(scenario(), "mle", ("mle", None))
    inverse = np.linalg.inv(constants(scenario()).information) / 2000
    rmse, mcse = value(frame, "rmse")
    assert abs(rmse - np.sqrt(np.trace(inverse[1:, 1:]))) <= 5 * mcse
    se, mcse = value(frame, "empirical_se", "beta_2")
    assert abs(se - np.sqrt(inverse[2, 2])) <= 5 * mcse
    assert value(frame, "false_positives")[0] == 2.0
    assert value(frame, "exact_support")[0] == 0.0
    assert value(frame, "exact_support")[1] > 0.0


def test_the_finite_form_is_t10_and_nothing_else():
    """The MLE has no pseudo-true parameter of its own, so that both forms are one law with the same draws; FGSM has."""
    names = ["scenario", "parameter", "quantity", "predicted"]
    both = [predict(scenario(), "mle", ("mle", None), form=form) for form in ("pseudo_true", "finite")]
    assert [set(frame["law"]) for frame in both] == [{"law"}, {"T10"}]
    assert both[0][names].equals(both[1][names])
    frame = predict(scenario(), "f", ("fgsm", Lasso(0.03)), draws=500, form="finite")
    assert set(frame["law"]) == {"T10"}
    drawn = limit_law(scenario(), "fgsm", Lasso(0.03), form="finite").estimates(
        500, generator(0, scenario().key, Stream.LIMIT_LAW)
    )
    error = np.sqrt(((drawn - scenario().beta_with_intercept)[:, 1:] ** 2).sum(axis=1).mean())
    assert value(frame, "rmse", law="T10")[0] == pytest.approx(error, rel=1e-12)


def test_oracle_never_errs_in_the_support():
    frame = predict(scenario(), "oracle", ("oracle", None))
    assert value(frame, "exact_support")[0] == 1.0
    assert value(frame, "zero_probability", "beta_3")[0] == 1.0
    assert "T17" not in set(frame["law"])


def test_leading_term_against_the_oracle_is_t8():
    penalty = Scad(0.0967)
    frame = predict_difference(scenario(), ("inside", ("fgsm", penalty)), ("oracle", ("oracle", None)))
    assert set(frame["law"]) == {"T17", "T8"}
    # Theory, section 7, printed to three decimals.
    for parameter, expected in {"intercept": -0.025, "beta_1": 0.037, "beta_2": -0.030, "beta_5": 0.025}.items():
        assert value(frame, "bias_difference", parameter, "T8")[0] == pytest.approx(expected, abs=6e-4)
        assert value(frame, "bias_difference", parameter, "T17")[0] == pytest.approx(expected, abs=2e-3)
    assert set(frame["reference"]) == {"oracle"}


def test_matched_difference_is_c0_times_inverse_information_times_v():
    """No coefficient is zero, so that T16 is P I^-1 V exactly (T11)."""
    case = Scenario(family="binomial", n=800, beta=[1.0, -0.7], intercept=-1.0, design="normal", label="case")
    values, lam = constants(case), 0.01
    matched = ("penalized", Lasso(values.kappa * lam))
    frame = predict_difference(case, ("f", ("fgsm", Lasso(lam))), ("p", matched))
    leading = lam * 1.7 * np.linalg.solve(values.information, values.V)
    found = [value(frame, "bias_difference", p, "T16")[0] for p in ("intercept", "beta_1", "beta_2")]
    np.testing.assert_allclose(found, leading, rtol=1e-6)


def test_a_scenario_without_constants_is_refused():
    with pytest.raises(ConfigError, match="infinite"):
        predict(scenario(family="poisson", design=StudentT(df=4.0)), "mle", ("mle", None))
