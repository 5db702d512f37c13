"""Designs in blocks and error laws in study files: read, used as axes of a grid, written out and read again."""

import tomllib

import pytest

from simstudy.errors import ConfigError
from simstudy.sources.designs import BernoulliBlock, Blocks, CategoricalBlock, Normal, NormalBlock
from simstudy.sources.noise import NormalErrors, SkewedErrors, StudentTErrors
from simstudy.study.config import read_study
from simstudy.study.study import study_toml

HEAD = """
aim = "a test"
replicates = 2
[[method]]
name = "mle"
estimator = "mle"
[[scenario]]
family = "{family}"
n = 200
p = 8
beta = {{ pattern = "sparse", s = 3 }}
intercept = 0.0
"""

FAN_LI = """
[scenario.design]
law = "blocks"
rho = 0.5
standardise = "sample"
blocks = [{ law = "normal", columns = 6 }, { law = "bernoulli", columns = 2, probability = 0.5 }]
"""


def study(tmp_path, text, family="gaussian"):
    path = tmp_path / "study.toml"
    path.write_text(HEAD.format(family=family) + text)
    return read_study(path)


def test_the_logistic_example_of_fan_and_li_is_a_study_file(tmp_path):
    (scenario,) = study(tmp_path, FAN_LI, "binomial").scenarios
    blocks = (NormalBlock(columns=6), BernoulliBlock(0.5, columns=2))
    assert scenario.design == Blocks(0.5, standardise="sample", blocks=blocks)


def test_blocks_matrices_and_errors_can_be_axes_and_survive_a_round_trip(tmp_path):
    text = """
    errors = [ "normal", { law = "t", df = [3.0, 5.0] }, { law = "skewed", skewness = 2.0, centre = "median" } ]
    [scenario.design]
    law = "blocks"
    fixed = [false, true]
    blocks = [
        [{ law = "normal" }],
        [{ law = "normal", columns = 6 }, { law = "categorical", probabilities = [0.5, 0.25, 0.25] }],
    ]
    """
    first = study(tmp_path, text)
    assert len(first.scenarios) == 16
    assert {scenario.errors for scenario in first.scenarios} == {
        NormalErrors(), StudentTErrors(3.0), StudentTErrors(5.0), SkewedErrors(2.0, "median")
    }  # fmt: skip
    assert {scenario.design.blocks for scenario in first.scenarios} == {
        (NormalBlock(),),
        (NormalBlock(columns=6), CategoricalBlock((0.5, 0.25, 0.25))),
    }
    assert len({scenario.label for scenario in first.scenarios}) == 16
    resolved = tmp_path / "resolved.toml"
    resolved.write_text(study_toml(first))
    again = read_study(resolved)
    assert [scenario.key for scenario in again.scenarios] == [scenario.key for scenario in first.scenarios]
    assert again.scenarios == first.scenarios


def test_a_matrix_is_one_value_and_a_list_of_matrices_is_an_axis(tmp_path):
    rows = [[1.0 if j == k else 0.2 for j in range(8)] for k in range(8)]
    (one,) = study(tmp_path, f'design = {{ law = "normal", matrix = {rows} }}').scenarios
    assert one.design == Normal(matrix=rows)
    other = [[1.0 if j == k else 0.3 for j in range(8)] for k in range(8)]
    two = study(tmp_path, f'design = {{ law = "normal", matrix = [{rows}, {other}] }}').scenarios
    assert [scenario.design for scenario in two] == [Normal(matrix=rows), Normal(matrix=other)]
    assert tomllib.loads(study_toml(study(tmp_path, FAN_LI)))["scenario"][0]["design"]["blocks"][0]["columns"] == 6


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (FAN_LI.replace("bernoulli", "bernouli"), r"design.blocks\[1\].law: unknown 'bernouli'.*'bernoulli'"),
        (FAN_LI.replace("probability", "q"), r"design.blocks\[1\]: unknown 'q'"),
        (FAN_LI.replace("columns = 2", "columns = 2.5"), r"design.blocks\[1\].columns = 2.5"),
        (FAN_LI.replace("columns = 2", "columns = 3"), r"design.blocks = '9 columns'.*p = 8"),
        (FAN_LI.replace('law = "normal", ', ""), r"design.blocks\[0\].law is missing"),
        ('errors = "student"', r"errors.law: unknown 'student'"),
        ('errors = { law = "t" }', r"errors.df is missing"),
        ('errors = { law = "t", df = -1.0 }', r"errors.df = -1.0"),
        ('design = { law = "normal", fixed = "yes" }', r"design.fixed = 'yes'"),
    ],
)
def test_mistakes_in_a_file_are_named_with_their_place(tmp_path, text, message):
    with pytest.raises(ConfigError, match=message):
        study(tmp_path, text)
