from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simstudy.errors import InputError
from simstudy.measures import MeasureRow, summarise
from simstudy.measures.moments import empirical_se, mean, rmse
from simstudy.measures.paired import bias_difference
from simstudy.records import REPLICATE_SCHEMA, SCENARIO_SCHEMA

REPLICATES = 12
#: Failures of (scenario, method): replicate -> status.
FAILURES = {
    ("gaussian_n20", "fgsm"): {3: "no_minimiser", 7: "not_converged", 8: "no_minimiser"},
    ("gaussian_n20", "mle"): {3: "error", 5: "rank_deficient"},
    ("poisson_n50", "mle"): dict.fromkeys(range(REPLICATES), "no_minimiser"),
}
TRUTHS = {"gaussian_n20": (0.5, np.array([1.0, -0.5, 0.0])), "poisson_n50": (None, np.array([0.3, 0.0]))}


def frame(rows: list[dict[str, object]], schema: pa.Schema) -> pd.DataFrame:
    return pa.Table.from_pylist(rows, schema=schema).to_pandas()


@pytest.fixture
def scenarios() -> pd.DataFrame:
    rows = [
        {"study": "s", "scenario": name, "scenario_key": f"key-{name}", "intercept": intercept, "beta_true": beta}
        for name, (intercept, beta) in TRUTHS.items()
    ]
    return frame(rows, SCENARIO_SCHEMA)


@pytest.fixture
def replicates() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    rows = []
    for name, (intercept, beta) in TRUTHS.items():
        for replicate in range(REPLICATES):
            for method in ("mle", "fgsm"):
                status = FAILURES.get((name, method), {}).get(replicate, "ok")
                hat = beta + rng.normal(size=beta.size) * (1.0 if method == "mle" else beta != 0)
                ok = status == "ok"
                rows.append(
                    {
                        "scenario": name,
                        "scenario_key": f"key-{name}",
                        "replicate": replicate,
                        "method": method,
                        "status": status,
                        "intercept_hat": rng.normal() if ok and intercept is not None else None,
                        "beta_hat": hat if ok else np.full(beta.size, np.nan),
                    }
                )
    return frame(rows, REPLICATE_SCHEMA)


def pick(measures: pd.DataFrame, **where: str) -> pd.DataFrame:
    for column, value in where.items():
        measures = measures[measures[column] == value]
    return measures


def hats(replicates: pd.DataFrame, scenario: str, method: str) -> pd.DataFrame:
    return pick(replicates, scenario=scenario, method=method, status="ok").set_index("replicate")


def test_columns_are_those_of_a_row(replicates: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    measures = summarise(replicates, scenarios)
    assert list(measures.columns) == list(MeasureRow._fields)
    assert measures["reference"].isna().all()
    assert measures[["value", "mcse", "lower", "upper"]].dtypes.eq(np.float64).all()
    assert measures["conditional"].dtype == np.bool_


def test_every_measure_is_there_once_in_order(replicates: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    measures = summarise(replicates, scenarios)
    assert not measures.duplicated(["scenario", "method", "parameter", "measure"]).any()
    cells = measures[["scenario", "method"]].drop_duplicates().itertuples(index=False, name=None)
    assert list(cells) == [(s, m) for s in TRUTHS for m in ("mle", "fgsm")]
    whole = pick(measures, scenario="poisson_n50", method="fgsm", parameter="all")["measure"]
    assert list(whole) == [
        *["rmse", "exact_support", "sign_recovery", "true_positives", "false_positives", "false_negatives"],
        *["true_positive_rate", "false_positive_rate", "failure_rate"],
    ]


def test_values_are_those_of_the_usable_replicates(replicates: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    measures = summarise(replicates, scenarios)
    fits = hats(replicates, "gaussian_n20", "fgsm")
    errors = np.column_stack(
        [fits["intercept_hat"] - 0.5, np.stack(list(fits["beta_hat"])) - TRUTHS["gaussian_n20"][1]]
    )
    for name, measure in (("bias", mean), ("empirical_se", empirical_se), ("rmse", rmse)):
        rows = pick(measures, scenario="gaussian_n20", method="fgsm", measure=name)
        rows = rows[rows["parameter"] != "all"]
        assert list(rows["parameter"]) == ["intercept", "beta_1", "beta_2", "beta_3"]
        assert rows["value"].to_numpy() == pytest.approx(measure(errors).value)
        assert rows["mcse"].to_numpy() == pytest.approx(measure(errors).mcse, nan_ok=True)
    norms = np.sqrt((errors[:, 1:] ** 2).sum(axis=1))
    whole = pick(measures, scenario="gaussian_n20", method="fgsm", measure="rmse", parameter="all")
    assert whole["value"].item() == pytest.approx(np.sqrt((norms**2).mean()))
    zero = pick(measures, scenario="gaussian_n20", method="fgsm", measure="zero_probability", parameter="beta_3")
    assert zero["value"].item() == 1.0


def test_a_model_without_intercept_has_no_intercept_rows(replicates: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    measures = summarise(replicates, scenarios)
    assert "intercept" not in set(pick(measures, scenario="poisson_n50")["parameter"])


def test_failures_are_counted_by_status_and_make_values_conditional(
    replicates: pd.DataFrame, scenarios: pd.DataFrame
) -> None:
    fgsm = pick(summarise(replicates, scenarios), scenario="gaussian_n20", method="fgsm")
    assert (fgsm["attempted"] == 12).all()
    assert (fgsm["usable"] == 9).all()
    assert (fgsm["failed"] == 3).all()
    rates = fgsm[fgsm["measure"].str.startswith("failure_rate")].set_index("measure")
    assert dict(rates["value"]) == pytest.approx(
        {"failure_rate": 3 / 12, "failure_rate:not_converged": 1 / 12, "failure_rate:no_minimiser": 2 / 12}
    )
    assert not rates["conditional"].any()
    assert fgsm[~fgsm["measure"].isin(rates.index)]["conditional"].all()
    assert not pick(summarise(replicates, scenarios), scenario="poisson_n50", method="fgsm")["conditional"].any()


def test_a_cell_in_which_every_fit_failed_keeps_its_counts(replicates: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    mle = pick(summarise(replicates, scenarios), scenario="poisson_n50", method="mle")
    values = mle[~mle["measure"].str.startswith("failure_rate")]
    assert len(values) > 10
    assert values[["value", "mcse", "lower", "upper"]].isna().all(axis=None)
    assert (mle["usable"] == 0).all()
    assert (mle["failed"] == 12).all()
    assert pick(mle, measure="failure_rate")["value"].item() == 1.0
    assert pick(mle, measure="failure_rate")["mcse"].item() > 0


def test_contrast_uses_the_replicates_usable_for_both(replicates: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    contrasts = summarise(replicates, scenarios, [("fgsm", "mle")]).dropna(subset="reference")
    rows = pick(contrasts, scenario="gaussian_n20", measure="bias_difference")
    a, b = hats(replicates, "gaussian_n20", "fgsm"), hats(replicates, "gaussian_n20", "mle")
    both = [r for r in range(REPLICATES) if r not in {3, 5, 7, 8}]
    expected = bias_difference(np.stack(list(a["beta_hat"][both])), np.stack(list(b["beta_hat"][both])))
    slopes = rows[rows["parameter"] != "intercept"]
    assert slopes["value"].to_numpy() == pytest.approx(expected.value)
    assert slopes["mcse"].to_numpy() == pytest.approx(expected.mcse)
    assert set(rows["usable"]) == {8}
    assert set(rows["attempted"]) == {12}
    assert rows["conditional"].all()
    assert set(contrasts["measure"]) == {"bias_difference", "mse_difference", "rmse_ratio"}
    assert pick(contrasts, scenario="poisson_n50")["value"].isna().all()


def test_contrast_counts_only_replicates_attempted_by_both(replicates: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    fewer = replicates[(replicates["method"] == "mle") | (replicates["replicate"] < 5)]
    contrasts = summarise(fewer, scenarios, [("fgsm", "mle")]).dropna(subset="reference")
    assert set(pick(contrasts, scenario="gaussian_n20")["attempted"]) == {5}
    assert set(pick(contrasts, scenario="gaussian_n20")["usable"]) == {4}


def test_the_order_of_rows_changes_nothing(replicates: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    expected = summarise(replicates, scenarios, [("fgsm", "mle")])
    keys = ["scenario", "method", "reference", "parameter", "measure"]
    for seed in range(3):
        shuffled = summarise(replicates.sample(frac=1, random_state=seed), scenarios, [("fgsm", "mle")])
        pd.testing.assert_frame_equal(
            shuffled.sort_values(keys, ignore_index=True),
            expected.sort_values(keys, ignore_index=True),
            check_exact=True,
        )


def test_estimates_may_be_lists_or_come_from_parquet(
    replicates: pd.DataFrame, scenarios: pd.DataFrame, tmp_path: Path
) -> None:
    expected = summarise(replicates, scenarios)
    as_lists = replicates.assign(beta_hat=[list(hat) for hat in replicates["beta_hat"]])
    pd.testing.assert_frame_equal(summarise(as_lists, scenarios), expected)
    path = f"{tmp_path}/replicates.parquet"
    pq.write_table(pa.Table.from_pandas(replicates, schema=REPLICATE_SCHEMA), path)
    pd.testing.assert_frame_equal(summarise(pd.read_parquet(path), scenarios), expected)


def test_a_measures_frame_survives_parquet(replicates: pd.DataFrame, scenarios: pd.DataFrame, tmp_path: Path) -> None:
    measures = summarise(replicates, scenarios)
    measures.to_parquet(f"{tmp_path}/measures.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(f"{tmp_path}/measures.parquet"), measures)


def test_no_rows_give_an_empty_frame(replicates: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    empty = summarise(replicates.iloc[:0], scenarios)
    assert len(empty) == 0
    assert list(empty.columns) == list(MeasureRow._fields)


def test_unknown_scenario_is_named(replicates: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="unknown 'key-poisson_n50'"):
        summarise(replicates, scenarios.iloc[:1])


def test_replicate_that_occurs_twice_is_named(replicates: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    twice = pd.concat([replicates, replicates.iloc[[4]]])
    with pytest.raises(InputError, match="replicate 2 of mle in scenario gaussian_n20 occurs twice"):
        summarise(twice, scenarios)


def test_unknown_method_of_a_pair_is_named(replicates: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    with pytest.raises(InputError, match=r"unknown 'fgms'.*did you mean 'fgsm'"):
        summarise(replicates, scenarios, [("fgms", "mle")])
