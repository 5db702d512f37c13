"""Groups of scenarios that differ in n only, by what generates their data and never by their labels."""

import numpy as np
import pandas as pd
import pytest

import simstudy as ss
from simstudy.analyses.groups import sample_size_groups, with_definitions
from simstudy.runner.truth import truth

MLE = (ss.Method("mle", "mle"),)


def groups(*scenarios: ss.Scenario) -> dict[str, str]:
    study = ss.Study("s", "groups", 0, 1, scenarios, MLE)
    return sample_size_groups(with_definitions(truth(study).to_pandas().drop(columns="group_key"), scenarios))


def test_sample_sizes_of_one_family_belong_together(scenarios: pd.DataFrame) -> None:
    found = sample_size_groups(scenarios)
    assert set(found.values()) == {"gaussian_p3", "binomial_p3"}
    assert found["binomial_n400_p3"] == "binomial_p3"


@pytest.mark.parametrize(
    "other",
    [
        {"design": ss.Normal(0.9)},
        {"sigma": 2.0},
        {"intercept": 1.0},
        {"beta": (1.0, 0.5)},
        {"beta": (1.0, -0.5, 0.0)},
        {"family": "poisson"},
    ],
)
def test_any_other_difference_separates(other: dict[str, object]) -> None:
    usual = {"family": "gaussian", "beta": (1.0, -0.5), "intercept": 0.3}
    first, second, third = (ss.Scenario(**usual, n=n) for n in (100, 200, 400))
    changed = ss.Scenario(**usual | other, n=200)
    assert len({each.group_key for each in (first, second, third)}) == 1
    assert changed.group_key != first.group_key


def test_labels_do_not_join_designs_that_the_columns_do_not_show() -> None:
    laws = {3: ss.StudentT(3.0), 9: ss.StudentT(9.0)}
    made = [
        ss.Scenario("gaussian", n, (1.0, 0.0), design=law, label=f"a_n{n}")
        for n, law in ((100, laws[3]), (200, laws[9]))
    ]
    assert groups(*made) == {"a_n100": "a", "a_n200": "a_n200"}


def test_labels_without_n_make_one_group_where_nothing_else_differs() -> None:
    made = [ss.Scenario("gaussian", n, (1.0,), label=label) for n, label in ((50, "small"), (100, "medium"))]
    assert groups(*made) == {"small": "small", "medium": "small"}


def test_a_solved_intercept_belongs_to_the_prevalence() -> None:
    made = [ss.Scenario("binomial", n, (1.0,), prevalence=0.1) for n in (50, 100)]
    assert set(groups(*made).values()) == {"binomial_p1"}


def test_coefficients_that_shrink_with_n_are_groups_of_their_own() -> None:
    made = [ss.Scenario("gaussian", n, (1.0 / np.sqrt(n),)) for n in (50, 100)]
    assert groups(*made) == {"gaussian_n50_p1": "gaussian_p1", "gaussian_n100_p1": "gaussian_n100_p1"}
