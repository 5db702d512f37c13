"""Answers in one sentence from small frames that hold the columns they need."""

import numpy as np
import pandas as pd
import pytest

from simstudy.analyses.limit_law import LawDistances
from simstudy.analyses.registry import ANALYSES
from simstudy.analyses.sentences import NOTHING


def rows(name: str, *values: float, mcse: float = 0.01, **columns: object) -> pd.DataFrame:
    """A number with its parts, one row a value, and further columns."""
    value = np.array(values)
    parts = {name: value, f"{name}_mcse": mcse, f"{name}_lower": value - 2 * mcse, f"{name}_upper": value + 2 * mcse}
    return pd.DataFrame(parts | columns)


@pytest.mark.parametrize(
    ("values", "winner", "counts"),
    [
        ((0.9, 1.0), "FGSM wins", "smaller in 1 and larger in 0 of 2"),
        ((1.1, 1.2), "penalised likelihood wins", "smaller in 0 and larger in 2 of 2"),
        ((0.9, 1.2), "it depends", "smaller in 1 and larger in 1 of 2"),
        ((1.0, 1.01), "neither side wins", "smaller in 0 and larger in 0 of 2"),
    ],
)
def test_tradeoff_says_which_side_wins_with_numbers(values: tuple[float, ...], winner: str, counts: str) -> None:
    frame = rows("rmse_ratio", *values, comparison="best fgsm lasso", _plain=True, method="f", prevalence=[0.5, 0.1])
    sentence = ANALYSES["tradeoff"].sentence(frame)
    assert sentence.startswith(f"With each at its best λ, {winner}: FGSM's error is {counts} comparisons")
    assert "(f, prevalence 0.5) at best" in sentence
    assert f"{abs(values[1] - 1.0) * 100:.2g} %" in sentence or "equal" in sentence


def test_oracle_lists_the_methods_at_the_largest_n() -> None:
    frame = rows("rmse_ratio", 2.0, 1.5, 1.0, n=[100, 400, 400], method=["f", "f", "g"])
    assert ANALYSES["oracle"].sentence(frame) == (
        "At n = 400 g comes within a tenth of the oracle's error; f has 1.5 (± 0.02) times it."
    )


def test_dispersion_gives_the_range_over_sigma_without_null_models() -> None:
    frame = rows("exact_support", 0.8, 0.7, 0.1, family="gaussian", s=[3, 3, 0], sigma=[1.0, 4.0, 1.0], method="f")
    assert "σ = 1 to 4" in ANALYSES["dispersion"].sentence(frame)
    assert "changes least with f, by 0.10 (± 0.03)" in ANALYSES["dispersion"].sentence(frame)


def test_best_counts_the_scenarios_of_each_winner() -> None:
    frame = rows("rmse", 0.3, 0.2, 0.5, 0.6, scenario=["a", "a", "b", "b"], grid=["f", "p", "f", "p"])
    assert ANALYSES["best"].sentence(frame).endswith("that of p in 1 and f in 1 of 2 scenarios.")


def test_uniformity_follows_the_worst_error_over_n() -> None:
    frame = rows("scaled", 1.0, 2.0, 3.0, n=[100, 100, 400], method="f", is_worst=[False, True, True])
    assert "From n = 100 to 400" in ANALYSES["uniformity"].sentence(frame)
    assert "is multiplied most with f, by 1.5 (± 0.02)" in ANALYSES["uniformity"].sentence(frame)


def test_weak_oracle_and_limit_law_answer_at_the_largest_n() -> None:
    frame = rows("exact_support", 0.5, 0.9, n=[100, 400], p=[10, 40], method="f", family="gaussian")
    sentence = ANALYSES["weak_oracle"].sentence(frame.assign(sup_error=0.2, sup_error_mcse=0.01))
    assert sentence == (
        "At n = 400 and p = 40 f finds the exact support most often, in 90 % (± 2) of the data sets (gaussian)."
    )
    distances = rows("kolmogorov", 0.3, 0.1, 0.2, n=[100, 400, 400], law="T6", parameter=["a", "b", "c"], method="f")
    sentence = ANALYSES["limit_law"].sentence(LawDistances(distances.assign(noise=0.03), distances))
    assert sentence == (
        "The limit law is the closest at n = 400: at worst a simulated law has Kolmogorov distance 0.20 (± 0.02) from "
        "the limit law (c, f), where noise alone makes 0.03."
    )


def test_coefficients_name_the_largest_bias() -> None:
    frame = rows("bias", 0.1, -0.3, parameter=["beta_1", "beta_2"], method="f", scenario="s")
    sentence = ANALYSES["coefficients"].sentence(frame.assign(empirical_se=[0.1, 0.2]))
    assert sentence == "The largest bias is 1.5 (± 0.1) standard errors of the estimate (beta_2, f, s)."


def test_without_results_there_is_no_answer() -> None:
    empty = {
        "oracle": rows("rmse_ratio", np.nan, n=1, method="f"),
        "tradeoff": rows("rmse_ratio", np.nan, comparison="matched", _plain=False),
        "dispersion": rows("exact_support", np.nan, family="gaussian", s=1),
        "best": rows("rmse", np.nan),
        "uniformity": rows("scaled", np.nan, is_worst=False),
        "training": rows("reached", np.nan),
        "penalties": rows("rmse_ratio", np.nan, n=1),
    }
    for name, frame in empty.items():
        assert ANALYSES[name].sentence(frame) == NOTHING
    assert ANALYSES["limit_law"].sentence(LawDistances(pd.DataFrame(), pd.DataFrame())) == NOTHING
    assert ANALYSES["weak_oracle"].sentence(rows("exact_support", np.nan, n=1)) == NOTHING
    assert ANALYSES["coefficients"].sentence(rows("bias", np.nan, empirical_se=1.0)) == NOTHING
