"""Errors of predictions contain what the simulation of their constants leaves, and zeros by symmetry are zeros."""

from dataclasses import replace

import numpy as np
import pytest

import simstudy as ss
from simstudy.theory.constants import TARGET_SE, constants
from simstudy.theory.predictions import predict, predict_difference

LAM = 0.05
#: Two-sided false-alarm rate 1e-6 over some 40 comparisons.
Z = 5.6


def scenario(n: int, design: ss.Rademacher | ss.Normal) -> ss.Scenario:
    return ss.Scenario("binomial", n, [1.0, -1.0, 0.0], intercept=0.5, design=design)


def leading(n: int, design: ss.Rademacher | ss.Normal, oracle: bool) -> tuple[np.ndarray, np.ndarray]:
    """Leading term times the power of n by which it falls where lam is fixed, and its error."""
    own = scenario(n, design)
    if oracle:
        pair = ("f", ("fgsm", ss.Scad(LAM))), ("o", ("oracle", None))
    else:
        matched = constants(own).kappa * LAM
        pair = ("f", ("fgsm", ss.Lasso(LAM))), ("m", ("penalized", ss.Lasso(matched)))
    frame = predict_difference(own, *pair, draws=2_000)
    rows = frame[frame["law"].isin(["T8", "T16"])]
    return rows["predicted"].to_numpy(float), rows["predicted_mcse"].to_numpy(float)


@pytest.mark.parametrize("oracle", [False, True])
def test_what_theory_says_is_equal_differs_by_its_errors(oracle: bool) -> None:
    """At fixed lam the leading term is the same at every n, its constants are simulated anew for each.

    Six independent values: their spread over their errors is that of a chi-square with 5 degrees of freedom. An error
    that is too small by a factor of 3 would be seen nearly always.
    """
    found = [leading(n, ss.Rademacher(), oracle) for n in (100, 200, 400, 800, 1600, 3200)]
    values, errors = (np.array([each[k] for each in found]) for k in (0, 1))
    moving = errors.max(axis=0) > 0.0
    assert moving.sum() >= 3
    assert (np.abs(values[:, moving]) > 1e-3).all()
    ratio = ((values - values.mean(axis=0)) / np.where(errors > 0.0, errors, 1.0))[:, moving]
    chi_square = (ratio**2).sum(axis=0)
    # Quantiles 1e-7 and 1 - 1e-7 of a chi-square with 5 degrees of freedom.
    assert (chi_square > 0.008).all()
    assert (chi_square < 40.9).all()
    # Nothing tells the sign of a coefficient that is zero from a symmetric column: exactly zero, without an error.
    np.testing.assert_array_equal(values[:, ~moving], 0.0)


def test_quadrature_has_no_error_and_is_equal_at_every_n() -> None:
    for oracle in (False, True):
        (first, error), (second, _) = (leading(n, ss.Normal(), oracle) for n in (100, 400))
        np.testing.assert_array_equal(error, 0.0)
        np.testing.assert_allclose(first, second, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("design", [ss.Rademacher(), ss.Bernoulli(0.3), ss.StudentT(5.0)])
def test_constants_of_an_idle_column_are_those_of_its_law(design: ss.Rademacher) -> None:
    """A column without a coefficient is independent of eta: its mean and variance times a mean of the others."""
    own = ss.Scenario("binomial", 100, [1.0, 0.0], intercept=0.5, design=design)
    found = constants(own)
    mean, variance = design.means(2)[1], design.covariance(2)[1, 1]
    assert found.V[2] == pytest.approx(mean * found.V[0], abs=1e-12)
    assert found.information[2, 2] == pytest.approx((variance + mean**2) * found.information[0, 0], rel=1e-12)
    assert found.information[1, 2] == pytest.approx(mean * found.information[0, 1], abs=1e-12)
    # As a simulation of that column itself says.
    x = design.sample(1 << 18, 2, np.random.default_rng(1))
    eta = 0.5 + x[:, 0]
    weight = 1.0 / (2.0 + np.exp(eta) + np.exp(-eta))
    assert (weight * x[:, 1] ** 2).mean() == pytest.approx(found.information[2, 2], abs=Z * 0.6 / 2**9)
    assert found.draws > 0
    assert max(found.kappa_se, found.V_se.max()) <= TARGET_SE


def test_a_law_around_a_simulated_centre_has_its_error() -> None:
    """More draws of the law do not make the error of its bias smaller than that of the pseudo-true parameter (T17)."""
    own = scenario(200, ss.Rademacher())
    frame = predict(own, "f", ("fgsm", ss.Lasso(LAM)), draws=2_000)
    bias = frame[(frame["quantity"] == "bias") & (frame["parameter"] == "beta_1")].set_index("law")["predicted_mcse"]
    alone = predict(replace(own, n=200), "f", ("fgsm", ss.Lasso(LAM)), draws=200_000)
    many = alone[(alone["quantity"] == "bias") & (alone["parameter"] == "beta_1")].set_index("law")["predicted_mcse"]
    assert bias["law"] > bias["T17"] > 0.0
    assert many["law"] > many["T17"]
