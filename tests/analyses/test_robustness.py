"""Robustness at equal test error on hand-made replicates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from simstudy.analyses.robustness import figure, robustness, sentence, table
from simstudy.analyses.sentences import NOTHING
from simstudy.geometry import ATTACKS
from simstudy.report import cells

KINDS = {"svm_1": "SVM", "svm_2": "SVM", "fgsm": "FGSM"}


def row(method: str, replicate: int, error: float, d: tuple[float, float], level: float) -> dict[str, object]:
    curves = {"robust_accuracy_l2": np.full(ATTACKS[2.0].size, level)}
    curves["robust_accuracy_linf"] = np.full(ATTACKS[np.inf].size, level / 2.0)
    names = {"scenario": "s", "scenario_key": "k", "method": method, "replicate": replicate, "status": "ok"}
    return {**names, "test_error": error, "adversarial_distance": d[0], "adversarial_distance_linf": d[1], **curves}


ROWS = pd.DataFrame(
    [
        # FGSM reaches .10 and the target is .11: the second machine, at .30, is out whatever its distance.
        *(row("svm_1", 0, 0.05, (1.0, 0.1), 0.6), row("svm_2", 0, 0.30, (9.0, 0.9), 0.9)),
        row("fgsm", 0, 0.10, (0.5, 0.3), 0.8),
        # Both machines are within the target here: each quantity is the best of the two.
        *(row("svm_1", 1, 0.05, (1.0, 0.2), 0.4), row("svm_2", 1, 0.11, (1.4, 0.1), 0.5)),
        row("fgsm", 1, 0.10, (0.5, 0.5), 0.8),
        # FGSM has no usable fit here.
        *(row("svm_1", 2, 0.05, (7.0, 7.0), 0.4), {**row("fgsm", 2, 0.1, (7.0, 7.0), 0.5), "status": "no_minimiser"}),
    ]
)


def test_each_series_takes_its_best_fit_at_the_error_that_all_reach() -> None:
    found = robustness(ROWS, KINDS).set_index("series")
    assert found["test_error"].tolist() == pytest.approx([11.0, 11.0])
    assert found.loc["SVM", ["d_l2", "d_linf", "robust_l2", "robust_linf"]].tolist() == pytest.approx(
        [1.2, 0.15, 55.0, 27.5]
    )
    assert found.loc["FGSM", ["d_l2", "d_linf", "robust_l2"]].tolist() == pytest.approx([0.5, 0.4, 80.0])


def test_gains_are_paired_and_data_sets_without_a_fit_are_failures() -> None:
    found = robustness(ROWS, KINDS).set_index("series")
    assert found.loc["FGSM", "d_linf_gain"] == pytest.approx(0.25)
    assert found.loc["FGSM", "d_linf_gain_mcse"] == pytest.approx(0.05), "that of .2 and .3, not of each apart"
    assert np.isnan(found.loc["SVM", "d_linf_gain"])
    assert found[["attempted", "usable", "failed"]].to_numpy().tolist() == [[3, 2, 1]] * 2
    assert found["conditional"].all()


def test_words_and_pictures() -> None:
    found = robustness(ROWS, KINDS)
    said = sentence(found)
    assert "SVM has the largest l_2 distance in 1 of 1 scenarios" in said
    assert "FGSM the largest l_inf distance in 1 of 1, 2.7 times that of SVM" in said
    assert cells(table(found))["Failed"].tolist() == ["1/3*", "1/3*"]
    assert [axes.get_title() for axes in figure(found).axes] == ["s, l_2", "s, l_inf"]


def test_no_data_set_with_all_series() -> None:
    found = robustness(ROWS[ROWS["replicate"] == 2], KINDS)
    assert found["d_l2"].isna().all()
    assert sentence(found) == NOTHING
    table(found)
    assert "No data set" in str(figure(found).get_label())
