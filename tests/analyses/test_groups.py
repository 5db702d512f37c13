import numpy as np
import pandas as pd
import pytest

from simstudy.analyses.groups import sample_size_groups


def changed(scenarios: pd.DataFrame, row: int, **values: object) -> pd.DataFrame:
    scenarios = scenarios.copy()
    for column, value in values.items():
        scenarios.at[row, column] = value
    return scenarios


def test_sample_sizes_of_one_family_belong_together(scenarios: pd.DataFrame) -> None:
    groups = sample_size_groups(scenarios)
    assert set(groups.values()) == {"gaussian_p3", "binomial_p3"}
    assert groups["binomial_n400_p3"] == "binomial_p3"


@pytest.mark.parametrize(
    ("column", "value"), [("rho", 0.9), ("sigma", 2.0), ("intercept", 1.0), ("beta_true", np.array([1.0, 0.5, 0.0]))]
)
def test_any_other_difference_separates(scenarios: pd.DataFrame, column: str, value: object) -> None:
    groups = sample_size_groups(changed(scenarios, 1, **{column: value}))
    assert list(groups.values())[:4] == ["gaussian_p3", "gaussian_n200_p3", "gaussian_p3", "gaussian_p3"]


def test_labels_separate_designs_that_the_columns_do_not_show(scenarios: pd.DataFrame) -> None:
    groups = sample_size_groups(changed(scenarios, 1, scenario="gaussian_n200_p3_mean1"))
    assert groups["gaussian_n200_p3_mean1"] == "gaussian_p3_mean1"


def test_labels_without_n_are_grouped_by_their_columns(scenarios: pd.DataFrame) -> None:
    named = scenarios.iloc[:3].assign(scenario=["small", "medium", "large"])
    assert set(sample_size_groups(named).values()) == {"small"}


def test_a_solved_intercept_may_differ(scenarios: pd.DataFrame) -> None:
    solved = scenarios.iloc[4:].assign(prevalence=0.1, intercept=[-2.5, -2.5001, -2.4999, -2.5])
    assert len(set(sample_size_groups(solved).values())) == 1
