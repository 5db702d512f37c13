import numpy as np
import pandas as pd
import pytest

from simstudy.analyses.best import best
from simstudy.errors import InputError

SCENARIOS = pd.DataFrame(
    [{"scenario": "s", "scenario_key": "k", "intercept": None, "beta_true": np.array([1.0, 0.0]), "n": 50}]
)


def rows(method: str, lam: float, errors: list[float], failed: tuple[int, ...] = ()) -> list[dict[str, object]]:
    return [
        {
            "scenario": "s", "scenario_key": "k", "replicate": r, "method": method, "lam": lam,
            "status": "no_minimiser" if r in failed else "ok", "intercept_hat": None,
            "beta_hat": np.array([np.nan, np.nan]) if r in failed else np.array([1.0 + error, 0.0]),
        }
        for r, error in enumerate(errors)
    ]  # fmt: skip


def choose(*parts: list[dict[str, object]]) -> pd.Series:
    frame = pd.DataFrame([row for part in parts for row in part])
    return best(frame, SCENARIOS, {"grid": list(dict.fromkeys(frame["method"]))}).iloc[0]


def test_one_half_chooses_and_the_other_judges() -> None:
    """Good on even replicates and bad on odd ones: chosen, and judged by the odd ones."""
    found = choose(rows("a", 0.1, [0.1, 3.0] * 5), rows("b", 0.2, [0.5, 0.2] * 5), rows("c", 0.3, [1.0, 1.0] * 5))
    assert (found["method"], found["lam"], found["chosen_on"]) == ("a", 0.1, 5)
    assert found["rmse"] == pytest.approx(3.0)
    assert found["mse"] == pytest.approx(9.0)
    assert (found["attempted"], found["usable"], found["conditional"]) == (5, 5, False)
    assert found["at_end"]


def test_a_level_inside_the_grid_is_not_at_its_end() -> None:
    found = choose(rows("a", 0.1, [1.0] * 4), rows("b", 0.2, [0.5, 0.4] * 2), rows("c", 0.3, [1.0] * 4))
    assert (found["method"], found["at_end"]) == ("b", False)
    assert found["rmse"] == pytest.approx(0.4)


def test_one_that_often_fails_is_not_chosen() -> None:
    errors = [0.01] * 40
    failing = rows("a", 0.1, errors, failed=(0, 2, 4, 6))
    found = choose(failing, rows("b", 0.2, [1.0] * 40))
    assert found["method"] == "b"


def test_candidates_are_compared_on_the_same_data() -> None:
    """b fails once, where every error is large; on the others a is better."""
    a = rows("a", 0.1, [100.0, 0.0, *[0.1] * 40])
    b = rows("b", 0.2, [100.0, 0.0, *[0.2] * 40], failed=(0,))
    found = choose(a, b)
    assert (found["method"], found["chosen_on"]) == ("a", 20)


def test_failures_of_the_judging_half_are_counted() -> None:
    found = choose(rows("a", 0.1, [0.1] * 8, failed=(1, 3)), rows("b", 0.2, [0.2] * 8))
    assert (found["method"], found["attempted"], found["usable"], found["failed"]) == ("a", 4, 2, 2)
    assert found["conditional"]


def test_without_a_usable_candidate_there_is_none() -> None:
    found = choose(rows("a", 0.1, [0.1] * 4, failed=(0, 1, 2, 3)))
    assert found["method"] is None
    assert found["chosen_on"] == 0


def test_a_method_without_rows_is_refused() -> None:
    frame = pd.DataFrame(rows("fgsm_1", 0.1, [0.1, 0.2]))
    with pytest.raises(InputError, match=r"unknown 'fgsm_2'.*did you mean 'fgsm_1'"):
        best(frame, SCENARIOS, {"grid": ["fgsm_2"]})
