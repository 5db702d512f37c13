"""Methods: lambda rules, parameters of penalties and what they refuse."""

import math

import pytest

from simstudy.errors import ConfigError
from simstudy.estimators.registry import ESTIMATORS
from simstudy.estimators.rules import Bic, Pivotal
from simstudy.penalties import PENALTIES, Lasso, Scad
from simstudy.study.method import (
    NAMED_RULES,
    FixedLambda,
    MatchedLambda,
    Method,
    RateLambda,
    UniversalLambda,
    parameter_names,
)


def test_rules_give_lambda_at_n_and_p():
    assert FixedLambda(0.3).value_at(100, 5) == 0.3
    assert RateLambda(2.0, -0.5).value_at(100, 5) == pytest.approx(0.2)
    assert RateLambda(2.0, -0.5, log_p=True).value_at(100, 5) == pytest.approx(0.2 * math.sqrt(math.log(5.0)))


def test_the_universal_rule_is_a_rate():
    assert UniversalLambda(3.0).value_at(200, 8) == pytest.approx(3.0 * math.sqrt(2 * math.log(8) / 200))


@pytest.mark.parametrize("name", sorted(NAMED_RULES))
def test_a_named_rule_defines_itself(name):
    rule = NAMED_RULES[name]()
    definition = rule.definition()
    assert definition.pop("rule") == name
    assert NAMED_RULES[name](**definition) == rule


def test_only_rules_that_read_the_data_are_tuning():
    assert Method("m", "fgsm", "lasso", lam=Bic()).tuning == Bic()
    assert Method("m", "fgsm", "lasso", lam=UniversalLambda()).tuning is None


def test_options_and_standard_errors_are_part_of_the_definition():
    method = Method("m", "fgsm", "lasso", lam=FixedLambda(0.1), options={"attack": "worst_case"}, se="tangent")
    assert method.definition() == {
        "name": "m", "estimator": "fgsm", "attack": "worst_case", "penalty": "lasso", "lam": 0.1, "se": "tangent",
    }  # fmt: skip
    assert (method.curvature, Method("m", "mle", se=True).curvature, Method("m", "mle").curvature) == (
        "tangent", "quadratic", None,
    )  # fmt: skip


@pytest.mark.parametrize("estimator", sorted(ESTIMATORS))
def test_every_estimator_has_a_method(estimator):
    known = ESTIMATORS[estimator]
    takes_lasso = known.accepts.holds(Lasso(0.1))
    penalty = {"penalty": "lasso" if takes_lasso else "scad"} if known.needs_penalty else {}
    level = {"lam": FixedLambda(0.1)} if known.needs_level else {}
    method = Method("m", estimator, **penalty, **level)
    assert method.estimator == estimator


def test_defaults_of_a_penalty_are_filled_in():
    left_out = Method("m", "fgsm", "scad", lam=FixedLambda(0.1))
    assert left_out == Method("m", "fgsm", "scad", {"a": 3.7}, FixedLambda(0.1))
    assert left_out.definition() == {"name": "m", "estimator": "fgsm", "penalty": "scad", "a": 3.7, "lam": 0.1}
    assert left_out.penalty_at(0.2) == Scad(0.2, 3.7)


def test_a_method_without_a_penalty_has_none():
    method = Method("m", "mle")
    assert method.definition() == {"name": "m", "estimator": "mle"}
    with pytest.raises(ConfigError, match="'m' has none"):
        method.penalty_at(0.1)


@pytest.mark.parametrize("penalty", sorted(PENALTIES))
def test_every_penalty_can_be_built_from_a_method(penalty):
    required = {"lr": (("r", 0.5),), "elastic_net": (("alpha", 0.5),)}.get(penalty, ())
    if required:
        with pytest.raises(ConfigError, match=f"{required[0][0]} is missing"):
            Method("m", "penalized", penalty, lam=MatchedLambda("other"))
    method = Method("m", "penalized", penalty, required, lam=MatchedLambda("other"))
    assert method.penalty_at(0.25).lam == 0.25
    assert tuple(name for name, _ in method.parameters) == parameter_names(penalty)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a b", "mle"), r"name = 'a b'"),
        (("m", "mel"), r"estimator: unknown 'mel'.*did you mean 'mle'"),
        (("m", "mle", "lasso"), r"penalty = 'lasso'.*left out.*'mle'"),
        (("m", "oracle", None, (), FixedLambda(0.1)), r"lam = .*left out.*'oracle'"),
        (("m", "mle", None, (("a", 3.0),)), r"parameters = .*left out"),
        (("m", "fgsm"), r"penalty is missing.*lasso"),
        (("m", "fgsm", "lasso"), r"lam is missing"),
        (("m", "fgsm", "laso", (), FixedLambda(0.1)), r"penalty: unknown 'laso'.*did you mean 'lasso'"),
        (("m", "fgsm", "scad", (("a", 2.0),), FixedLambda(0.1)), r"a = 2.0.*> 2"),
        (("m", "fgsm", "scad", (("a", "x"),), FixedLambda(0.1)), r"a = 'x'.*number"),
        (("m", "fgsm", "scad", (("a", True),), FixedLambda(0.1)), r"a = True.*must be a number"),
        (("m", "fgsm_debiased", "lasso", (), FixedLambda(0.1)), r"penalty = 'lasso'.*scad or mcp.*'fgsm_debiased'"),
        (("m", "fgsm_adaptive", "scad", (), FixedLambda(0.1)), r"penalty = 'scad'.*lasso with 'fgsm_adaptive'"),
        (("m", "penalized", "lasso", (), Pivotal()), r"lam.rule = 'pivotal'.*FGSM"),
        (("m", "fgsm", "lasso", (), Bic(), {"atack": "fgsm"}), r"options of fgsm: unknown 'atack'.*'attack'"),
        (("m", "fgsm", "lasso", (), Bic(), {"attack": "worst"}), r"attack: unknown 'worst'.*'worst_case'"),
        (("m", "fgsm_adaptive", "lasso", (), Bic(), {"gamma": 0.0}), r"gamma = 0.0.*above 0, at most 100"),
        (("m", "fgsm_adaptive", "lasso", (), Bic(), {"gamma": True}), r"gamma = True.*a number"),
        (("m", "fgsm_training", "lasso", (), Bic(), (), True), r"se = True.*left out with 'fgsm_training'"),
        (("m", "mle", None, (), None, (), "flat"), r"se = 'flat'.*quadratic, tangent"),
        (("m", "fgsm", "scad", (("b", 3.0),), FixedLambda(0.1)), r"parameters of scad: unknown 'b'.*allowed are a"),
    ],
)
def test_what_cannot_be_is_refused_with_its_name_and_value(arguments, message):
    with pytest.raises(ConfigError, match=message):
        Method(*arguments)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: FixedLambda(-0.1), r"lam = -0.1.*at least 0"),
        (lambda: FixedLambda(math.nan), r"lam = nan"),
        (lambda: RateLambda(-1.0, -0.5), r"c = -1.0"),
        (lambda: RateLambda(1.0, math.inf), r"power = inf"),
        (lambda: UniversalLambda(-1.0), r"c = -1.0"),
    ],
)
def test_levels_out_of_range_are_refused(build, message):
    with pytest.raises(ConfigError, match=message):
        build()
