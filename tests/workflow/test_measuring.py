"""Measures of many scenarios at once are those of each alone, bit for bit."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import simstudy as ss
from simstudy.runner.processes import MOST_PER_CORE, workers
from simstudy.store.layout import Layout
from simstudy.store.load import index_of
from simstudy.workflow import measuring
from simstudy.workflow.measuring import batches, is_uneven, measures

SCENARIOS = tuple(ss.Scenario("binomial", n, [1.0, 0.0], prevalence=0.4) for n in (30, 40, 50, 60, 70))
METHODS = (ss.Method("f", "fgsm", "lasso", lam=ss.FixedLambda(0.1)), ss.Method("mle", "mle"))
STUDY = ss.Study("many", "aim", 1, 4, SCENARIOS, METHODS)


def sizes(layout: Layout) -> list[int]:
    return [len(batch) for batch in batches(index_of(layout), STUDY.scenarios)]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """Five scenarios of four replicates; the third has one method more than once as often, the fifth misses one."""
    ss.run(STUDY, results=tmp_path, only=["n=30", "n=40", "n=50", "n=60"])
    ss.run(STUDY, results=tmp_path, only=["n=50", "method=f"], replicates=9)
    ss.run(STUDY, results=tmp_path, only=["n=70", "method=mle"])
    return Layout(tmp_path / "many")


def alone(layout: Layout) -> pd.DataFrame:
    each = [measures(replace(STUDY, scenarios=(scenario,)), layout.folder) for scenario in SCENARIOS]
    return pd.concat(each, ignore_index=True)


def test_scenarios_with_the_same_methods_and_replicates_are_measured_together(layout: Layout) -> None:
    assert sizes(layout) == [2, 1, 1, 1]
    assert_frame_equal(measures(STUDY, layout.folder), alone(layout), check_exact=True)


def test_batches_have_a_largest_size(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "MANY_ROWS", 10)
    assert sizes(layout) == [1, 1, 1, 1, 1]


def test_what_one_scenario_alone_lacks_is_noticed() -> None:
    values = {
        "scenario_key": ["a", "a", "b", "b"],
        "method": ["f", "g", "f", "g"],
        "status": ["ok", "ok", "ok", "ok"],
        "beta_hat": [np.ones(2), np.ones(2), np.ones(2), np.ones(2)],
        "other": [1.0, np.nan, 2.0, np.nan],
    }
    assert not is_uneven(pd.DataFrame(values))
    assert is_uneven(pd.DataFrame({**values, "other": [1.0, np.nan, np.nan, np.nan]}))
    assert not is_uneven(pd.DataFrame({**values, "other": [1.0, np.nan] * 2, "status": ["ok", "ok", "error", "ok"]}))


def test_there_are_never_more_processes_than_tasks_or_than_a_few_a_core() -> None:
    assert workers(1000, 3) == min(3, workers(1000, 10**6))
    assert workers(1000, 10**6) == MOST_PER_CORE * workers(-1, 10**6)
    assert workers(2, 5) == 2
    assert workers(2, 0) == workers(-1, 1) == 1
