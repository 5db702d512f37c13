import numpy as np
import pandas as pd
import pytest

from simstudy.analyses.joins import whole_parameter
from simstudy.analyses.registry import ANALYSES
from simstudy.analyses.root_n import root_n
from simstudy.errors import InputError
from simstudy.report.table import cells
from simstudy.verdicts.slopes import log_log_slope, predicted_slope

N = np.array([100.0, 200.0, 400.0, 800.0, 1600.0])


def test_exact_rate_gives_its_exponent() -> None:
    slope = log_log_slope(N, 2 * N**-0.5, 0.01 * N**-0.5)
    assert slope.slope == pytest.approx(-0.5)
    assert slope.lack_of_fit == pytest.approx(0, abs=1e-12)
    assert slope.lack_of_fit_p == pytest.approx(1)
    assert (slope.lack_of_fit_df, slope.points) == (3, 5)


def test_slope_is_weighted_and_its_error_taken_from_the_mcses() -> None:
    rmse, mcse = np.array([0.2, 0.13, 0.11, 0.06, 0.05]), np.array([0.01, 0.002, 0.004, 0.001, 0.003])
    weights, x = (rmse / mcse) ** 2, np.log(N)
    spread = weights @ (x - np.average(x, weights=weights)) ** 2
    slope = log_log_slope(N, rmse, mcse)
    assert slope.slope == pytest.approx(weights * (x - np.average(x, weights=weights)) @ np.log(rmse) / spread)
    assert slope.slope_mcse == pytest.approx(spread**-0.5)
    assert slope.slope_upper - slope.slope_lower == pytest.approx(2 * 1.959964 * slope.slope_mcse)


def test_interval_and_lack_of_fit_are_calibrated() -> None:
    """Over 2000 studies with normal log errors: coverage of the 95 % interval, and P(p < 0.05) of the lack of fit.

    Both are binomial with R = 2000: 4.9 standard errors (false-alarm rate 1e-6) are 2.4 %. An interval that covers
    90 % or less, or weights wrong by a factor of 1.5, is found.
    """
    rng, relative = np.random.default_rng(2), np.array([0.05, 0.04, 0.06, 0.03, 0.05])
    slopes = [
        log_log_slope(N, rmse, relative * rmse)
        for rmse in np.exp(1 - 0.5 * np.log(N) + relative * rng.normal(size=(2000, 5)))
    ]
    covered = np.mean([slope.slope_lower <= -0.5 <= slope.slope_upper for slope in slopes])
    assert covered == pytest.approx(0.95, abs=0.024)
    assert np.mean([slope.lack_of_fit_p < 0.05 for slope in slopes]) == pytest.approx(0.05, abs=0.024)


def test_curvature_shows_as_lack_of_fit() -> None:
    rmse = 2 * N**-0.5 + 20 / N
    assert log_log_slope(N, rmse, 0.01 * rmse).lack_of_fit_p < 0.01


@pytest.mark.parametrize("broken", [np.nan, 0.0])
def test_sample_sizes_without_a_known_error_are_left_out(broken: float) -> None:
    rmse, mcse = 2 * N**-0.5, 0.02 * N**-0.5
    rmse[0], mcse[1] = broken, broken
    slope = log_log_slope(N, rmse, mcse)
    assert slope.slope == pytest.approx(-0.5)
    assert (slope.points, slope.lack_of_fit_df) == (3, 1)


def test_one_sample_size_has_no_slope_and_two_no_lack_of_fit() -> None:
    one, two = (log_log_slope(N[:k], N[:k] ** -0.5, 0.1 * N[:k] ** -0.5) for k in (1, 2))
    assert np.isnan(one.slope)
    assert one.points == 1
    assert two.slope == pytest.approx(-0.5)
    assert np.isnan(two.lack_of_fit_p)


def test_predicted_slope_uses_the_weights_of_the_simulation() -> None:
    relative, predicted = np.array([0.01, 0.02, 0.01, 0.03, 0.02]), 2 * N**-0.5 + 20 / N
    slope, mcse = predicted_slope(N, predicted, 0.001 * predicted, relative)
    assert slope == pytest.approx(log_log_slope(N, predicted, relative * predicted).slope)
    assert slope < -0.55
    exact = predicted_slope(N, predicted, np.full(5, np.nan), relative)
    assert exact == (slope, 0.0)
    alike = np.full(5, 0.001)
    assert predicted_slope(N, predicted, alike * predicted, alike)[1] == pytest.approx(
        log_log_slope(N, predicted, alike * predicted).slope_mcse
    )
    assert mcse > 0


def test_predicted_slope_needs_a_prediction_at_every_sample_size() -> None:
    predicted = 2 * N**-0.5
    predicted[2] = np.nan
    assert np.isnan(predicted_slope(N, predicted, 0 * N, np.full(5, 0.01))).all()


def test_groups_are_scenarios_that_differ_in_n_only(measures: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    slopes = root_n(measures, scenarios).slopes
    cells = list(slopes[["group", "method"]].itertuples(index=False, name=None))
    assert cells == [(f"{f}_p3", m) for f in ("gaussian", "binomial") for m in ("fgsm", "mle")]
    assert slopes["slope"].to_numpy() == pytest.approx(-0.5)
    assert slopes["scaled"].to_numpy() == pytest.approx([2, 3, 2, 3])
    assert slopes["scaled_mcse"].to_numpy() == pytest.approx([0.04, 0.06, 0.04, 0.06])
    assert set(slopes["n_largest"]) == {800}
    assert set(slopes["attempted"]) == {800}


def test_a_single_coefficient(measures: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    slopes = root_n(measures, scenarios, parameter="beta_1").slopes
    assert slopes["slope"].to_numpy() == pytest.approx(-0.4)


def test_predictions_stand_next_to_their_scenario(measures: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    fits = scenarios.loc[scenarios["family"] == "gaussian", ["scenario", "n"]].assign(method="fgsm", parameter="all")
    predictions = fits.assign(quantity="rmse", predicted=1.9 / np.sqrt(fits["n"]), predicted_mcse=0.01).drop(
        columns="n"
    )
    other = predictions.assign(quantity="bias", predicted=9.0)
    result = root_n(measures, scenarios, pd.concat([other, predictions]))
    known = result.slopes["predicted_scaled"].notna()
    assert list(known) == [True, False, False, False]
    assert result.slopes["predicted_scaled"][0] == pytest.approx(1.9)
    assert result.slopes["predicted_slope"][0] == pytest.approx(-0.5)
    assert result.points["predicted_scaled"].notna().sum() == 4


def test_a_scenario_whose_fits_all_failed_stays_visible(measures: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    lost = (measures["scenario"] == "gaussian_n800_p3") & (measures["method"] == "mle") & measures["reference"].isna()
    measures.loc[lost, ["value", "mcse", "lower", "upper"]] = np.nan
    measures.loc[lost, ["usable", "failed", "conditional"]] = [0, 200, True]
    result = root_n(measures, scenarios)
    mle = result.slopes.iloc[1]
    assert (mle["points"], mle["failed"], mle["conditional"]) == (3, 200, True)
    assert mle["slope"] == pytest.approx(-0.5)
    assert np.isnan(mle["scaled"])
    assert len(result.points) == 16


def test_frames_without_the_measure_or_with_two_predictions_are_refused(
    measures: pd.DataFrame, scenarios: pd.DataFrame
) -> None:
    with pytest.raises(InputError, match="unknown 'rmse'"):
        root_n(measures[measures["measure"] != "rmse"], scenarios)
    row = {"scenario": "gaussian_n100_p3", "method": "fgsm", "parameter": "all", "quantity": "rmse"}
    predictions = pd.DataFrame([row | {"predicted": 1.0, "predicted_mcse": 0.1}] * 2)
    with pytest.raises(InputError, match=r"two predictions for .*gaussian_n100_p3"):
        root_n(measures, scenarios, predictions)
    with pytest.raises(InputError, match="predictions lack the columns predicted_mcse"):
        root_n(measures, scenarios, predictions.drop(columns="predicted_mcse"))
    with pytest.raises(InputError, match="predictions lack the column quantity"):
        root_n(measures, scenarios, predictions.drop(columns="quantity"))


def test_any_estimand_with_a_true_value_has_a_rate(measures: pd.DataFrame) -> None:
    """A source of the user's own: no family, p or s, and a number in place of coefficients."""
    scenarios = pd.DataFrame({"scenario": ["a", "b"], "scenario_key": ["ka", "kb"], "n": [100, 400], "group_key": "g"})
    row = measures.iloc[0].to_dict() | {"measure": "rmse", "component": pd.NA}
    rows = [
        row | {"scenario": s, "scenario_key": f"k{s}", "estimand": e, "parameter": e, "value": v, "mcse": v / 50}
        for e, c in (("gap", 2.0), ("width", 5.0))
        for s, v in (("a", c / 10), ("b", c / 20))
    ]
    own = pd.DataFrame(rows)
    assert whole_parameter(own, "rmse") == "gap"
    assert whole_parameter(measures.drop(columns=["estimand", "component"]), "rmse") == "all"
    assert whole_parameter(own, "rmse", "width") == "width"
    with pytest.raises(InputError, match=r"'widht'.*did you mean 'width'"):
        whole_parameter(own, "rmse", "widht")
    found = root_n(own, scenarios, None, "width")
    assert found.slopes["slope"].tolist() == [pytest.approx(-0.5)]
    shown = ANALYSES["root_n"].table(found)
    assert "RMSE is that of width." in shown.notes[0]
    assert cells(shown)["Scenario"].tolist() == ["a"]
    assert "(fgsm, a)" in ANALYSES["root_n"].sentence(found)
