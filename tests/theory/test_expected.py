import numpy as np
import pytest

from simstudy.errors import ConfigError
from simstudy.penalties import Lasso, Scad
from simstudy.sources.designs import Normal
from simstudy.sources.glm import Scenario
from simstudy.study.quantities import LAWS, QUANTITIES
from simstudy.theory import constants, limit_law, predict, pseudo_true
from simstudy.theory.expected import COVERED, DRAWS, FROM_DRAWS, draws_of_coefficient, expected
from simstudy.theory.shifts import oracle_shift, parameter_names, pseudo_true_shift

SCENARIO = Scenario("binomial", 400, [1.0, -0.7, 0.0], intercept=-1.0, design=Normal(rho=0.5))
FGSM = ("fgsm", Lasso(0.05))
MATCHED = ("penalized", Lasso(0.05 * constants(SCENARIO).kappa))
SCAD, ORACLE, MLE = ("fgsm", Scad(0.3)), ("oracle", None), ("mle", None)


def test_every_law_of_a_study_file_is_covered_and_predicts_known_quantities() -> None:
    assert set(COVERED) == set(LAWS)
    assert {name for names in COVERED.values() for name in names} <= set(QUANTITIES)


@pytest.mark.parametrize("quantity", FROM_DRAWS)
def test_measures_of_draws_are_those_of_the_simulation(quantity: str) -> None:
    """The same measures from the draws by the definitions of the measures frame; the delta method apart."""
    kind = QUANTITIES[quantity]
    parameter = "all" if "all" in kind.parameters else "beta_3"
    value, se = expected(SCENARIO, quantity, parameter, "T10", (FGSM, MATCHED if kind.paired else None))
    ours, theirs = (draws(target) for target in (FGSM, MATCHED))
    errors, other = ours[:, 1:] - SCENARIO.beta, theirs[:, 1:] - SCENARIO.beta
    found, support = ours[:, 1:] != 0, SCENARIO.support
    by_definition = {
        "bias": errors[:, 2].mean(),
        "empirical_se": errors[:, 2].std(ddof=1),
        "rmse": np.sqrt((errors**2).sum(axis=1).mean()),
        "zero_probability": (~found[:, 2]).mean(),
        "sup_error": np.abs(errors[:, :2]).max(axis=1).mean(),
        "sign_recovery": (np.sign(ours[:, 1:]) == np.sign(SCENARIO.beta)).all(axis=1).mean(),
        "bias_difference": (errors - other)[:, 2].mean(),
        "mse_difference": ((errors**2).sum(axis=1) - (other**2).sum(axis=1)).mean(),
        "rmse_ratio": np.sqrt((errors**2).sum(axis=1).mean() / (other**2).sum(axis=1).mean()),
        "exact_support": (found == support).all(axis=1).mean(),
        "true_positives": found[:, :2].sum(axis=1).mean(),
        "false_positives": found[:, 2].mean(),
        "false_negatives": (~found[:, :2]).sum(axis=1).mean(),
        "true_positive_rate": found[:, :2].mean(),
        "false_positive_rate": found[:, 2].mean(),
    }
    assert value == pytest.approx(by_definition[quantity], rel=1e-9, abs=1e-12)
    assert 0 < se < 0.01


def draws(target):
    law = limit_law(SCENARIO, *target)
    drawn = [draws_of_coefficient(SCENARIO, name, "T10", target) for name in parameter_names(SCENARIO)]
    estimates = np.column_stack(drawn) / np.sqrt(SCENARIO.n) + law.truth
    # What was zero is zero again up to rounding.
    return np.where(np.abs(estimates) < 1e-12, 0.0, estimates)


def test_standard_errors_are_the_spread_of_halves_of_the_draws() -> None:
    """The two halves of a mean of 1e5 draws differ by 2 standard errors times a normal: 5 of them allow 1e-6."""
    drawn = draws_of_coefficient(SCENARIO, "beta_1", "T6", FGSM) / np.sqrt(SCENARIO.n)
    _, se = expected(SCENARIO, "bias", "beta_1", "T6", (FGSM, None))
    halves = drawn.reshape(2, -1).mean(axis=1)
    assert len(drawn) == DRAWS
    assert se == pytest.approx(drawn.std() / np.sqrt(DRAWS), rel=1e-3)
    assert abs(halves[0] - halves[1]) < 5 * 2 * se


def test_laws_agree_with_the_predictions_of_the_tables() -> None:
    """`predict` has its own 20000 draws; 6 standard errors of both."""
    frame = predict(SCENARIO, "f", FGSM).query("quantity != 'bias' or law == 'law'")
    for quantity, parameter in (("exact_support", "all"), ("rmse", "all"), ("bias", "beta_1")):
        row = frame.query("quantity == @quantity and parameter == @parameter").iloc[0]
        value, se = expected(SCENARIO, quantity, parameter, "law", (FGSM, None))
        assert abs(value - row["predicted"]) < 6 * np.hypot(se, row["predicted_mcse"])


def test_leaving_v_out_removes_the_extra_bias_and_leaving_kappa_out_the_match() -> None:
    whole, no_v, no_kappa = (
        expected(SCENARIO, "bias_difference", "intercept", "T16", (FGSM, MATCHED), without)[0]
        for without in (None, "V", "kappa")
    )
    assert whole < -0.03
    assert no_v == pytest.approx(0.0, abs=1e-12)
    assert abs(no_kappa) > 2 * abs(whole)


def test_shifts_of_pseudo_true_parameters() -> None:
    limit = pseudo_true(SCENARIO, *FGSM)
    shift, se = pseudo_true_shift(SCENARIO, FGSM, None)
    assert shift == pytest.approx(limit.beta - SCENARIO.beta_with_intercept)
    assert se == pytest.approx(limit.se)
    assert pseudo_true_shift(SCENARIO, FGSM, MLE)[0] == pytest.approx(shift)
    assert pseudo_true_shift(SCENARIO, MLE, FGSM)[0] == pytest.approx(-shift)
    paired, paired_se = pseudo_true_shift(SCENARIO, FGSM, MATCHED)
    assert paired == pytest.approx(limit.beta - pseudo_true(SCENARIO, *MATCHED).beta)
    assert (paired_se[1:3] < se[1:3]).all()
    assert not np.any(pseudo_true_shift(SCENARIO, MLE, ORACLE))
    assert expected(SCENARIO, "bias", "beta_2", "T17", (FGSM, None)) == pytest.approx((shift[2], se[2]))


def test_the_oracle_shift_is_for_bounded_penalties_against_the_oracle() -> None:
    shift, _ = oracle_shift(SCENARIO, SCAD, ORACLE, constants(SCENARIO))
    assert shift[3] == 0.0
    assert expected(SCENARIO, "bias_difference", "beta_1", "T8", (SCAD, ORACLE))[0] == shift[1] > 0
    assert expected(SCENARIO, "bias_difference", "beta_1", "T8", (SCAD, ORACLE), "V")[0] == 0.0
    for pair in ((FGSM, ORACLE), (SCAD, MLE), (("penalized", Scad(0.3)), ORACLE)):
        with pytest.raises(ConfigError, match="fgsm with a bounded penalty"):
            oracle_shift(SCENARIO, *pair, constants(SCENARIO))


def test_a_law_that_does_not_predict_the_quantity_says_which_do() -> None:
    with pytest.raises(ConfigError, match=r"law = 'T17'.*predicts exact_support: T6, T7, T16, T10, law, T14"):
        expected(SCENARIO, "exact_support", "all", "T17", (FGSM, None))
    with pytest.raises(ConfigError, match="unknown 'T17'"):
        draws_of_coefficient(SCENARIO, "beta_1", "T17", FGSM)
