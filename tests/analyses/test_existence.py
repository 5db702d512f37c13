"""Where shares cross one half, in a study whose shares are known."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

import simstudy as ss
from simstudy.analyses.existence import crossing, existence, figure, sentence, table, thresholds_of
from simstudy.study.method import ProportionalLambda
from simstudy.theory.proportional import existence_threshold

SHARES = (1.0, 0.8, 0.3, 0.0)


def curve(x: list[float], y: list[float], error: float = 0.05) -> pd.DataFrame:
    return pd.DataFrame({"ratio": x, "share": y, "share_mcse": error})


def test_the_crossing_is_on_the_line_between_two_points() -> None:
    found = crossing(curve([1.0, 1.2, 1.4, 1.6], list(SHARES)))
    assert found["crossing"] == pytest.approx(1.2 + 0.2 * 0.3 / 0.5)
    assert found["steepness"] == pytest.approx(0.5 / math.log(1.4 / 1.2))


def test_its_error_is_that_of_draws() -> None:
    """Against 40,000 draws of both shares; the error of a standard deviation is then .4 %, six of which are allowed."""
    rng = np.random.default_rng(1)
    drawn = rng.normal([0.8, 0.3], 0.01, (40_000, 2))
    found = crossing(curve([1.2, 1.4], [0.8, 0.3], 0.01))
    at = 1.2 + 0.2 * (drawn[:, 0] - 0.5) / (drawn[:, 0] - drawn[:, 1])
    assert found["crossing_mcse"] == pytest.approx(at.std(), rel=0.03)
    slopes = (drawn[:, 0] - drawn[:, 1]) / math.log(1.4 / 1.2)
    assert found["steepness_mcse"] == pytest.approx(slopes.std(), rel=0.03)


@pytest.mark.parametrize("shares", [[0.9, 0.8], [0.4, 0.1], [0.2, 0.9]])
def test_a_curve_that_does_not_cross_has_no_crossing(shares: list[float]) -> None:
    assert all(math.isnan(each) for each in crossing(curve([1.0, 2.0], shares)).values())


def made_study() -> ss.Study:
    """Null binomial data at n/p from .8 to 1.2 of alphastar(.25) = 1.489, p = 20 and 80."""
    sizes = [(p, round(factor * 1.48927 * p)) for p in (20, 80) for factor in (0.8, 0.95, 1.05, 1.2)]
    scenarios = tuple(ss.Scenario("binomial", n, np.zeros(p), intercept=None, label=f"p{p}_n{n}") for p, n in sizes)
    methods = (ss.Method("c", "exists", "lasso", lam=ProportionalLambda(0.25)),)
    return ss.Study("s", "aim", 3, 100, scenarios, methods, ("existence",))


def made_measures(study: ss.Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shares by a normal law around a threshold that is 1 % too large, half as wide at the larger p."""
    rows, truth = [], []
    for each in study.glm:
        share = float(norm.sf((each.n / each.p / 1.48927 - 1.01) / (0.1 if each.p == 20 else 0.05)))
        rows.append({
            "scenario": each.label, "scenario_key": each.key, "method": "c", "parameter": "no_minimiser",
            "measure": "nonzero_share", "value": share, "mcse": 0.01, "lower": share - 0.02, "upper": share + 0.02,
            "attempted": 100, "usable": 100, "failed": 0, "conditional": False,
        })  # fmt: skip
        truth.append({"scenario_key": each.key, "family": "binomial", "n": each.n, "p": each.p, "s": 0})
    return pd.DataFrame(rows), pd.DataFrame(truth)


def test_the_threshold_is_that_of_the_level_of_each_method() -> None:
    found = thresholds_of(made_study())
    assert len(found) == 8
    assert list(found.values()) == pytest.approx([existence_threshold(0.25, [0.0], [1.0])] * 8)


def test_table_sentence_and_figure() -> None:
    study = made_study()
    result = existence(*made_measures(study), thresholds_of(study))
    shown = table(result)
    assert len(shown.data) == 2
    # Rounding of n moves p = 20 by 1 %.
    assert shown.data["deviation"].to_numpy() == pytest.approx([0.01, 0.01], abs=0.012)
    said = sentence(result)
    assert "At p = 80 half of the data sets have a minimiser within" in said
    assert "times as steeply as at p = 20" in said
    steeper = result.drop_duplicates("p")["steepness"].to_numpy()
    assert 1.4 < steeper[1] / steeper[0] < 2.1
    drawn = figure(result)
    marks = [line for line in drawn.axes[0].lines if list(line.get_xdata()) == [result["threshold"].iloc[0]] * 2]
    assert len(marks) == 1


def test_scenarios_without_a_threshold_have_shares() -> None:
    study = made_study()
    result = existence(*made_measures(study), {})
    assert result["threshold"].isna().all()
    assert sentence(result).startswith("Half of the data sets have a minimiser at n/p = ")
