"""Coefficient patterns: the vectors that they give and what they refuse."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simstudy.errors import ConfigError
from simstudy.sources.coefficients import PATTERNS, Decaying, Explicit, Local, Sparse


@pytest.mark.parametrize(
    ("pattern", "p", "n", "expected"),
    [
        (Explicit((1.0, 0.0, -2.0)), 3, 10, [1.0, 0.0, -2.0]),
        (Sparse(3, 0.5), 5, 10, [0.5, -0.5, 0.5, 0.0, 0.0]),
        (Sparse(3, placement="spread"), 8, 10, [1.0, 0.0, -1.0, 0.0, 0.0, 1.0, 0.0, 0.0]),
        (Sparse(0), 3, 10, [0.0, 0.0, 0.0]),
        (Sparse(0, placement="spread"), 2, 10, [0.0, 0.0]),
        (Decaying(2.0, 0.5), 3, 10, [2.0, 1.0, 0.5]),
        (Decaying(1.0, -0.5), 3, 10, [1.0, -0.5, 0.25]),
        (Local(3.0), 2, 9, [1.0, 1.0]),
    ],
)
def test_vectors_equal_those_worked_out_by_hand(pattern, p, n, expected):
    np.testing.assert_array_equal(pattern.vector(p, n), expected)


@given(data=st.data(), p=st.integers(1, 200), placement=st.sampled_from(["first", "spread"]))
def test_a_sparse_vector_has_s_alternating_nonzeros_wherever_they_are(data, p, placement):
    s = data.draw(st.integers(0, p))
    beta = Sparse(s, 2.0, placement).vector(p, 100)
    np.testing.assert_array_equal(beta[beta != 0.0], 2.0 * (-1.0) ** np.arange(s))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Explicit(()), r"values = \[\].*at least one"),
        (lambda: Explicit((1.0, math.inf)), r"values = .*finite"),
        (lambda: Explicit((1.0, 2.0)).vector(3, 10), r"values = \[1.0, 2.0\].*p = 3"),
        (lambda: Sparse(-1), r"s = -1"),
        (lambda: Sparse(5).vector(4, 10), r"s = 5.*at most p = 4"),
        (lambda: Sparse(1, magnitude=0.0), r"magnitude = 0.0.*positive"),
        (lambda: Sparse(1, magnitude=math.nan), r"magnitude = nan"),
        (lambda: Sparse(1, placement="spred"), r"placement: unknown 'spred'.*did you mean 'spread'"),
        (lambda: Decaying(0.0, 0.5), r"magnitude = 0.0"),
        (lambda: Decaying(1.0, 1.0), r"rate = 1.0.*between -1 and 1"),
        (lambda: Local(math.nan), r"h = nan"),
    ],
)
def test_what_cannot_be_is_refused_with_its_name_and_value(build, message):
    with pytest.raises(ConfigError, match=message):
        build()


def test_patterns_are_listed_by_name():
    assert {name: cls.name for name, cls in PATTERNS.items()} == {name: name for name in PATTERNS}
    assert set(PATTERNS) == {"explicit", "sparse", "decaying", "local"}


def test_values_with_positions_stand_there_and_all_others_are_zero() -> None:
    beta = Explicit((0.1, 0.2, 1.0), positions=(1, 3, -1)).vector(6, 10)
    np.testing.assert_array_equal(beta, [0.1, 0.0, 0.2, 0.0, 0.0, 1.0])
    assert Explicit((1.0,), positions=(2,)).size is None
    assert Explicit((1.0, 0.0)).size == 2


@pytest.mark.parametrize("positions", [(1,), (0, 1), (1, 2, 3), (1.5, 2), (True, 2), ("a", 2)])
def test_positions_are_as_many_as_values_and_none_is_zero(positions: Any) -> None:
    with pytest.raises(ConfigError, match=r"positions = \[.*a list of 2 whole numbers"):
        Explicit((1.0, 2.0), positions=positions)


@pytest.mark.parametrize("positions", [(1, 1), (1, -4), (1, 5), (-5, 2)])
def test_positions_are_different_ones_of_the_coefficients(positions: tuple[int, int]) -> None:
    with pytest.raises(ConfigError, match=r"positions = \[.*different ones of 1 to p = 4"):
        Explicit((1.0, 2.0), positions=positions).vector(4, 10)
