import numpy as np
import pandas as pd

from simstudy.analyses.activation import figure as activation_figure
from simstudy.analyses.penalties import figure as penalties_figure
from simstudy.analyses.training import figure as training_figure

ENDS = [-np.inf, -np.inf, 0.0, 1.0]


def test_activation_shows_intervals_of_the_margin_and_not_all_observations_together() -> None:
    frame = pd.DataFrame(
        {
            "scenario": "a",
            "family": "binomial",
            "method": "fgsm",
            "margin": ["all", "up to 0", "0 to 1", "above 1"],
            "lower_end": ENDS,
            "upper_end": [np.inf, 0.0, 1.0, np.inf],
            "weight": [0.4, 0.9, 0.4, 0.1],
            "weight_mcse": 0.01,
        }
    )
    shown = activation_figure(frame)
    assert [label.get_text() for label in shown.axes[0].get_xticklabels()] == ["up to 0", "0 to 1", "above 1"]
    assert "fgsm from 0.9 to 0.1" in str(shown.get_label())
    assert "no usable results" in str(activation_figure(frame.iloc[:1]).get_label())


def test_training_names_each_penalty_once() -> None:
    frame = pd.DataFrame(
        {
            "scenario": ["a", "a", "b", "b"],
            "family": ["gaussian", "gaussian", "binomial", "binomial"],
            "penalty": ["lasso", "scad", "lasso", "scad"],
            "distance": [1e-5, 0.3, 2e-5, 0.4],
            "distance_mcse": [1e-5, 0.01, np.nan, 0.01],
        }
    )
    shown = training_figure(frame)
    assert [axes.get_title() for axes in shown.axes] == ["gaussian", "binomial"]
    assert [label.get_text() for label in shown.axes[0].get_yticklabels()] == ["scad", "lasso"]
    assert shown.axes[0].get_xscale() == "log"
    assert "no usable results" in str(training_figure(frame.assign(distance=np.nan)).get_label())


def test_penalties_show_sparsity_and_distance_from_the_oracle() -> None:
    frame = pd.DataFrame(
        {
            "scenario": ["a", "b"],
            "_case": "a",
            "reference": "oracle",
            "n": [100, 400],
            "method": "scad",
            "zeros": [0.5, 0.9],
            "zeros_mcse": 0.01,
            "rmse_ratio": [2.0, 1.1],
            "rmse_ratio_mcse": 0.01,
        }
    )
    labels = [axes.get_ylabel() for axes in penalties_figure(frame).axes]
    assert labels == ["zeros found", "RMSE / oracle's"]
