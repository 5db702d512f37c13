"""Coverage of nonzero and zero coefficients apart, by hand."""

import numpy as np
import pandas as pd
import pytest

from simstudy.analyses.coverage import Coverage, coverage, sentence, table
from simstudy.analyses.sentences import NOTHING
from simstudy.report.table import cells
from simstudy.verdicts.found import Found


def replicates(key: str) -> pd.DataFrame:
    """Five data sets with coefficients (1, -0.5, 0) and the intercept 0.3; the last fit failed."""
    beta = [[1.1, -0.6, 0.0], [1.1, 0.0, 0.0], [3.0, -2.0, 0.0], [1.1, -0.6, 0.5], [np.nan] * 3]
    errors = [[0.1, 0.1, 0.0], [0.1, 0.0, 0.0], [0.1, 0.1, 0.0], [0.1, 0.1, 0.1], [np.nan] * 3]
    frame = pd.DataFrame({"replicate": range(5), "beta_hat": list(np.array(beta)), "se_hat": list(np.array(errors))})
    status = ["ok"] * 4 + ["no_minimiser"]
    return frame.assign(status=status, intercept_hat=0.3, intercept_se=0.1, method="fgsm", scenario_key=key)


@pytest.fixture
def shares(measures: pd.DataFrame, scenarios: pd.DataFrame) -> pd.DataFrame:
    return coverage(Found(measures, scenarios.iloc[:1], replicates), ["fgsm"]).set_index("coefficients")


def test_kinds_of_coefficients_are_apart(shares: pd.DataFrame) -> None:
    assert list(shares.index) == ["nonzero", "zero", "intercept"]
    # Per data set 2, 1, 0, 2 of two nonzero coefficients; three of four zeros are estimated as zero, one misses.
    assert shares["coverage"].tolist() == [pytest.approx(5 / 8), 0.75, 1.0]
    assert shares.loc["nonzero", "coverage_mcse"] == pytest.approx(np.std([1, 0.5, 0, 1], ddof=1) / 2)
    assert shares["zero_length"].tolist() == [1 / 8, 0.75, 0.0]
    assert shares.loc["nonzero", "other"] == pytest.approx(5 / 7)
    assert shares.loc["zero", "other"] == 0.0


def test_failed_fits_are_counted_and_not_covered(shares: pd.DataFrame) -> None:
    assert shares[["attempted", "usable", "failed"]].iloc[0].tolist() == [5, 4, 1]
    shown = cells(table(Coverage(shares.reset_index(), pd.DataFrame(), "beta_1")))
    assert shown["Failed"].tolist() == ["1/5*"] * 3
    assert shown["Intervals of length 0"].tolist()[2] == "0 (–)"


def test_the_ratio_of_counts_has_the_error_of_a_ratio(measures: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    """The delta method's error, against a bootstrap of the data sets."""
    rng = np.random.default_rng(3)
    hats = np.where(rng.random((400, 3)) < 0.3, 0.0, [1.0, -0.5, 0.0] + 0.1 * rng.normal(size=(400, 3)))
    frame = pd.DataFrame({"replicate": range(400), "beta_hat": list(hats), "se_hat": list(0.1 * (hats != 0))})
    frame = frame.assign(status="ok", intercept_hat=0.3, intercept_se=0.1, method="fgsm", scenario_key="key")
    row = coverage(Found(measures, scenarios.iloc[:1].assign(scenario_key="key"), lambda _: frame), ["fgsm"]).iloc[0]
    covered = (np.abs(hats - [1.0, -0.5, 0.0]) <= 1.96 * 0.1 * (hats != 0))[:, :2] & (hats != 0)[:, :2]
    counts, whole = covered.sum(axis=1), (hats != 0)[:, :2].sum(axis=1)
    picks = rng.integers(0, 400, (2000, 400))
    spread = (counts[picks].sum(axis=1) / whole[picks].sum(axis=1)).std()
    assert row["other_mcse"] == pytest.approx(spread, rel=0.15)


def test_the_sentence_is_about_nonzero_coefficients(shares: pd.DataFrame) -> None:
    said = sentence(Coverage(shares.reset_index(), pd.DataFrame(), "beta_1"))
    assert "At n = 100" in said
    assert "cover nonzero coefficients in 62 % (± 50) of the data sets with fgsm" in said
    assert sentence(Coverage(pd.DataFrame(), pd.DataFrame(), "beta_1")) == NOTHING
