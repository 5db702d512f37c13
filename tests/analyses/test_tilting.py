"""The analyses of linear boundaries on hand-made replicates."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simstudy.analyses import attacked as attacked_analysis
from simstudy.analyses import estimands as estimands_analysis
from simstudy.analyses import tilting as tilting_analysis
from simstudy.analyses.attacked import attacked
from simstudy.analyses.boundaries import lacks, series
from simstudy.analyses.estimands import estimands
from simstudy.analyses.sentences import NOTHING
from simstudy.analyses.tilting import tilting
from simstudy.geometry import ATTACKS
from simstudy.report import cells
from simstudy.study.config import read_study
from simstudy.study.method import FixedLambda, Method
from simstudy.study.study import Study

KINDS = {"svm_1": "SVM", "svm_2": "SVM", "centroid": "Nearest centroid"}


def row(method: str, replicate: int, lam: float, theta: float, d: float, **other: object) -> dict[str, object]:
    names = {"scenario": "s", "scenario_key": "k", "method": method, "replicate": replicate, "status": "ok", "lam": lam}
    return {
        **names,
        "tilting_angle": theta,
        "adversarial_distance": d,
        "training_error": 0.1,
        "test_error": 0.2,
    } | other


ROWS = pd.DataFrame(
    [
        row("svm_2", 0, 0.1, np.pi / 4, 0.5),
        row("svm_2", 1, 0.1, np.pi / 4, 0.7),
        row("svm_2", 2, 0.1, np.nan, np.nan),
        row("svm_1", 0, 1.0, 1e-16, 1.0),
        row("svm_1", 1, 1.0, 2e-16, 1.2),
        row("svm_1", 2, 1.0, 0.0, 1.1, status="not_converged"),
        row("centroid", 0, np.nan, 0.0, 1.0),
    ]
)


def test_tilting_has_means_by_falling_level_and_counts_what_has_no_boundary_as_failed() -> None:
    found = tilting(ROWS, KINDS)
    assert found["method"].tolist() == ["svm_1", "svm_2"]
    assert found["lam"].tolist() == [1.0, 0.1]
    assert found["theta"].tolist() == pytest.approx([0.0, 45.0])
    assert found["theta"][0] == 0.0, "rounding of 1e-16 is zero"
    assert found["d_adv"].tolist() == pytest.approx([1.1, 0.6])
    assert found["d_adv_mcse"].tolist() == pytest.approx([0.1, 0.1])
    assert found["test_error"].tolist() == pytest.approx([20.0, 20.0])
    assert found[["attempted", "usable", "failed"]].to_numpy().tolist() == [[3, 2, 1], [3, 2, 1]]
    said = tilting_analysis.sentence(found)
    assert "most for SVM in s: at λ = 0.1 it is tilted by 45 degrees and has 55% of the distance" in said
    assert cells(tilting_analysis.table(found))["Failed"].tolist() == ["1/3*", "1/3*"]
    figure = tilting_analysis.figure(found)
    assert figure.axes[0].lines[0].get_ydata() == pytest.approx([0.0, 45.0])
    assert "SVM from 0.0 to 45.0 degrees" in str(figure.get_label())


def test_nothing_usable_is_said_so() -> None:
    found = tilting(ROWS.assign(status="error"), KINDS)
    assert found["d_adv"].isna().all()
    assert tilting_analysis.sentence(found) == NOTHING
    tilting_analysis.table(found)
    tilting_analysis.figure(found)


def test_a_series_is_called_by_what_its_labels_share() -> None:
    def method(name: str, label: str, lam: float, estimator: str = "svm") -> Method:
        return Method(name, estimator, lam=FixedLambda(lam), label=label)

    centroid = Method("c", "nearest_centroid", label="Nearest centroid")

    def names(*methods: Method) -> list[str]:
        study = object.__new__(Study)
        object.__setattr__(study, "methods", methods)
        return list(series(study).values())

    assert names(method("a", "SVM, lam = 1", 1.0), method("b", "SVM, lam = 12", 12.0), centroid) == [
        *("SVM", "SVM", "Nearest centroid")
    ]
    assert names(method("a", "weak", 1.0), method("b", "strong", 2.0)) == ["svm", "svm"]
    assert names(method("a", "Nearest centroid", 1.0), centroid) == ["svm", "nearest_centroid"]


def test_attacked_error_is_read_at_its_sizes() -> None:
    sizes = ATTACKS[np.inf]
    curve = np.where(sizes <= 0.1, 0.9, 0.4)
    flat = np.full(sizes.size, np.nan)
    rows = pd.DataFrame(
        [
            row("svm_1", 0, 1.0, 0.0, 1.0, robust_accuracy_linf=curve, beta_hat=np.array([1.0, 0.0, 2.0])),
            row("svm_1", 1, 1.0, 0.0, 1.0, robust_accuracy_linf=curve - 0.1, beta_hat=np.array([1.0, 0.0, 0.0])),
            row("svm_1", 2, 1.0, 0.0, 1.0, robust_accuracy_linf=flat, beta_hat=np.zeros(3)),
        ]
    )
    found = attacked(rows, KINDS).iloc[0]
    assert (found["clean"], found["at_10"], found["at_25"]) == pytest.approx((15.0, 15.0, 65.0))
    assert found["nonzero"] == 1.5
    assert (found["attempted"], found["failed"]) == (3, 1)
    assert "smallest error without an attack" in attacked_analysis.sentence(attacked(rows, KINDS))
    attacked_analysis.figure(attacked(rows, KINDS))
    none = attacked(rows.assign(status="error"), KINDS)
    assert none["clean"].isna().all()
    assert attacked_analysis.sentence(none) == NOTHING


def test_means_are_the_truth_plus_the_bias() -> None:
    names = {"scenario": "s", "scenario_key": "k", "method": "m"}
    rows = pd.DataFrame(
        [
            {**names, "estimand": "gap", "component": pd.NA, "parameter": "gap", "bias": 0.1, "bias_mcse": 0.01,
             "bias_lower": 0.08, "bias_upper": 0.12, "mean": np.nan, "predicted_bias": 0.05,
             "predicted_bias_mcse": 0.0},
            {**names, "estimand": "slopes", "component": 1, "parameter": "slopes_2", "bias": -2.0, "bias_mcse": 1e-17,
             "bias_lower": -2.0, "bias_upper": -2.0, "mean": np.nan},
            {**names, "estimand": "norm", "component": pd.NA, "parameter": "norm", "bias": np.nan, "mean": 3.0,
             "mean_mcse": 0.2, "mean_lower": 2.6, "mean_upper": 3.4},
        ]
    ).assign(attempted=5, usable=5, failed=0, conditional=False)  # fmt: skip
    found = estimands(rows, {"k": {"gap": 1.0, "slopes": np.array([0.0, 2.0])}})
    assert found["average"].tolist() == pytest.approx([1.1, 0.0, 3.0])
    assert found["average_mcse"].tolist() == pytest.approx([0.01, np.nan, 0.2], nan_ok=True)
    assert found["average_upper"].tolist() == pytest.approx([1.12, 0.0, 3.4])
    assert found["average_predicted"].tolist() == pytest.approx([1.05, np.nan, np.nan], nan_ok=True)
    assert "predicts 1 of these means; the largest deviation is 0.05, of gap of m" in estimands_analysis.sentence(found)
    estimands_analysis.table(found)


def test_a_study_that_lacks_estimands_is_told_which(tmp_path: Path) -> None:
    text = """
replicates = 2
analyses = ["tilting"]
estimands = ["tilting_angle"]
scenario = [{ source = "toy", n = 20 }]
method = [{ name = "svm", estimator = "svm", lam = 1.0 }]
"""
    path = tmp_path / "lacking.toml"
    path.write_text(text)
    study = read_study(path)
    assert "adversarial_distance" in tilting_analysis.needs(study)
    assert lacks(study, ["tilting_angle"]) == ""
