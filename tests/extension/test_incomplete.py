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
SOURCE = """
@ss.source("naive")
@dataclass(frozen=True)
class Naive:
    n: int
    def truth(self):
        return {"beta": [0.5]}
    def sample(self, rng):
"""
ZERO = '@ss.estimator("zero")\ndef zero(data, rng):\n    return {"beta": [0.0]}\n'
OWN = '{ source = "naive", n = [40] }'


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
    "a family without a mean": (
        '@ss.family("naive")\nclass Naive:\n    support, kinked = "a number", True\n'
        "    def loss(self, y, eta):\n        return (y - eta) ** 2 / 2\n"
        "    def slope(self, y, eta):\n        return eta - y\n"
        "    def curvature(self, y, eta):\n        return 1.0\n"
        "    def link(self, mu):\n        return mu\n"
        "    def recession(self, y):\n        return 0.0\n"
        "    def in_support(self, y):\n        return True\n",
        GLM,
        MLE,
        "",
        "Naive lacks mean",
    ),
    "a family without a link": (
        '@ss.family("naive")\nclass Naive:\n    support, kinked = "a number", True\n'
        "    def loss(self, y, eta):\n        return (y - eta) ** 2 / 2\n",
        GLM,
        MLE,
        "",
        "naive",
    ),
    "a source without a family": (
        f"{SOURCE}        return ss.Data(rng.standard_normal((self.n, 1)), rng.standard_normal(self.n))\n",
        OWN,
        '{ name = "m", estimator = "fgsm", penalty = "lasso", lam = 0.1 }',
        "",
        "family",
    ),
    "an estimator with an option that nobody has": (
        '@ss.estimator("naive")\ndef naive(data, rng, *, width=1.0):\n    return {"beta": np.zeros(1)}\n',
        GLM,
        '{ name = "m", estimator = "naive", widht = 2.0 }',
        "",
        "did you mean 'width'",
    ),
    "an estimand of two arguments": (
        '@ss.estimand("naive")\ndef naive(fit, data):\n    return 0.5\n',
        GLM,
        MLE,
        'estimands = ["naive"]',
        "a function of (fit, data, truth)",
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
    "an estimator without a number": (
        '@ss.estimator("naive")\ndef naive(data, rng):\n    return {"beta": np.array([np.nan])}\n',
        '{ name = "m", estimator = "naive" }',
        "",
        "estimate beta = .*finite",
    ),
    "an estimand outside of its bounds": (
        '@ss.estimand("naive", bounds=(0, 1))\ndef naive(fit, data, truth):\n    return 1.5\n',
        MLE,
        'estimands = ["naive"]',
        "estimand naive = 1.5 .*between 0 and 1",
    ),
    "an estimand of two dimensions": (
        '@ss.estimand("naive")\ndef naive(fit, data, truth):\n    return data.X\n',
        MLE,
        'estimands = ["naive"]',
        "estimand naive = .*a number or a vector",
    ),
    "an estimand of nothing": (
        '@ss.estimand("naive")\ndef naive(fit, data, truth):\n    return None\n',
        MLE,
        'estimands = ["naive"]',
        "estimand naive = None .*a number or a vector",
    ),
    "an estimand with a hole": (
        '@ss.estimand("naive")\ndef naive(fit, data, truth):\n    return [1.0, None]\n',
        MLE,
        'estimands = ["naive"]',
        "estimand naive = .*a number or a vector",
    ),
    "an estimand of a number in words": (
        '@ss.estimand("naive")\ndef naive(fit, data, truth):\n    return "1.5"\n',
        MLE,
        'estimands = ["naive"]',
        "estimand naive = '1.5' .*a number or a vector",
    ),
    "an estimand that writes on the data": (
        '@ss.estimand("naive")\ndef naive(fit, data, truth):\n    data.X[:] = 0.0\n    return 1.0\n',
        MLE,
        'estimands = ["naive"]',
        "read-only",
    ),
    "an estimator that writes on the data": (
        '@ss.estimator("naive")\ndef naive(data, rng):\n    data.X[:] = 0.0\n    return {"beta": data.X[0]}\n',
        '{ name = "naive", estimator = "naive" }',
        "",
        "read-only",
    ),
    "an estimator that leaves": (
        '@ss.estimator("naive")\ndef naive(data, rng):\n    raise SystemExit(3)\n',
        '{ name = "naive", estimator = "naive" }',
        "",
        "SystemExit: 3",
    ),
    "an estimate whose name is none of a column": (
        '@ss.estimator("naive")\ndef naive(data, rng):\n    return {"a b": 1.0}\n',
        '{ name = "naive", estimator = "naive" }',
        "",
        "name of an estimate = 'a b' .*a letter, then letters, digits or _",
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


DRAWS = {
    "nothing": ("pass", "ss.Data"),
    "a pair": ("return rng.standard_normal((self.n, 1)), rng.standard_normal(self.n)", "ss.Data"),
    "what is not there": ("return rng.nothing", "nothing"),
}


@pytest.mark.parametrize("naive", DRAWS)
def test_a_source_that_draws_no_data_set_is_an_error_in_every_row(naive: str, tmp_path: Path) -> None:
    body, word = DRAWS[naive]
    result = call("run", study(tmp_path, f"{SOURCE}        {body}\n{ZERO}", OWN, '{ name = "z", estimator = "zero" }'))
    assert result.exit_code == 1, result.output
    rows = ss.load(tmp_path / "results" / "naive")
    assert set(rows["status"]) == {"error"}
    assert rows["message"].str.contains(word).all(), rows["message"].iloc[0]


SUSPECT = {
    "another number of responses": ("return ss.Data(np.zeros((self.n, 1)), np.zeros(3))", "X has 40 rows, y has 3"),
    "values that are not finite": ("return ss.Data(np.full((self.n, 1), np.inf), np.zeros(self.n))", "not finite"),
    "random numbers of its own": (
        "return ss.Data(np.random.default_rng().standard_normal((self.n, 1)), np.zeros(self.n))",
        "two data sets from the same random numbers differ",
    ),
}


@pytest.mark.parametrize("naive", SUSPECT)
def test_data_that_an_estimator_of_ones_own_might_take_are_found_before_the_run(naive: str, tmp_path: Path) -> None:
    body, word = SUSPECT[naive]
    path = study(tmp_path, f"{SOURCE}        {body}\n{ZERO}", OWN, '{ name = "z", estimator = "zero" }')
    result = CliRunner().invoke(main, ["check", str(path)])
    assert result.exit_code == 1, result.output
    assert word in " ".join(result.output.split())


READ = {
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


SHAPES = {
    "np.zeros(7)": "shape",
    "3.0": "shape",
    "None": "shape",
    '"good"': "numbers",
    "(errors, errors, errors)": "its MCSE",
}


@pytest.mark.parametrize("answer", SHAPES)
def test_a_measure_of_another_shape_is_found_before_the_first_replicate(answer: str, tmp_path: Path) -> None:
    code = f'@ss.measure("naive")\ndef naive(errors):\n    return {answer}\n'
    path = study(tmp_path, code, more='measures = ["naive"]')
    for result in (CliRunner().invoke(main, ["check", str(path)]), call("run", path)):
        assert result.exit_code in (1, 2)
        assert "what measure naive returns" in " ".join(result.output.split())
        assert SHAPES[answer] in result.output
    assert not (tmp_path / "results").exists()


def test_a_measure_that_needs_more_than_made_up_replicates_is_not_refused(tmp_path: Path) -> None:
    code = (
        '@ss.measure("naive")\ndef naive(errors):\n    if len(errors) < 20:\n        raise ValueError("few")\n'
        "    return errors.mean(axis=0)\n"
    )
    result = call("run", study(tmp_path, code, more='measures = ["naive"]'))
    assert "what measure" not in result.output


def test_a_truth_that_raises_is_a_sentence_before_the_run(tmp_path: Path) -> None:
    code = f"{SOURCE}        return ss.Data(np.zeros((self.n, 1)), np.zeros(self.n))\n{ZERO}"
    code = code.replace('return {"beta": [0.5]}', "return self.nothing")
    result = call("run", study(tmp_path, code, OWN, '{ name = "z", estimator = "zero" }'))
    assert result.exit_code == 1
    assert "truth of" in result.output
    assert "nothing" in result.output


def test_a_law_of_something_that_nobody_estimates_is_found_before_the_run(tmp_path: Path) -> None:
    code = '@ss.law("naive")\ndef naive(source, method):\n    return {("bta", "bias"): 0.0}\n'
    result = CliRunner().invoke(main, ["check", str(study(tmp_path, code, more='laws = ["naive"]'))])
    assert result.exit_code == 1
    assert "estimand of law naive: unknown 'bta'" in result.output
    assert "did you mean 'beta'" in result.output


ANSWERS = [
    "None", '{"beta": 0.0}', '{("beta", "bais"): 0.0}', "source.nothing", '{("beta", "bias"): np.zeros(7)}',
    '{("beta", "bias"): float("nan")}', '{("beta", "bias"): (0.0, -1.0)}', '{("beta", "bias"): (0.0, 1.0, 2.0)}',
    '{("beta", "bias"): "x"}',
]  # fmt: skip


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_law_that_predicts_nothing_is_named_and_the_run_goes_on(answer: str, tmp_path: Path) -> None:
    code = f'@ss.law("naive")\ndef naive(source, method):\n    return {answer}\n'
    path = study(tmp_path, code, more='laws = ["naive"]')
    result = CliRunner().invoke(main, ["check", str(path)])
    assert result.exit_code == 1
    assert "no prediction of mle for" in result.output
    assert call("run", path).exit_code == 0
