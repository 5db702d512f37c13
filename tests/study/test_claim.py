import math

import pytest

from simstudy.errors import ConfigError
from simstudy.sources.designs import StudentT
from simstudy.sources.glm import Scenario
from simstudy.study.claim import Claim, Law, Region, claim_problems, select_scenarios
from simstudy.study.quantities import LAWS, OF_CONSTANTS, QUANTITIES

SIZES = [Scenario("gaussian", n, [1.0, 0.0], intercept=0.5) for n in (100, 200, 400)]
OTHER = Scenario("binomial", 100, [1.0], design=StudentT(df=5.0), label="heavy")
SCENARIOS = [*SIZES, OTHER]


def claim(**changes: object) -> Claim:
    fields = {
        "id": "c", "statement": "a statement", "theory": "T9", "quantity": "bias", "method": "f",
        "prediction": Region(0.0, 0.0), "margin": 0.1, "scenario": "gaussian_n100_p2", "parameter": "beta_1",
    }  # fmt: skip
    return Claim(**(fields | changes))


def problems(**changes: object) -> list[str]:
    return list(claim_problems(claim(**changes), SCENARIOS, ["f", "mle"]))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"quantity": "baias"}, "quantity: unknown 'baias'.*did you mean 'bias'"),
        ({"margin": 0.0}, "margin = 0.0 is not allowed: it must be a finite positive number"),
        ({"margin": math.nan}, "margin = nan"),
        ({"expected": "true"}, "expected: unknown 'true'"),
        ({"id": "a b"}, "id = 'a b'"),
        ({"parameter": "all"}, "parameter = 'all'.*intercept, beta_1, beta_2, ... for bias"),
        ({"reference": "mle"}, "reference = 'mle'.*left out with bias"),
        ({"quantity": "rmse_ratio"}, "reference is missing: rmse_ratio"),
        ({"quantity": "zero_probability", "scaled": True}, "scaled = True.*no root-n scale"),
        ({"quantity": "rmse_slope", "versus": "heavy"}, "versus = 'heavy'.*left out with rmse_slope"),
        ({"quantity": "kolmogorov"}, "prediction = 0.0.*a law, to which the distance is measured"),
    ],
)
def test_what_does_not_fit_the_quantity_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        claim(**changes)


@pytest.mark.parametrize("ends", [(1.0, 0.0), (-math.inf, math.inf), (math.nan, 1.0), (math.inf, math.inf)])
def test_a_region_without_values_or_without_limits_is_refused(ends: tuple[float, float]) -> None:
    with pytest.raises(ConfigError, match="above <= below"):
        Region(*ends)


def test_a_law_is_known_and_only_what_is_made_of_constants_can_leave_one_out() -> None:
    with pytest.raises(ConfigError, match=r"law: unknown 'T66'.*did you mean 'T6"):
        claim(prediction=Law("T66"))
    with pytest.raises(ConfigError, match="without: unknown 'W'"):
        Law("T6", without="W")
    with pytest.raises(ConfigError, match="left out with law 'T17'"):
        Law("T17", without="V")
    assert set(OF_CONSTANTS) <= set(LAWS)


def test_scenarios_are_selected_by_label_columns_and_parameters_of_the_law() -> None:
    assert select_scenarios("heavy", SCENARIOS) == (OTHER,)
    assert select_scenarios((("n", 100), ("family", "gaussian")), SCENARIOS) == (SIZES[0],)
    assert select_scenarios((("df", 5.0),), SCENARIOS) == (OTHER,)
    assert select_scenarios((("intercept", "none"),), SCENARIOS) == (OTHER,)
    assert select_scenarios((("intercept", 0.5),), SCENARIOS) == tuple(SIZES)
    assert select_scenarios((), SCENARIOS) == tuple(SCENARIOS)


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        ("gaussian_n100_p3", "scenario: unknown.*did you mean 'gaussian_n100_p2'"),
        ((("famly", "gaussian"),), "scenario: unknown 'famly'.*did you mean 'family'"),
        ((("n", 150),), "scenario.n = 150.*one of 100, 200, 400"),
        ((("n", 200), ("family", "binomial")), "a combination of values that one of the scenarios has"),
    ],
)
def test_a_selection_of_nothing_is_named(selection: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        select_scenarios(selection, SCENARIOS)


def test_names_that_the_study_does_not_have_are_problems() -> None:
    assert problems() == []
    assert "did you mean 'mle'" in problems(quantity="rmse_ratio", reference="mlee")[0]
    assert "method: unknown 'g'" in problems(method="g")[0]
    assert "parameter in scenario gaussian_n100_p2: unknown 'beta_3'" in problems(parameter="beta_3")[0]
    assert "parameter in scenario heavy: unknown 'intercept'" in problems(scenario="heavy", parameter="intercept")[0]
    assert problems(versus="heavyy")[0].startswith("versus: unknown 'heavyy'")


def test_a_value_needs_one_scenario_and_a_rate_three_that_differ_in_n() -> None:
    gaussian = (("family", "gaussian"),)
    assert "scenario singles out no scenario" in problems(scenario=gaussian)[0]
    assert problems(quantity="rmse_slope", scenario=gaussian) == []
    assert "three or more scenarios that differ in n" in problems(quantity="rmse_slope", scenario=(("n", 100),))[0]
    assert "three or more" in problems(quantity="rmse_slope", scenario="heavy")[0]


def test_every_quantity_can_be_claimed() -> None:
    for name, quantity in QUANTITIES.items():
        parameter = {"slope": "beta_1"}.get(quantity.parameters[0], quantity.parameters[0])
        reference = "mle" if quantity.paired else None
        prediction = Law("T10") if name == "kolmogorov" else Region(above=0.0)
        made = claim(quantity=name, parameter=parameter, reference=reference, prediction=prediction)
        assert made.definition()["quantity"] == name
