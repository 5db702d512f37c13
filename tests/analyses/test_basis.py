"""On how many fits an answer rests: counted, what is left out is named, and refused where under half are usable."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from simstudy.analyses.basis import answered
from simstudy.analyses.sentences import NOTHING, span
from simstudy.errors import ConfigError
from simstudy.workflow.run import run
from simstudy.workflow.studies import study_of
from simstudy.workflow.table import table


def frame(*usable: int, attempted: int = 120) -> pd.DataFrame:
    """Two rows, as of two parameters, for each cell of so many usable fits."""
    rows = [("s", f"m{k}", attempted, count) for k, count in enumerate(usable) for _ in range(2)]
    return pd.DataFrame(rows, columns=["scenario", "method", "attempted", "usable"])


def said(rows: pd.DataFrame) -> str:
    """An answer that names the methods that it saw."""
    return f"Of {', '.join(dict.fromkeys(rows['method']))}."


def test_an_answer_says_on_how_many_fits_it_rests() -> None:
    assert answered(said, frame(120, 120)) == "Of m0, m1. It rests on all 240 fits."
    assert answered(said, frame(120, 100)) == "Of m0, m1. It rests on 220 of 240 fits."
    pairs = frame(120, 100).assign(reference="mle")
    assert answered(said, pairs).endswith("220 of 240 pairs of fits.")
    sets = frame(100).drop(columns="method")
    assert answered(lambda _: "So.", sets) == "So. It rests on 100 of 120 data sets."


def test_a_cell_of_which_under_half_is_usable_is_left_out_and_named() -> None:
    out = "Left out, as under half of the fits are usable: m1 in s (59 of 120)."
    assert answered(said, frame(120, 59)) == f"Of m0. It rests on all 120 fits. {out}"
    assert answered(said, frame(120, 60)) == "Of m0, m1. It rests on 180 of 240 fits."
    many = answered(said, frame(*[120] * 9, *[1] * 6))
    assert many.endswith("usable: 6 cells.")


def test_under_half_of_all_is_refused() -> None:
    assert answered(said, frame(90, 0, 0, 0)) == "No answer: only 90 of 480 fits are usable, under half."
    assert answered(said, frame(0, 0)) == NOTHING
    assert answered(said, frame(1, 1, attempted=1)) == "No answer: one replicate does not tell its error."
    none = answered(lambda _: NOTHING, frame(120))
    assert none == "No answer: the 120 usable fits do not have the numbers that it needs."


def test_parts_of_a_dataclass_are_counted_and_what_has_no_counts_is_left_alone() -> None:
    @dataclass(frozen=True)
    class Parts:
        rows: pd.DataFrame
        other: pd.DataFrame

    both = Parts(frame(120, 10), pd.DataFrame({"method": ["m0", "m1"]}))
    assert answered(lambda found: f"{len(found.rows)} {len(found.other)}", both).startswith("2 2 It rests on all 120")
    assert answered(lambda _: "So.", pd.DataFrame({"method": ["a"]})) == "So."
    assert answered(lambda _: "", frame(120)) == ""
    # A grid of which no member is usable often enough has no counts.
    unknown = frame(120, 0).astype({"usable": float})
    assert "m1 in s (0 of 0)" in answered(
        said, unknown.assign(attempted=unknown["attempted"].where(unknown["usable"] > 0))
    )


PLUGIN = """import simstudy as ss

@ss.estimator("fragile")
def fragile(data, rng, *, most: float = 1.0):
    if abs(data.y[0]) > most:
        raise ValueError("too large")
    return {"beta": data.X.T @ data.y / len(data.y)}
"""
STUDY = """replicates = 60
plugins = ["fragile.py"]
analyses = ["performance", "root_n"]
scenario = [{ family = "gaussian", n = [30, 60], intercept = 0.0, beta = { pattern = "explicit", values = [1.0] } }]
method = [%s]
"""


def test_the_tables_of_a_run_whose_fits_mostly_fail_have_no_answer(tmp_path: Path) -> None:
    (tmp_path / "fragile.py").write_text(PLUGIN)
    file = tmp_path / "most.toml"
    bad, good = '{ name = "bad", estimator = "fragile", most = 0.5 }', '{ name = "good", estimator = "mle" }'
    file.write_text(STUDY % bad)
    run(file, results=tmp_path)
    made, _ = table(file, results=tmp_path)
    assert all(each.answer.startswith("No answer: only ") and "of 120 fits" in each.answer for each in made)
    file.write_text(STUDY % f"{bad}, {good}")
    run(file, results=tmp_path)
    made, _ = table(file, results=tmp_path)
    for each in made:
        assert "It rests on all 120 fits. Left out" in each.answer
        assert "bad in gaussian" in each.answer
        assert "bad" not in each.answer.partition("It rests")[0]


def test_one_value_is_no_range() -> None:
    assert (span("0.705", "0.705"), span("0.1", "0.2")) == ("0.705", "0.1 to 0.2")


def test_a_bad_name_from_a_files_name_says_where_it_comes_from(tmp_path: Path) -> None:
    (tmp_path / "my study.toml").write_text(
        STUDY.replace('plugins = ["fragile.py"]\n', "") % '{ name = "m", estimator = "mle" }'
    )
    with pytest.raises(ConfigError, match="(?s)'my study' is not allowed.*comes from the file's name"):
        study_of(tmp_path / "my study.toml")
