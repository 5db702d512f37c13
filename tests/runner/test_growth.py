"""Studies that change, are shared between runs, or stop when they are precise."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from simstudy.errors import ConfigError, ResultsError
from simstudy.runner.options import Options, Part
from simstudy.runner.runner import looks, run_study
from simstudy.runner.status import study_status
from simstudy.sources.glm import Scenario
from simstudy.store.layout import Layout
from simstudy.store.load import load
from simstudy.store.lock import locked, own_holder
from simstudy.study.method import FixedLambda, MatchedLambda, Method
from simstudy.study.study import Study

GAUSSIAN = Scenario("gaussian", 30, [1.0, -1.0, 0.0], label="g")
BINOMIAL = Scenario("binomial", 20, [1.0, 0.0], intercept=-1.0, label="b")
MLE = Method("mle", "mle")
FGSM = Method("fgsm", "fgsm", "lasso", lam=FixedLambda(0.05))
MATCHED = Method("pen", "penalized", "lasso", lam=MatchedLambda("fgsm"))
STUDY = Study("small", "to test", 11, 9, (GAUSSIAN, BINOMIAL), (MLE, FGSM, MATCHED))


def assert_same_rows(a: pd.DataFrame, b: pd.DataFrame) -> None:
    """Equal bit for bit in every column but seconds."""
    columns = ["seconds", "beta_hat"]
    assert_frame_equal(a.drop(columns=columns), b.drop(columns=columns), check_exact=True)
    assert np.concatenate(a["beta_hat"].to_list()).tobytes() == np.concatenate(b["beta_hat"].to_list()).tobytes()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Rows of the whole study, run at once."""
    folder = tmp_path_factory.mktemp("whole")
    run_study(STUDY, folder)
    return load(folder)


@pytest.mark.parametrize(
    ("smaller", "fits"),
    [
        (replace(STUDY, methods=(MLE, FGSM)), 2 * 9),
        (replace(STUDY, methods=(FGSM, MATCHED)), 2 * 9),
        (replace(STUDY, scenarios=(BINOMIAL,)), 3 * 9),
        (replace(STUDY, replicates=4), 2 * 3 * 5),
    ],
)
def test_only_what_is_new_is_computed(tmp_path: Path, whole: pd.DataFrame, smaller: Study, fits: int) -> None:
    run_study(smaller, tmp_path)
    report = run_study(STUDY, tmp_path)
    assert report.fits.total() == fits
    assert_same_rows(load(tmp_path), whole)


def test_what_a_study_no_longer_has_is_kept(tmp_path: Path, whole: pd.DataFrame) -> None:
    run_study(STUDY, tmp_path)
    report = run_study(replace(STUDY, methods=(MLE,), scenarios=(GAUSSIAN,)), tmp_path)
    assert report.replicates == 0
    assert_same_rows(load(tmp_path), whole)
    assert run_study(STUDY, tmp_path).replicates == 0


def test_a_new_label_is_a_new_word_for_the_same_rows(tmp_path: Path) -> None:
    run_study(STUDY, tmp_path)
    relabelled = replace(STUDY, scenarios=(replace_label(GAUSSIAN, "gauss"), BINOMIAL))
    assert run_study(relabelled, tmp_path).replicates == 0
    assert list(load(tmp_path)["scenario"].unique()) == ["gauss", "b"]


def replace_label(scenario: Scenario, label: str) -> Scenario:
    return Scenario(scenario.family, scenario.n, scenario.beta, scenario.intercept, label=label)


def test_a_changed_scenario_under_an_old_label_is_refused(tmp_path: Path) -> None:
    run_study(STUDY, tmp_path)
    changed = replace(STUDY, scenarios=(Scenario("gaussian", 30, [1.0, -1.0, 0.0], sigma=2.0, label="g"), BINOMIAL))
    with pytest.raises(ResultsError, match=r"scenario\[0\]\.sigma was 1\.0, is 2\.0"):
        run_study(changed, tmp_path)


CHANGED = replace(STUDY, methods=(MLE, replace(FGSM, lam=FixedLambda(0.1)), MATCHED))


def test_a_changed_method_is_refused_with_the_difference_and_the_way_out(tmp_path: Path) -> None:
    run_study(STUDY, tmp_path)
    with pytest.raises(ResultsError, match=r"method\[1\]\.lam was 0\.05, is 0\.1") as refused:
        run_study(CHANGED, tmp_path)
    assert "--fresh fgsm --fresh pen" in str(refused.value), "the matched method has another lambda as well"


def test_a_fresh_method_and_what_is_matched_to_it_are_computed_again(tmp_path: Path, whole: pd.DataFrame) -> None:
    run_study(STUDY, tmp_path / "a")
    report = run_study(CHANGED, tmp_path / "a", options=Options(fresh=("fgsm",)))
    assert report.fits.total() == 2 * 2 * 9
    run_study(CHANGED, tmp_path / "b")
    assert_same_rows(load(tmp_path / "a"), load(tmp_path / "b"))
    assert run_study(CHANGED, tmp_path / "a").replicates == 0
    kept = pd.concat(pd.read_parquet(path) for path in Layout(tmp_path / "a").set_aside.iterdir())
    assert len(kept) == len(whole), "nothing is lost"


def test_an_unknown_fresh_method_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"--fresh: unknown 'fgms'.*did you mean 'fgsm'"):
        run_study(STUDY, tmp_path, options=Options(fresh=("fgms",)))
    assert list(tmp_path.iterdir()) == []


def test_parts_make_the_whole_without_overlap(tmp_path: Path, whole: pd.DataFrame) -> None:
    counts = [run_study(STUDY, tmp_path, size=2, options=Options(part=Part(k, 3))).replicates for k in (3, 1, 2)]
    assert sum(counts) == 18
    assert all(counts)
    assert_same_rows(load(tmp_path), whole)


def test_a_part_owns_the_same_replicates_whatever_is_there(tmp_path: Path) -> None:
    run_study(replace(STUDY, replicates=3), tmp_path / "a", size=2)
    run_study(STUDY, tmp_path / "a", size=2, options=Options(part=Part(1, 2)))
    run_study(STUDY, tmp_path / "b", size=2, options=Options(part=Part(2, 2)))
    first, second = (load(tmp_path / name) for name in "ab")
    first = first[first["replicate"] >= 4]
    keys = [set(zip(rows["scenario"], rows["replicate"], strict=True)) for rows in (first, second)]
    assert keys[0].isdisjoint(keys[1])


def test_a_second_run_at_the_same_time_is_refused(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    with (
        locked(layout, own_holder("2030-01-01T00:00:00+00:00", 1, "1/1")),
        pytest.raises(ResultsError, match=r"another run \(process \d+ on .* since 2030.*--shard I/K"),
    ):
        run_study(STUDY, tmp_path)
    assert run_study(STUDY, tmp_path).replicates == 18


def test_status_tells_done_failed_missing_and_who_is_running(tmp_path: Path) -> None:
    few = Scenario("binomial", 5, [0.0], intercept=20.0, label="constant")
    study = replace(STUDY, scenarios=(GAUSSIAN, few))
    layout = Layout(tmp_path)
    assert [state.rate for state in study_status(study, layout).scenarios] == [None, None]
    run_study(replace(study, replicates=4), tmp_path)
    with locked(layout, own_holder("2030-01-01T00:00:00+00:00", 2, "1/2")):
        state = study_status(study, layout)
    gaussian, constant = state.scenarios
    assert (gaussian.done, gaussian.missing, gaussian.failed.total()) == (4, 5, 0)
    assert constant.failed == {"degenerate_response": 12}
    assert gaussian.rate is not None
    assert gaussian.seconds_left == pytest.approx(5 / gaussian.rate / 2)
    assert [holder.part for holder in state.running] == ["1/2"]
    assert study_status(study, layout).running == ()


def test_looks_double_and_end_at_the_cap() -> None:
    assert looks(1000) == [100, 200, 400, 800, 1000]
    assert looks(800) == [100, 200, 400, 800]
    assert looks(100) == [100]
    assert looks(30) == [30]


def test_a_scenario_stops_at_the_look_that_meets_its_target(tmp_path: Path) -> None:
    asked: list[tuple[str, Sequence[str], int]] = []

    def until(scenario: Scenario, methods: Sequence[str], replicates: int) -> bool:
        asked.append((scenario.label, tuple(methods), replicates))
        return scenario.label == "g" or replicates == 200

    study = replace(STUDY, replicates=500, methods=(MLE,))
    # What is there already, more than the first look needs, changes neither the looks nor the answers.
    run_study(replace(study, replicates=120), tmp_path, only=["scenario=b"])
    run_study(study, tmp_path, until=until)
    assert asked == [("g", ("mle",), 100), ("b", ("mle",), 100), ("b", ("mle",), 200)]
    assert load(tmp_path).groupby("scenario").size().to_dict() == {"g": 100, "b": 200}


def test_a_shared_run_cannot_stop_by_itself(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="until_mcse"):
        run_study(STUDY, tmp_path, options=Options(part=Part(1, 2)), until=lambda *_: True)
