import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp, wasserstein_distance

import simstudy as ss
from simstudy.analyses.groups import with_definitions
from simstudy.analyses.limit_law import LAWS, LawDistances, limit_law, table
from simstudy.report.table import latex, markdown
from simstudy.runner.runner import simulate
from simstudy.theory.expected import draws_of_coefficient
from simstudy.verdicts.found import Found

SIZES = tuple(ss.Scenario("gaussian", n, [1.0, 0.0]) for n in (50, 100, 200))
METHODS = (ss.Method("f", "fgsm", "lasso", lam=ss.RateLambda(1.0, -0.5)), ss.Method("mle", "mle"))
TARGETS = {(s.label, "f"): ("fgsm", ss.Lasso(s.n**-0.5)) for s in SIZES} | {
    (s.label, "mle"): ("mle", None) for s in SIZES
}


@pytest.fixture(scope="module")
def rows() -> tuple[pd.DataFrame, pd.DataFrame]:
    frame, truth = simulate(ss.Study("tiny", "aim", 1, 400, SIZES, METHODS))
    return frame, with_definitions(truth, SIZES)


@pytest.fixture(scope="module")
def found(rows: tuple[pd.DataFrame, pd.DataFrame]) -> LawDistances:
    frame, truth = rows
    results = Found(pd.DataFrame(), truth, lambda key: frame[frame["scenario_key"] == key])
    return limit_law(SIZES, results, TARGETS)


def test_distances_are_those_of_scipy(rows: tuple[pd.DataFrame, pd.DataFrame], found: LawDistances) -> None:
    frame = rows[0]
    own = frame[(frame["scenario"] == SIZES[1].label) & (frame["method"] == "f")]
    errors = 10 * (np.stack(own["beta_hat"].to_list())[:, 1])
    cell = found.distances.query("n == 100 and method == 'f' and parameter == 'beta_2' and law == 'T10'").iloc[0]
    draws = draws_of_coefficient(SIZES[1], "beta_2", "T10", TARGETS[SIZES[1].label, "f"])
    assert cell["kolmogorov"] == pytest.approx(ks_2samp(errors, draws).statistic)
    assert cell["wasserstein"] == pytest.approx(wasserstein_distance(errors, draws), abs=0.01)
    assert cell["atom"] == pytest.approx((errors == 0).mean())
    assert cell["atom_predicted"] == pytest.approx((draws == 0).mean())
    assert cell["atom"] > 0.2


def test_every_cell_has_bands_counts_and_a_rate(found: LawDistances) -> None:
    table = found.distances
    assert len(table) == 3 * 2 * 2 * len(LAWS)
    assert (table["kolmogorov_lower"] < table["kolmogorov_upper"]).all()
    assert table["noise"].to_numpy() == pytest.approx(0.8687 / 20)
    assert set(table["usable"]) == {400}
    assert table["slope"].notna().all()
    assert table.groupby(["method", "parameter", "law"])["slope"].nunique().max() == 1
    assert list(table["n"][:3]) == [50, 100, 200]


def test_the_mle_of_gaussian_data_is_close_to_its_law_and_quantiles_agree(found: LawDistances) -> None:
    """Its exact law is that of T6 up to t tails: the distance exceeds 3 times the noise with probability 1e-5."""
    mle = found.distances.query("method == 'mle' and n == 200")
    assert (mle["kolmogorov"] < 3 * mle["noise"]).all()
    quantiles = found.quantiles.query("method == 'mle' and n == 200 and parameter == 'beta_1' and law == 'T6'")
    assert len(quantiles) == 99
    middle = quantiles[quantiles["level"].between(0.2, 0.8)]
    assert np.abs(middle["simulated"] - middle["predicted"]).max() < 0.4


def test_methods_without_a_law_or_results_are_left_out(rows: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    frame, truth = rows
    results = Found(pd.DataFrame(), truth, lambda key: frame[frame["scenario_key"] == key])
    unknown = {(SIZES[0].label, "f"): ("other", ss.Lasso(0.1)), (SIZES[0].label, "absent"): ("mle", None)}
    nothing = limit_law(SIZES[:1], results, unknown)
    assert nothing.distances.empty
    assert "No method of this study has both" in markdown(table(nothing))
    assert latex(table(nothing))
