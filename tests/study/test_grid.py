"""Grids: expansion and labels."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simstudy.errors import ConfigError
from simstudy.sources.coefficients import Explicit, Sparse
from simstudy.sources.designs import Normal, Rademacher
from simstudy.sources.glm import LABEL_PATTERN, Scenario
from simstudy.study.grid import expand, label_fields, labels


def test_lists_are_axes_and_the_first_varies_slowest():
    assert expand({"a": [1, 2], "b": 0, "c": ["x", "y"]}) == [
        {"a": 1, "b": 0, "c": "x"},
        {"a": 1, "b": 0, "c": "y"},
        {"a": 2, "b": 0, "c": "x"},
        {"a": 2, "b": 0, "c": "y"},
    ]


def test_lists_within_tables_and_tables_within_lists_are_axes_too():
    assert expand({"d": [{"law": "u"}, {"law": "v", "rho": [0, 1]}]}) == [
        {"d": {"law": "u"}},
        {"d": {"law": "v", "rho": 0}},
        {"d": {"law": "v", "rho": 1}},
    ]


def test_a_vector_of_coefficients_is_one_value_and_a_list_of_vectors_an_axis():
    assert expand({"beta": {"values": [1, 2]}}) == [{"beta": {"values": [1, 2]}}]
    assert expand({"beta": {"values": [[1], [2, 3]]}}) == [{"beta": {"values": [1]}}, {"beta": {"values": [2, 3]}}]


@pytest.mark.parametrize(("table", "message"), [({"n": []}, r"^n = \[\]"), ({"d": {"rho": []}}, r"^d.rho = \[\]")])
def test_an_empty_axis_is_refused_with_its_key(table, message):
    with pytest.raises(ConfigError, match=message):
        expand(table)


ONE_NONZERO = Sparse(1)


def fields(family="binomial", n=200, pattern=ONE_NONZERO, **arguments):
    return label_fields(Scenario(family, n, pattern.vector(8, n), **arguments), pattern)


def test_labels_name_family_n_p_and_what_varies():
    assert labels([fields(prevalence=0.1), fields(prevalence=0.5)]) == [
        "binomial_n200_p8_prev0.1",
        "binomial_n200_p8_prev0.5",
    ]
    assert labels([fields(), fields(family="poisson")]) == ["binomial_n200_p8", "poisson_n200_p8"]
    assert labels([fields(intercept=0.5), fields()]) == ["binomial_n200_p8_icpt0.5", "binomial_n200_p8_noicpt"]
    assert labels([fields(design=Normal(-0.5)), fields(design=Rademacher()), fields()]) == [
        "binomial_n200_p8_normal_rho-0.5",
        "binomial_n200_p8_rademacher",
        "binomial_n200_p8_normal_rho0",
    ]

    assert labels([fields(intercept=1 / 3), fields(intercept=0.333333)]) == [
        "binomial_n200_p8_icpt0.3333333333333333",
        "binomial_n200_p8_icpt0.333333",
    ]


def test_coefficient_lists_are_numbered_in_the_order_of_the_file():
    one, two = Explicit((1.0,) * 8), Explicit((2.0,) * 8)
    found = labels([fields(pattern=one), fields(pattern=two, n=50), fields(pattern=one, n=50)])
    assert found == ["binomial_n200_p8_beta1", "binomial_n50_p8_beta2", "binomial_n50_p8_beta1"]


scenarios = st.builds(
    lambda n, s, magnitude, intercept, design, sigma: label_fields(
        Scenario("gaussian", n, Sparse(s, magnitude).vector(8, n), intercept, design, sigma), Sparse(s, magnitude)
    ),
    n=st.integers(1, 10**6),
    s=st.integers(0, 8),
    magnitude=st.floats(1e-3, 1e3),
    intercept=st.none() | st.floats(-1e3, 1e3),
    design=st.sampled_from([Normal(), Normal(1 / 3), Normal(1 / 3, "equicorrelated"), Rademacher(), Rademacher(0.1)]),
    sigma=st.floats(1e-9, 1e9),
)


@given(st.lists(scenarios, min_size=1, max_size=5, unique_by=lambda f: tuple(f.items())))
def test_labels_are_different_and_safe_as_a_part_of_a_path(several):
    found = labels(several)
    assert len(set(found)) == len(several)
    assert all(re.fullmatch(LABEL_PATTERN, label) for label in found)
