from dataclasses import replace

import pytest

from simstudy.errors import ConfigError
from simstudy.sources.glm import Scenario
from simstudy.study.claim import Claim, Law
from simstudy.study.method import FixedLambda, LambdaRule, MatchedLambda, Method, RateLambda
from simstudy.study.study import Study
from simstudy.theory.coverage import check_claims, rate_is_covered

SCENARIOS = tuple(Scenario("gaussian", n, [1.0, 0.0]) for n in (100, 200, 400))
CLAIM = Claim("c", "A law.", "T6", "bias", "f", Law("T6"), 0.1, "gaussian_n100_p2", parameter="beta_1")


def method(penalty: str, power: float, estimator: str = "fgsm") -> Method:
    return Method("f", estimator, penalty, lam=RateLambda(1.0, power))


def study(first: Method, *claims: Claim) -> Study:
    partner = Method("m", "penalized", "lasso", lam=MatchedLambda("f") if first.estimator == "fgsm" else FixedLambda(1))
    return Study("s", "aim", 1, 10, SCENARIOS, (first, partner), claims=claims)


@pytest.mark.parametrize(
    ("penalty", "power", "estimator", "covered"),
    [
        ("lasso", -0.5, "fgsm", True),
        ("lasso", -0.49, "fgsm", False),
        ("scad", -0.5, "fgsm", True),
        ("scad", -0.3, "fgsm", True),
        ("scad", -0.2, "fgsm", False),
        ("scad", -0.2, "penalized", True),
        ("scad", 0.0, "penalized", False),
    ],
)
def test_rates_of_the_table(penalty: str, power: float, estimator: str, covered: bool) -> None:
    own = method(penalty, power, estimator)
    assert rate_is_covered(own, {"f": own}) is covered
    claims = (CLAIM,)
    if covered:
        check_claims(study(own, *claims))
    else:
        with pytest.raises(ConfigError, match=r"claim 'c': prediction.law T6 for f.*a covered rate: lasso and"):
            check_claims(study(own, *claims))


@pytest.mark.parametrize("rule", [FixedLambda(0.3), MatchedLambda("g")])
def test_a_number_states_no_rate_and_a_match_has_that_of_its_partner(rule: LambdaRule) -> None:
    partner = Method("g", "fgsm", "lasso", lam=RateLambda(1.0, -0.5))
    own = Method("f", "penalized", "lasso", lam=rule)
    assert rate_is_covered(own, {"f": own, "g": partner})


def test_finite_forms_are_covered_at_any_rate() -> None:
    """Not refused: `check_claims` raises ConfigError where it is not covered, as the test above shows."""
    check_claims(study(method("lasso", -0.2), *(replace(CLAIM, id=law, prediction=Law(law)) for law in ("T10", "T17"))))


def test_every_problem_of_claims_and_controls_is_listed() -> None:
    wrong = replace(CLAIM, quantity="exact_support", parameter="all", prediction=Law("T17"), control=None)
    control = replace(CLAIM, id="k", quantity="kolmogorov", prediction=Law("T17"))
    fine = replace(CLAIM, id="fine", control=control)
    with pytest.raises(ConfigError) as found:
        check_claims(study(method("lasso", -0.5), wrong, fine))
    assert str(found.value).splitlines() == [
        "claim 'c': prediction.law = 'T17' is not allowed: it must be one that predicts exact_support: "
        "T6, T7, T16, T10, law, T14",
        "claim 'k': prediction.law = 'T17' is not allowed: it must be one that is a distribution: "
        "T6, T7, T16, T10, law",
    ]
