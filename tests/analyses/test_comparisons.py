"""The analyses oracle, dispersion, tradeoff, weak_oracle and uniformity on the made-up study of conftest."""

import numpy as np
import pandas as pd
import pytest

from simstudy.analyses.dispersion import dispersion
from simstudy.analyses.methods import Contender
from simstudy.analyses.oracle import oracle
from simstudy.analyses.tradeoff import tradeoff
from simstudy.analyses.uniformity import uniformity
from simstudy.analyses.weak_oracle import weak_oracle
from simstudy.errors import InputError
from simstudy.verdicts.found import Found

PARTS = {"mcse": 0.01, "lower": 0.0, "upper": 9.0}


def contrast(measures: pd.DataFrame, scenario: str, method: str, reference: str, **values: float) -> pd.DataFrame:
    """Rows of paired contrasts of the whole vector."""
    row = measures.iloc[0].to_dict() | {"scenario": scenario, "scenario_key": f"key-{scenario}", "parameter": "all"}
    rows = [
        row | PARTS | {"method": method, "reference": reference, "measure": m, "value": v} for m, v in values.items()
    ]
    return pd.DataFrame(rows)


def with_standard_errors(key: str) -> pd.DataFrame:
    beta = [[1.1, -0.6, 0.0], [1.1, 0.0, 0.0], [3.0, -2.0, 0.0], [1.1, -0.6, 0.1]]
    errors = [[0.1, 0.1, 0.0], [0.1, 0.0, 0.0], [0.1, 0.1, 0.0], [0.1, 0.1, 0.1]]
    frame = pd.DataFrame({"replicate": range(4), "beta_hat": list(np.array(beta)), "se_hat": list(np.array(errors))})
    return frame.assign(status="ok", intercept_hat=0.3, intercept_se=0.1, method="fgsm", scenario_key=key)


def test_oracle_ratio_stands_next_to_the_scale_of_lambda(measures: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    pair = contrast(measures, "gaussian_n400_p3", "fgsm", "mle", rmse_ratio=1.2)
    other = contrast(measures, "gaussian_n400_p3", "mle", "fgsm", rmse_ratio=0.8)
    row = {"scenario": "gaussian_n400_p3", "reference": None, "parameter": "all", "quantity": "rmse"}
    predictions = pd.DataFrame(
        [
            row | {"method": "fgsm", "predicted": 3.0, "predicted_mcse": 0.03},
            row | {"method": "mle", "predicted": 2.0, "predicted_mcse": 0.0},
        ]
    )
    levels = {("gaussian_n400_p3", "fgsm"): 0.1}
    results = Found(pd.concat([measures, pair, other]), scenarios, with_standard_errors)
    table = oracle(results, ["mle"], levels, predictions)
    (found,) = table.to_dict("records")
    assert (found["rmse_ratio"], found["rmse_ratio_upper"], found["exact_support"]) == (1.2, 9.0, 0.5)
    assert (found["root_n_lam"], found["fourth_root_n_lam"]) == pytest.approx((2.0, 0.1 * 400**0.25))
    assert (found["rmse_ratio_predicted"], found["rmse_ratio_predicted_mcse"]) == pytest.approx((1.5, 0.015))
    assert found["group"] == "gaussian_p3"
    # Four replicates: both of the support covered, one of them, none, and both with a false positive.
    assert (found["coverage"], found["coverage_selected"]) == pytest.approx((0.625, 0.5))
    assert found["coverage_mcse"] == pytest.approx(np.std([1, 0.5, 0, 1], ddof=1) / 2)
    without = Found(results.measures, scenarios, lambda key: with_standard_errors(key).drop(columns="se_hat"))
    bare = oracle(without, ["mle"], levels)
    assert bare[["rmse_ratio_predicted", "coverage", "coverage_selected"]].isna().all(axis=None)


def test_dispersion_is_in_units_of_sigma(measures: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    sigmas = scenarios.assign(sigma=[4.0, 2.0, 1.0, 0.5] * 2)
    table = dispersion(measures, sigmas, {("gaussian_n100_p3", "fgsm"): 0.3})
    ours = table[(table["family"] == "gaussian") & (table["method"] == "fgsm") & (table["n"] == 100)].iloc[0]
    assert (ours["relative_rmse"], ours["relative_rmse_mcse"]) == pytest.approx((0.05, 0.001))
    assert ours["lam"] == 0.3
    assert table["lam"].notna().sum() == 1
    assert len(table) == 16


def test_tradeoff_takes_the_best_of_each_side(measures: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    """Two levels of each: a is better than b, d better than c, so that the best pair is (a, d)."""
    rmse = measures[(measures["measure"] == "rmse") & (measures["parameter"] == "all")]
    own = rmse[rmse["scenario"] == "binomial_n400_p3"].iloc[0].to_dict()
    alone = pd.DataFrame([own | {"method": m, "value": v} for m, v in {"a": 1.0, "b": 2.0, "c": 4.0, "d": 3.0}.items()])
    pairs = [
        contrast(measures, "binomial_n400_p3", f, r, rmse_ratio=ratio, mse_difference=ratio - 1)
        for f, r, ratio in (("a", "c", 0.25), ("a", "d", 0.33), ("b", "d", 0.67))
    ]
    frame = pd.concat([alone, *pairs])
    known = scenarios.assign(prevalence_realised=0.2)
    table = tradeoff(frame, known, [("a", "c")], [Contender("fgsm lasso", ("a", "b"), ("c", "d"))])
    assert list(table["comparison"]) == ["matched", "best fgsm lasso"]
    assert list(table["reference"]) == ["c", "d"]
    assert list(table["rmse_ratio"]) == [0.25, 0.33]
    assert list(table["prevalence"]) == [0.2, 0.2]
    with pytest.raises(InputError, match="no contrast of b with c"):
        tradeoff(frame, known, [("b", "c")], [])
    with pytest.raises(InputError, match="no usable results of x, y"):
        tradeoff(frame, known, [], [Contender("none", ("x", "y"), ("c",))])


def test_weak_oracle_adds_the_largest_error_on_the_support(measures: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    def replicates(key: str) -> pd.DataFrame:
        beta = [np.array([1.0 + e, -0.5 - 2 * e, 9.0]) for e in (0.1, 0.2, 0.3)]
        frame = pd.DataFrame({"replicate": range(3), "status": "ok", "intercept_hat": 0.0, "beta_hat": beta})
        return frame.assign(method="fgsm", scenario_key=key)

    table = weak_oracle(Found(measures, scenarios, replicates))
    ours, theirs = (table[table["method"] == method] for method in ("fgsm", "mle"))
    assert ours["sup_error"].to_numpy() == pytest.approx(0.4)
    assert ours["sup_error_mcse"].to_numpy() == pytest.approx(0.2 / np.sqrt(3))
    assert theirs["sup_error"].isna().all()
    assert list(ours["n"]) == [100, 200, 400, 800] * 2


def test_uniformity_scales_by_root_n_and_finds_the_worst_h(measures: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    """All scenarios given one n, so that their coefficients h / sqrt(n) are the axis."""
    n = 100
    local = scenarios.assign(n=n, beta_true=[np.full(3, h / 10) for h in (0, 1, 2, 3)] * 2)
    table = uniformity(measures, local)
    ours = table[(table["family"] == "gaussian") & (table["method"] == "fgsm")]
    assert ours["h"].to_numpy() == pytest.approx([0, 1, 2, 3])
    assert ours["scaled"].to_numpy() == pytest.approx(10 * 2 / np.sqrt([100, 200, 400, 800]))
    assert list(ours["is_worst"]) == [True, False, False, False]
    assert ours["zero_probability"].to_numpy() == pytest.approx(0.1)
