"""What of a plug-in identifies the rows that it made: the code of an entry and what that rests on, and nothing else."""

from pathlib import Path

import pandas as pd
import pytest

import simstudy as ss
from simstudy.estimators.registry import ESTIMATORS
from simstudy.plugins import Plugin, activate, read_plugin
from simstudy.runner.options import Options
from simstudy.sources.registry import SOURCES
from simstudy.study.config import read_study

PLUGIN = '''
"""A source, two estimators and a law."""
from __future__ import annotations
from dataclasses import dataclass
import numpy as np
import simstudy as ss

SHIFT = 0.0


def middle(values: Unimported) -> float:
    """Half of the range."""
    return 0.5 * (values.min() + values.max()) + SHIFT


@ss.source("coins")
@dataclass(frozen=True)
class Coins:
    n: int = 20

    def sample(self, rng):
        return ss.Data(X=np.ones((self.n, 1)), y=rng.normal(size=self.n))

    def truth(self):
        return {"centre": 0.0}


@ss.estimator("half_range")
def half_range(data, rng):
    return {"centre": middle(data.y)}


@ss.estimator("average")
def average(data, rng):
    return {"centre": float(np.mean(data.y))}


@ss.law("no_bias")
def no_bias(source, method):
    return {("centre", "bias"): 0.0}
'''

STUDY = """
aim = "Centre"
replicates = 5
plugins = ["mine.py"]
scenario = [{ source = "coins" }]
method = [{ name = "half", estimator = "half_range" }, { name = "mean", estimator = "average" }]
"""


def codes(folder: Path, text: str) -> dict[str, str]:
    (folder / "mine.py").write_text(text)
    activate([read_plugin("mine.py", folder)])
    estimators = {name: ESTIMATORS.code(name) for name in ("half_range", "average")}
    return {**estimators, "coins": SOURCES.code("coins")}


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("np.mean(data.y)", "np.median(data.y)", {"average"}),
        ("values.min() + values.max()", "values.max() + values.min()", {"half_range"}),
        ("SHIFT = 0.0", "SHIFT = 1.0", {"half_range"}),
        ("size=self.n", "size=int(self.n)", {"coins"}),
        ("import numpy as np", "import numpy.random as np", {"average", "coins"}),
        ("SHIFT = 0.0", "SHIFT = 0.0\nnp.random.seed(1)", {"half_range", "average", "coins"}),
        ('"bias"): 0.0', '"bias"): 1.0', set()),
        ("Half of the range", "The middle of the range", set()),
        ("SHIFT = 0.0", "SHIFT = 0.0  # by symmetry", set()),
    ],
)
def test_a_change_changes_what_rests_on_it(tmp_path: Path, old: str, new: str, changed: set[str]) -> None:
    before, after = codes(tmp_path, PLUGIN), codes(tmp_path, PLUGIN.replace(old, new))
    assert {name for name in before if before[name] != after[name]} == changed


def test_after_a_change_of_one_estimator_only_its_rows_are_computed_again(tmp_path: Path) -> None:
    study = tmp_path / "centre.toml"
    study.write_text(STUDY)
    (tmp_path / "mine.py").write_text(PLUGIN)
    ss.run(study, results=tmp_path / "results", jobs=1)
    first = ss.load(tmp_path / "results" / "centre")
    (tmp_path / "mine.py").write_text(PLUGIN.replace("np.mean(data.y)", "np.median(data.y)"))
    with pytest.raises(ss.SimstudyError, match="mean"):
        ss.run(study, results=tmp_path / "results", jobs=1)
    ss.run(study, results=tmp_path / "results", jobs=1, options=Options(fresh=("mean",)))
    again = ss.load(tmp_path / "results" / "centre")
    both = first.merge(again, on=["method", "replicate"], suffixes=("", "_again"))
    equal = both["centre_hat"] == both["centre_hat_again"]
    assert equal[both["method"] == "half"].all()
    assert not equal[both["method"] == "mean"].any()


def test_the_code_of_a_family_and_of_a_penalty_is_part_of_what_uses_them(tmp_path: Path) -> None:
    plugins = Path(__file__).parent / "extension" / "plugins"
    study = tmp_path / "own.toml"
    study.write_text(
        'aim = "Own"\nreplicates = 2\nplugins = ["cloglog.py", "log_penalty.py"]\n'
        'scenario = [{ family = "cloglog", n = 50, intercept = 0, beta = { pattern = "explicit", values = [1.0] } }]\n'
        'method = [{ name = "log", estimator = "penalized", penalty = "log", lam = 0.1 }]\n'
    )
    found = []
    for part in ("", "cloglog.py", "log_penalty.py"):
        for name in ("cloglog.py", "log_penalty.py"):
            text = (plugins / name).read_text(encoding="utf-8")
            (tmp_path / name).write_text(text + "\nassert True\n" * (name == part))
        study_read = read_study(study)
        found.append((study_read.scenarios[0].key, study_read.methods[0].definition()["code"]))
    (family, penalty), (other_family, same_penalty), (same_family, other_penalty) = found
    assert (family == same_family, penalty == same_penalty) == (True, True)
    assert (family == other_family, penalty == other_penalty) == (False, False)


def test_a_law_of_an_estimand_that_nobody_has_is_said_with_the_tables(tmp_path: Path) -> None:
    study = tmp_path / "centre.toml"
    study.write_text(STUDY)
    (tmp_path / "mine.py").write_text(PLUGIN.replace('{("centre",', '{("center",'))
    ss.run(study, results=tmp_path / "results", jobs=1)
    _, found = ss.table(study, results=tmp_path / "results")
    (sentence,) = found.silent_theory
    assert "estimand of law no_bias" in sentence
    assert "did you mean 'centre'?" in sentence


def test_a_plugin_is_the_same_on_every_reading(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(PLUGIN)
    first, again = (read_plugin("mine.py", tmp_path) for _ in range(2))
    assert isinstance(first, Plugin)
    assert first == again
    assert pd.Series(first.codes).str.fullmatch("[0-9a-f]{16}").all()
