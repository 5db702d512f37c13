"""The [[claim]] tables of a study file."""

from pathlib import Path

import pytest

from simstudy.errors import ConfigError
from simstudy.study.claim import Law, Region
from simstudy.study.config import read_study
from simstudy.study.study import Study, study_toml

STUDY = """
aim = "a"
replicates = 10
[[scenario]]
family = ["gaussian", "binomial"]
n = [100, 200, 400]
p = 2
beta = { pattern = "sparse", s = 1 }
intercept = 0.0
[[method]]
name = "f"
estimator = "fgsm"
penalty = "lasso"
lam = 0.1
[[method]]
name = "mle"
estimator = "mle"
"""
RATE = """
[[claim]]
id = "rate"
statement = "The error falls like n^(-1/2)."
theory = "T9"
quantity = "rmse_slope"
method = ["f", "mle"]
scenario = { family = ["gaussian", "binomial"] }
prediction = -0.5
margin = 0.05
control = { prediction = -1.0 }
"""
BIAS = """
[[claim]]
id = "bias"
statement = "The extra bias is that of T10."
theory = "T10"
quantity = "bias_difference"
scenario = { family = "binomial", n = 400 }
method = "f"
reference = "mle"
parameter = "beta_1"
prediction = { law = "T10" }
margin = 0.05
control = { id = "no_drift", prediction = { law = "T10", without = "V" }, scenario = "binomial_n200_p2" }
"""


def read(tmp_path: Path, text: str) -> Study:
    path = tmp_path / "study.toml"
    path.write_text(STUDY + text, encoding="utf-8")
    return read_study(path)


def test_a_list_is_an_axis_and_the_ids_name_the_values(tmp_path: Path) -> None:
    claims = read(tmp_path, RATE).claims
    ids = [claim.id for claim in claims]
    assert ids == ["rate_f_gaussian", "rate_f_binomial", "rate_mle_gaussian", "rate_mle_binomial"]
    assert claims[1].scenario == (("family", "binomial"),)
    assert claims[1].prediction == Region(-0.5, -0.5)


def test_a_control_is_the_claim_with_something_else(tmp_path: Path) -> None:
    (claim,) = read(tmp_path, BIAS).claims
    assert claim.control is not None
    assert (claim.control.id, claim.control.prediction) == ("no_drift", Law("T10", "V"))
    assert claim.control.scenario == "binomial_n200_p2"
    assert (claim.control.reference, claim.control.margin) == ("mle", 0.05)


@pytest.mark.parametrize("text", [RATE, BIAS, BIAS.replace('{ law = "T10" }', "{ above = 0.1 }")])
def test_claims_are_in_the_resolved_file_and_define_no_result(tmp_path: Path, text: str) -> None:
    study = read(tmp_path, text)
    resolved = tmp_path / "resolved.toml"
    resolved.write_text(study_toml(study), encoding="utf-8")
    assert read_study(resolved) == study
    assert study.fingerprint == read(tmp_path, "").fingerprint


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('method = "f"', 'methd = "f"', r"claim\[0\]: unknown 'methd'.*did you mean 'method'"),
        ('method = "f"', 'method = "g"', r"claim 'bias': method: unknown 'g'"),
        ('parameter = "beta_1"', 'parameter = "beta_9"', r"claim 'bias': parameter.*unknown 'beta_9'"),
        ('quantity = "bias_difference"', 'quantity = "bias_diff"', r"claim\[0\]\.quantity: unknown 'bias_diff'"),
        ("margin = 0.05", "margin = 0", r"claim\[0\]\.(control\.)?margin = 0"),
        ("n = 400", "n = 401", r"claim 'bias': scenario\.n = 401"),
        ('prediction = { law = "T10" }', "prediction = true", r"prediction = True.*a number"),
        ('prediction = { law = "T10" }', "prediction = { over = 1.0 }", r"prediction: unknown 'over'"),
        ("control = {", "control = 1 #", r"claim\[0\]\.control = 1"),
        ('{ family = "binomial", n = 400 }', "7", r"scenario = 7.*a label, or a table"),
        ('without = "V"', 'without = "W"', r"claim\[0\]\.control\.prediction\.without: unknown 'W'"),
        ('id = "no_drift"', 'id = "bias"', r"claim\.id: 'bias' is given 2 times"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert BIAS.count(old) == 1 or old == 'prediction = { law = "T10" }'
    with pytest.raises(ConfigError, match=message):
        read(tmp_path, BIAS.replace(old, new, 1))
