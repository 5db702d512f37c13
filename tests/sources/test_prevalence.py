"""Prevalence and intercept against quadrature, enumeration, symmetry and simulation."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad
from scipy.special import expit

from simstudy.errors import ConfigError
from simstudy.sources.designs import Bernoulli, Normal, Rademacher, StudentT
from simstudy.sources.prevalence import intercept_for, prevalence

BETA = (1.0, -0.7, 0.0, 0.5)


@pytest.mark.parametrize("target", [0.5, 0.05, 0.9])
@pytest.mark.parametrize(
    "design", [Normal(0.5), Normal(-0.6, mean=0.3), Normal(0.4, "equicorrelated"), Normal(correlation="identity")]
)
def test_a_normal_predictor_agrees_with_quadrature(design, target):
    intercept = intercept_for(target, design, BETA)
    beta = np.array(BETA)
    sd = math.sqrt(beta @ design.covariance(4) @ beta)
    center = intercept + design.mean * beta.sum()
    expected = quad(lambda z: expit(center + sd * z) * stats.norm.pdf(z), -12.0, 12.0, epsabs=1e-13)[0]
    assert expected == pytest.approx(target, abs=1e-10)


@pytest.mark.parametrize("target", [0.5, 0.05, 0.9])
@pytest.mark.parametrize(
    ("design", "values", "chances"),
    [
        (Rademacher(mean=0.3), (-0.7, 1.3), (0.5, 0.5)),
        (Bernoulli(0.2), (-0.5, 2.0), (0.8, 0.2)),
    ],
)
def test_a_discrete_predictor_agrees_with_the_sum_over_its_values(design, values, chances, target):
    intercept = intercept_for(target, design, BETA)
    total = 0.0
    for cell in itertools.product(range(2), repeat=4):
        eta = intercept + sum(b * values[k] for b, k in zip(BETA, cell, strict=True))
        total += math.prod(chances[k] for k in cell) * expit(eta)
    assert total == pytest.approx(target, abs=1e-12)


@pytest.mark.parametrize(("df", "error"), [(2.05, 1e-9), (3.0, 1e-10), (8.0, 1e-12), (300.0, 1e-12)])
@pytest.mark.parametrize("slope", [0.2, 3.0])
def test_a_student_t_predictor_agrees_with_quadrature(df, error, slope):
    intercept = intercept_for(0.05, StudentT(df, mean=0.3), (slope,))
    scale = math.sqrt(df / (df - 2.0))
    law = stats.t(df)
    step = -(intercept + 0.3 * slope) * scale / slope
    edges = [-math.inf, *sorted([-50.0, 50.0, step, step - 10.0, step + 10.0]), math.inf]
    pieces = [
        quad(lambda z: expit(intercept + slope * (0.3 + z / scale)) * law.pdf(z), low, high, epsabs=1e-14, limit=500)[0]
        for low, high in itertools.pairwise(edges)
    ]
    assert sum(pieces) == pytest.approx(0.05, abs=error)


@pytest.mark.parametrize("design", [Normal(0.5), Rademacher(), Bernoulli(0.05), StudentT(4.0, mean=0.5)], ids=repr)
def test_the_prevalence_is_that_of_simulated_predictors(design):
    """False-alarm rate 1e-6 over the 4 comparisons (|z| < 5.2); detects a prevalence off by 0.002 with power 1/2."""
    intercept = intercept_for(0.1, design, BETA)
    mu = expit(intercept + design.sample(200_000, 4, np.random.default_rng(8)) @ np.array(BETA))
    assert abs(mu.mean() - 0.1) < 5.2 * mu.std() / math.sqrt(mu.size)


designs = st.one_of(
    st.builds(Normal, st.floats(-0.9, 0.9), st.just("ar"), st.floats(-1.0, 1.0)),
    st.builds(Rademacher, st.floats(-1.0, 1.0)),
    st.builds(Bernoulli, st.floats(0.05, 0.95), st.floats(-1.0, 1.0)),
    st.builds(StudentT, st.floats(2.1, 30.0), st.floats(-1.0, 1.0)),
)
coefficients = st.lists(st.floats(-3.0, 3.0), min_size=1, max_size=6).map(tuple)


@settings(max_examples=50, deadline=None)
@given(design=designs, beta=coefficients, target=st.floats(0.001, 0.999))
def test_intercept_and_prevalence_are_inverses(design, beta, target):
    assert prevalence(intercept_for(target, design, beta), design, beta) == pytest.approx(target, abs=1e-11)


@settings(max_examples=50, deadline=None)
@given(design=designs, beta=coefficients, intercept=st.floats(-6.0, 6.0))
def test_swapping_the_labels_swaps_the_prevalence(design, beta, intercept):
    swapped = prevalence(-intercept, design, tuple(-b for b in beta))
    assert prevalence(intercept, design, beta) == pytest.approx(1.0 - swapped, abs=1e-11)


def test_without_coefficients_the_intercept_is_the_logit():
    assert intercept_for(0.2, Normal(0.5), (0.0, 0.0)) == pytest.approx(math.log(0.25), abs=1e-11)


@pytest.mark.parametrize("intercept", [-1e9, -60.0, -50.0, -45.0, -20.0, 20.0, 45.0, 1e9])
def test_extreme_intercepts_give_probabilities(intercept):
    found = prevalence(intercept, Normal(), (0.0,))
    assert found == pytest.approx(expit(intercept), abs=1e-14)
    assert 0.0 <= found <= 1.0


def test_many_coefficients_are_cheap_enough_to_have_an_intercept():
    beta = tuple(0.9 ** np.arange(400))
    assert prevalence(intercept_for(0.3, Normal(0.5), beta), Normal(0.5), beta) == pytest.approx(0.3, abs=1e-11)


@pytest.mark.parametrize(
    ("target", "beta", "message"),
    [
        (1e-9, (1.0,), r"prevalence = 1e-09.*1e-8 away"),
        (0.5, (1e4,), r"beta = .*1e\+04.*at most 1000"),
    ],
)
def test_what_cannot_be_solved_is_refused(target, beta, message):
    with pytest.raises(ConfigError, match=message):
        intercept_for(target, Normal(), beta)
