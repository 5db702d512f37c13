"""The ledger: every verdict from one small study, with predictions that are given instead of computed."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import simstudy as ss
from simstudy.measures import summarise
from simstudy.runner.runner import simulate
from simstudy.study.claim import Claim, Law, Region
from simstudy.verdicts.foretold import Foretold, foretell
from simstudy.verdicts.found import Found
from simstudy.verdicts.ledger import COLUMNS, ledger
from simstudy.verdicts.verdict import LEVEL

SIZES = tuple(ss.Scenario("gaussian", n, [1.0, 0.0], intercept=None) for n in (50, 100, 200))
METHODS = (
    ss.Method("f", "fgsm", "lasso", lam=ss.FixedLambda(0.2)),
    ss.Method("mle", "mle"),
    ss.Method("oracle", "oracle"),
)
STUDY = ss.Study("tiny", "aim", 3, 300, SIZES, METHODS)
BIAS = Claim(
    "bias", "The MLE has no bias.", "T9", "bias", "mle", Region(0.0, 0.0), 0.05, "gaussian_n200_p2", parameter="beta_1"
)
SHRUNK = replace(BIAS, id="shrunk", method="f")
RATE = Claim("rate", "Root n.", "T9", "rmse_slope", "mle", Region(-0.5, -0.5), 0.2)


@pytest.fixture(scope="module")
def rows() -> tuple[pd.DataFrame, pd.DataFrame]:
    return simulate(STUDY)


def judged(rows: tuple[pd.DataFrame, pd.DataFrame], *claims: Claim, **foretold: Foretold) -> pd.DataFrame:
    frame, truth = rows
    results = Found(summarise(frame, truth, [("f", "mle")]), truth, lambda key: frame[frame["scenario_key"] == key])
    every = [each for claim in claims for each in (claim, claim.control) if each is not None]
    known = {each.id: foretold.get(each.id, Foretold()) for each in every}
    return ledger(claims, SIZES, results, known, replicates=1000).set_index("claim", drop=False)


def test_verdict_outcome_and_interval_belong_together(rows: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    found = judged(rows, BIAS, SHRUNK, replace(SHRUNK, id="known", expected="contradicted"))
    assert list(found.columns) == COLUMNS
    assert list(found["verdict"]) == ["supported", "contradicted", "contradicted"]
    assert list(found["outcome"]) == ["as expected", "unexpected", "as expected"]
    assert (found["region_lower"] == -0.05).all()
    assert found["upper"]["shrunk"] < -0.05
    assert found["needed"].isna().all()
    assert found["power"].isna().all()


def test_an_undecided_claim_says_how_many_replicates_it_needs(rows: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    (entry,) = judged(rows, replace(BIAS, margin=0.001)).to_dict("records")
    assert (entry["verdict"], entry["outcome"]) == ("undecided", "undecided")
    assert entry["needed"] > 300


def test_holm_is_over_claims_and_a_control_is_tested_alone(rows: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    control = replace(BIAS, id="biased", prediction=Region(0.2, 0.2))
    found = judged(rows, replace(BIAS, control=control), replace(BIAS, id="second"), replace(BIAS, id="third"))
    assert sorted(found["alpha"].drop("biased")) == pytest.approx([LEVEL / 3, LEVEL / 2, LEVEL])
    biased = found.loc["biased"]
    assert (biased["role"], biased["alpha"], biased["outcome"]) == ("control", LEVEL, "caught")
    assert biased["power"] > 0.999
    assert list(found["claim"][:2]) == ["bias", "biased"]


@pytest.mark.parametrize(("shift", "outcome"), [(0.0, "missed"), (0.05, "not evaluated")])
def test_a_control_that_is_not_contradicted(
    rows: tuple[pd.DataFrame, pd.DataFrame], shift: float, outcome: str
) -> None:
    prediction = judged(rows, BIAS)["estimate"]["bias"] + shift
    control = replace(BIAS, id="control", prediction=Region(prediction, prediction))
    found = judged(rows, replace(BIAS, control=control))
    assert found["outcome"]["control"] == outcome


def test_a_law_brings_its_own_error(rows: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    claim = replace(BIAS, prediction=Law("law"))
    sharp, blurred = (judged(rows, claim, bias=Foretold(0.01, se)).iloc[0] for se in (0.0, 0.02))
    assert sharp["verdict"] == "supported"
    assert (sharp["region_lower"], sharp["region_upper"]) == pytest.approx((-0.04, 0.06))
    assert blurred["verdict"] == "undecided"
    assert blurred["upper"] - blurred["lower"] > sharp["upper"] - sharp["lower"]


def test_where_the_theory_is_silent_nothing_is_decided(rows: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    (entry,) = judged(rows, replace(BIAS, prediction=Law("law")), bias=Foretold(silence="Why.")).to_dict("records")
    assert (entry["verdict"], entry["note"]) == ("undecided", "Why.")
    assert math.isnan(entry["needed"])


def test_scaled_quantities_and_differences_of_scenarios(rows: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    rmse = replace(BIAS, quantity="rmse", prediction=Region(0.0, 9.0), parameter="beta_1")
    apart = replace(rmse, id="apart", scaled=True, versus="gaussian_n50_p2", prediction=Region(-0.1, 0.1), margin=0.3)
    found = judged(rows, rmse, replace(rmse, id="scaled", scaled=True), apart)
    assert found["estimate"]["scaled"] == pytest.approx(math.sqrt(200) * found["estimate"]["bias"])
    assert found["quantity"]["scaled"] == "sqrt(n) rmse"
    assert abs(found["estimate"]["apart"]) < 0.2
    assert found["attempted"]["apart"] == 600
    assert found["scenario"]["apart"] == "gaussian_n200_p2 minus gaussian_n50_p2"


def test_a_rate_against_a_number_and_against_the_errors_of_a_law(rows: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    errors = tuple((2 * n**-0.55, 0.0) for n in (50, 100, 200))
    found = judged(rows, RATE, replace(RATE, id="law", prediction=Law("law")), law=Foretold(errors=errors))
    assert list(found["verdict"]) == ["supported", "supported"]
    assert found["predicted"]["law"] == pytest.approx(-0.55)
    assert found["attempted"]["rate"] == 900
    difference = replace(RATE, id="pair", quantity="rmse_slope_difference", reference="oracle", prediction=Region(0, 0))
    assert judged(rows, difference)["verdict"]["pair"] == "supported"


def test_a_distance_is_tested_against_its_margin(rows: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    claim = replace(BIAS, quantity="kolmogorov", prediction=Law("T10"), margin=0.2)
    wrong = replace(claim, id="wrong")
    normal = np.random.default_rng(1).normal(size=50_000)
    found = judged(rows, claim, wrong, bias=Foretold(0.0, draws=normal), wrong=Foretold(0.0, draws=normal + 3.0))
    assert list(found["verdict"]) == ["supported", "contradicted"]
    assert list(found["region_upper"]) == [0.2, 0.2]


def test_foretell_computes_what_a_law_says_and_nothing_for_a_region() -> None:
    targets = {(scenario.label, "mle"): ("mle", None) for scenario in SIZES}
    assert foretell(BIAS, SIZES, targets) == Foretold()
    law = replace(BIAS, prediction=Law("T6"))
    found = foretell(law, SIZES, targets)
    assert abs(found.value) < 5 * found.se
    rmse = replace(law, quantity="rmse", scaled=True)
    assert foretell(rmse, SIZES, targets).value == pytest.approx(1.0, abs=0.02)
    apart = foretell(replace(rmse, versus="gaussian_n50_p2"), SIZES, targets)
    assert abs(apart.value) < 5 * apart.se
    assert len(foretell(replace(RATE, prediction=Law("T10")), SIZES, targets).errors) == 3
    distance = replace(law, quantity="kolmogorov")
    assert foretell(distance, SIZES, targets).draws.std() == pytest.approx(1.0, abs=0.02)
    silent = foretell(replace(law, prediction=Law("T14")), SIZES, targets)
    assert silent.silence.startswith("The theory is silent: prediction.law = 'T14'")
