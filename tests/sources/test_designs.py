"""Covariate laws: moments of their samples, exact laws of a linear predictor, and what they refuse."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gammaln, kve

from simstudy.errors import ConfigError
from simstudy.sources.designs import DESIGNS, Bernoulli, Normal, Rademacher, StudentT

LAWS = [
    Normal(),
    Normal(0.6),
    Normal(-0.4, mean=1.5),
    Normal(0.3, "equicorrelated"),
    Normal(-0.3, "equicorrelated"),
    Normal(correlation="identity"),
    Rademacher(mean=-0.5),
    Bernoulli(0.1),
    Bernoulli(0.5, mean=2.0),
    StudentT(9.0),
]

each_law = pytest.mark.parametrize("design", LAWS, ids=repr)


@each_law
def test_samples_have_the_stated_mean_and_covariance(design):
    """False-alarm rate 1e-6 over the 140 comparisons (|z| < 5.8).

    Detects (power 1/2) a column mean or a covariance off by 0.015 and a variance off by 0.021 (normal) at 150 000 rows.
    Student t with 9 degrees of freedom has the eighth moment that makes its z values normal.
    """
    n, p = 150_000, 4
    X = design.sample(n, p, np.random.default_rng(5)) - design.mean
    products = X[:, :, None] * X[:, None, :] - design.covariance(p)
    # A Rademacher column's squares are all one: no spread, and no deviation either.
    error = products.std(axis=0) / math.sqrt(n) + 1e-12
    assert np.abs(X.mean(axis=0) / (X.std(axis=0) / math.sqrt(n))).max() < 5.8
    assert np.abs(products.mean(axis=0) / error).max() < 5.8


@each_law
def test_the_same_state_gives_the_same_covariates(design):
    first, again = (design.sample(7, 4, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert first.shape == (7, 4)
    assert first.flags.c_contiguous
    assert not np.array_equal(first, design.sample(7, 4, np.random.default_rng(4)))


@each_law
def test_the_covariance_is_a_correlation_matrix(design):
    covariance = design.covariance(4)
    np.testing.assert_array_equal(np.diag(covariance), np.ones(4))
    assert np.linalg.eigvalsh(covariance).min() > 0.0


def test_autoregressive_rows_are_the_cholesky_factor_times_the_same_normals():
    design = Normal(0.7)
    Z = np.random.default_rng(2).standard_normal((20, 6))
    expected = Z @ np.linalg.cholesky(design.covariance(6)).T
    np.testing.assert_allclose(design.sample(20, 6, np.random.default_rng(2)), expected, atol=1e-14)


def test_the_mean_shifts_every_column():
    plain, shifted = (Normal(0.5, mean=mean).sample(9, 3, np.random.default_rng(1)) for mean in (0.0, 2.5))
    np.testing.assert_array_equal(shifted, plain + 2.5)


@each_law
@given(beta=st.lists(st.floats(-3.0, 3.0), min_size=1, max_size=4))
def test_the_variance_of_a_predictor_is_the_quadratic_form(design, beta):
    beta = np.array(beta)
    expected = float(beta @ design.covariance(len(beta)) @ beta)
    assert design.predictor_variance(beta) == pytest.approx(expected, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize(
    ("design", "values", "chances"),
    [
        (Rademacher(mean=3.0), (-1.0, 1.0), (0.5, 0.5)),
        (Bernoulli(0.2), (-0.5, 2.0), (0.8, 0.2)),
    ],
)
def test_the_characteristic_function_of_a_discrete_predictor_is_a_sum_over_its_values(design, values, chances):
    beta, t = np.array([1.0, -0.7, 0.0, 1.0]), np.linspace(-8.0, 8.0, 41)
    expected = np.zeros(t.shape, dtype=complex)
    for cell in itertools.product(range(2), repeat=4):
        eta = sum(b * values[k] for b, k in zip(beta, cell, strict=True))
        expected += np.prod([chances[k] for k in cell]) * np.exp(1j * t * eta)
    np.testing.assert_allclose(design.predictor_characteristic(t, beta), expected, atol=1e-14)


def test_the_characteristic_function_of_a_normal_predictor_has_its_variance():
    beta, t = np.array([1.0, -0.7, 0.5]), np.linspace(-4.0, 4.0, 9)
    variance = beta @ Normal(0.5).covariance(3) @ beta
    np.testing.assert_allclose(
        Normal(0.5).predictor_characteristic(t, beta), np.exp(-0.5 * t**2 * variance), atol=1e-15
    )


@pytest.mark.parametrize("df", [2.05, 3.0, 7.5, 40.0])
def test_the_characteristic_function_of_student_t_is_the_bessel_formula(df):
    t = np.linspace(0.01, 12.0, 200)
    v, z = 0.5 * df, math.sqrt(df - 2.0) * t
    expected = np.exp(np.log(kve(v, z)) - z + v * np.log(z) - gammaln(v) - (v - 1.0) * math.log(2.0))
    np.testing.assert_allclose(StudentT(df).predictor_characteristic(t, np.ones(1)), expected, atol=2e-11)


def test_student_t_with_many_degrees_of_freedom_is_normal():
    t = np.linspace(0.0, 12.0, 50)
    found = StudentT(1e6).predictor_characteristic(t, np.ones(1))
    np.testing.assert_allclose(found, np.exp(-0.5 * t**2), atol=1e-6)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Normal(1.0), r"rho = 1.0.*between -1 and 1"),
        (lambda: Normal(math.nan), r"rho = nan"),
        (lambda: Normal(0.5, "equicorelated"), r"correlation: unknown.*did you mean 'equicorrelated'"),
        (lambda: Normal(0.5, "identity"), r"rho = 0.5.*'identity'"),
        (
            lambda: Normal(-0.5, "equicorrelated").sample(5, 3, np.random.default_rng(1)),
            r"rho = -0.5.*above.*-0.5.*p = 3",
        ),
        (lambda: Normal().sample(5, 0, np.random.default_rng(1)), r"p = 0.*at least 1"),
        (lambda: Normal(mean=math.inf), r"mean = inf"),
        (lambda: Rademacher(mean=math.nan), r"mean = nan"),
        (lambda: Bernoulli(0.0), r"q = 0.0.*between 0 and 1"),
        (lambda: Bernoulli(1.2), r"q = 1.2"),
        (lambda: StudentT(2.0), r"df = 2.0.*above 2"),
        (lambda: StudentT(math.inf), r"df = inf"),
    ],
)
def test_what_cannot_be_is_refused_with_its_name_and_value(build, message):
    with pytest.raises(ConfigError, match=message):
        build()


def test_a_single_equicorrelated_column_may_have_any_correlation():
    assert Normal(-0.9, "equicorrelated").sample(5, 1, np.random.default_rng(1)).shape == (5, 1)


def test_laws_are_listed_by_name():
    assert {name: cls.name for name, cls in DESIGNS.items()} == {name: name for name in DESIGNS}
    assert [design.is_normal for design in LAWS] == [isinstance(design, Normal) for design in LAWS]
