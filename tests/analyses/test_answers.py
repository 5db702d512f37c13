"""Answers in one sentence, from the made-up study of conftest."""

import numpy as np
import pandas as pd

from simstudy.analyses.neutrality import neutrality
from simstudy.analyses.registry import ANALYSES
from simstudy.analyses.root_n import root_n
from simstudy.analyses.sentences import NOTHING
from simstudy.analyses.support import support


def test_rates_name_the_extremes_and_the_distance_from_theory(measures: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    predictions = pd.DataFrame(
        {"scenario": scenarios["scenario"], "method": "fgsm", "quantity": "rmse", "parameter": "beta_1"}
    ).assign(predicted=1.5 * scenarios["n"] ** -0.5, predicted_mcse=0.0)
    sentence = ANALYSES["root_n"].sentence(root_n(measures, scenarios, predictions, "beta_1"))
    assert "n = 100 to 800" in sentence
    assert "slope of log RMSE on log n is off by 0.10 (± " in sentence


def test_support_names_the_worst_prediction(measures: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    predictions = pd.DataFrame(
        {"scenario": scenarios["scenario"], "method": "fgsm", "quantity": "exact_support", "parameter": "all"}
    ).assign(predicted=np.where(scenarios["n"] == 200, 0.2, 0.5), predicted_mcse=0.0)
    sentence = ANALYSES["support"].sentence(support(measures, scenarios, predictions))
    assert sentence.startswith("fgsm finds the exact support most often at n = 800: in 50 % (± 2) of the data sets")
    assert "within 0.30 (± 0.02) (worst for fgsm, gaussian, n = 200)" in sentence


def test_neutrality_says_which_components_vanish(measures: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    realised = scenarios.assign(prevalence_realised=np.where(scenarios["family"] == "gaussian", 0.5, 0.1))
    small = (measures["parameter"] == "intercept") & (measures["scenario"].str.contains("gaussian"))
    contrast = measures["reference"].notna()
    balanced = measures.assign(value=measures["value"].where(~(small & contrast), 1e-6))
    sentence = ANALYSES["neutrality"].sentence(neutrality(balanced, realised, [("fgsm", "mle")]))
    assert sentence.startswith("With balanced classes fgsm has, over mle, no extra bias of the intercept")
    assert "one of 2.0 % (± 0.08) of the largest slope (beta_1)" in sentence


def test_without_usable_fits_there_is_no_answer(measures: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    failed = measures.assign(value=np.nan, mcse=np.nan)
    assert ANALYSES["root_n"].sentence(root_n(failed, scenarios)) == NOTHING
    assert ANALYSES["support"].sentence(support(failed, scenarios)) == NOTHING
    assert ANALYSES["neutrality"].sentence(neutrality(failed, scenarios, [("fgsm", "mle")])) == NOTHING
