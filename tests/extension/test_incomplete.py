"""A naive, incomplete plug-in of each of the eight kinds fails loudly, and never gives another's answer."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import simstudy as ss
from simstudy.cli import main

HEAD = """
from dataclasses import dataclass
import numpy as np
import simstudy as ss
"""
GLM = '{ family = "FAMILY", n = [40], intercept = 0.0, beta = { pattern = "explicit", values = [0.5, 0.0] } }'
MLE = '{ name = "mle", estimator = "mle" }'


def study(folder: Path, code: str, scenario: str = GLM, method: str = MLE, more: str = "") -> Path:
    (folder / "naive.py").write_text(HEAD + code, encoding="utf-8")
    path = folder / "naive.toml"
    scenario = scenario.replace("FAMILY", "gaussian")
    text = f'replicates = 20\nplugins = ["naive.py"]\nscenario = [{scenario}]\nmethod = [{method}]\n{more}\n'
    path.write_text(text, encoding="utf-8")
    return path


def call(verb: str, path: Path) -> Result:
    result = CliRunner().invoke(main, [verb, str(path), "--out", str(path.parent / "results")])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


REFUSED = {
    "a source that draws nothing": (
        '@ss.source("naive")\n@dataclass(frozen=True)\nclass Naive:\n    n: int\n',
        '{ source = "naive", n = [40] }',
        MLE,
        "",
        "sample",
    ),
    "a source that is no dataclass": (
        '@ss.source("naive")\nclass Naive:\n    def sample(self, rng): ...\n',
        '{ source = "naive", n = [40] }',
        MLE,
        "",
        "dataclass",
    ),
    "a penalty without slope": (
        '@ss.penalty("naive")\n@dataclass(frozen=True)\nclass Naive:\n    lam: float\n    growth = "linear"\n'
        "    def value(self, t):\n        return self.lam * t\n",
        GLM,
        '{ name = "m", estimator = "fgsm", penalty = "naive", lam = 0.1 }',
        "",
        "slope",
    ),
    "a family without a link": (
        '@ss.family("naive")\nclass Naive:\n    support, kinked = "a number", True\n'
        "    def loss(self, y, eta):\n        return (y - eta) ** 2 / 2\n",
        GLM,
        MLE,
        "",
        "naive",
    ),
    "an estimator without a largest level": (
        '@ss.estimator("naive")\ndef naive(data, rng, *, penalty, family):\n    return {"beta": np.zeros(2)}\n',
        GLM,
        '{ name = "m", estimator = "naive", penalty = "lasso", lam = { rule = "bic" } }',
        "",
        "naive",
    ),
    "an estimator with options that have no default": (
        '@ss.estimator("naive")\ndef naive(data, rng, *, width):\n    return {"beta": np.zeros(2)}\n',
        GLM,
        '{ name = "m", estimator = "naive" }',
        "",
        "width",
    ),
    "an estimand without a bound's order": (
        '@ss.estimand("naive", bounds=(1, 0))\ndef naive(fit, data, truth):\n    return 0.5\n',
        GLM,
        MLE,
        'estimands = ["naive"]',
        "bounds",
    ),
    "a law that nobody declared": (
        "\n",
        GLM,
        MLE,
        """
[[claim]]
id = "c"
statement = "It holds."
theory = "T9"
estimand = "beta"
quantity = "bias"
method = "mle"
parameter = "beta_1"
scenario = { n = 40 }
prediction = { law = "naive" }
margin = 0.1
""",
        "naive",
    ),
    "a measure of another name": ("\n", GLM, MLE, 'measures = ["bais"]', "bias"),
    "an analysis of another name": ("\n", GLM, MLE, 'analyses = ["root"]', "root_n"),
}


@pytest.mark.parametrize("naive", REFUSED)
def test_it_is_refused_before_anything_is_computed(naive: str, tmp_path: Path) -> None:
    *parts, word = REFUSED[naive]
    result = call("run", study(tmp_path, *parts))
    assert result.exit_code == 2, result.output
    assert word in result.output
    assert not list(tmp_path.glob("results/naive/replicates/*"))


FAILS = {
    "a penalty whose slope is another's": (
        '@ss.penalty("naive")\n@dataclass(frozen=True)\nclass Naive:\n    lam: float\n    growth = "linear"\n'
        "    def value(self, t):\n        return self.lam * t\n    def slope(self, t):\n        return 2 * self.lam\n",
        '{ name = "m", estimator = "fgsm", penalty = "naive", lam = 0.1 }',
        "",
        "slope is not the derivative",
    ),
    "an estimator that returns nothing": (
        '@ss.estimator("naive")\ndef naive(data, rng):\n    pass\n',
        '{ name = "m", estimator = "naive" }',
        "",
        "result of estimator",
    ),
    "an estimator that returns text": (
        '@ss.estimator("naive")\ndef naive(data, rng):\n    return {"beta": "many"}\n',
        '{ name = "m", estimator = "naive" }',
        "",
        "beta",
    ),
    "an estimator with another shape": (
        '@ss.estimator("naive")\ndef naive(data, rng):\n    return {"beta": np.zeros(3)}\n',
        '{ name = "m", estimator = "naive" }',
        "",
        "beta",
    ),
    "an estimand of text": (
        '@ss.estimand("naive")\ndef naive(fit, data, truth):\n    return "good"\n',
        MLE,
        'estimands = ["naive"]',
        "naive",
    ),
}


@pytest.mark.parametrize("naive", FAILS)
def test_every_row_says_what_failed_and_the_run_ends_with_an_error(naive: str, tmp_path: Path) -> None:
    code, method, more, word = FAILS[naive]
    result = call("run", study(tmp_path, code, method=method, more=more))
    assert result.exit_code == 1, result.output
    rows = ss.load(tmp_path / "results" / "naive")
    assert set(rows["status"]) == {"error"}
    assert rows["message"].str.contains(word).all(), rows["message"].iloc[0]


READ = {
    "a measure of another shape": (
        '@ss.measure("naive")\ndef naive(errors):\n    return np.zeros(7)\n',
        'measures = ["naive"]',
        "naive",
    ),
    "a measure that fails": (
        '@ss.measure("naive")\ndef naive(errors):\n    return errors.nothing\n',
        'measures = ["naive"]',
        "nothing",
    ),
    "an analysis that returns nothing": (
        '@ss.analysis("naive")\ndef naive(results):\n    pass\n',
        'analyses = ["naive"]',
        "naive",
    ),
    "an analysis that fails": (
        '@ss.analysis("naive")\ndef naive(results):\n    return results.nothing\n',
        'analyses = ["naive"]',
        "nothing",
    ),
}


@pytest.mark.parametrize("naive", READ)
def test_what_reads_rows_fails_with_its_name_and_the_rows_are_kept(naive: str, tmp_path: Path) -> None:
    code, more, word = READ[naive]
    path = study(tmp_path, code, more=more)
    run = call("run", path)
    result = call("table", path)
    assert result.exit_code in (1, 2), result.output
    assert word in result.output
    # Measures are computed at the end of a run, when its rows are safe.
    assert (run.exit_code != 0) == ("measure" in naive), run.output
    assert len(ss.load(tmp_path / "results" / "naive")) == 20


def test_a_law_of_something_that_nobody_estimates_is_found_before_the_run(tmp_path: Path) -> None:
    code = '@ss.law("naive")\ndef naive(source, method):\n    return {("bta", "bias"): 0.0}\n'
    result = CliRunner().invoke(main, ["check", str(study(tmp_path, code, more='laws = ["naive"]'))])
    assert result.exit_code == 1
    assert "estimand of law naive: unknown 'bta'" in result.output
    assert "did you mean 'beta'" in result.output


@pytest.mark.parametrize("answer", ["None", '{"beta": 0.0}', '{("beta", "bais"): 0.0}', "source.nothing"])
def test_a_law_that_predicts_nothing_is_named_and_the_run_goes_on(answer: str, tmp_path: Path) -> None:
    code = f'@ss.law("naive")\ndef naive(source, method):\n    return {answer}\n'
    path = study(tmp_path, code, more='laws = ["naive"]')
    result = CliRunner().invoke(main, ["check", str(path)])
    assert result.exit_code == 1
    assert "no prediction of mle for" in result.output
    assert call("run", path).exit_code == 0
