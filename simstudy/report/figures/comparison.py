"""Figures of one method against another: the trade-off of FGSM, and the distance from the oracle."""

from __future__ import annotations

import pandas as pd

from simstudy.report.figures.canvas import Figure
from simstudy.report.figures.curves import Axis, Quantity, curves


def tradeoff_figure(result: pd.DataFrame) -> Figure:
    """RMSE of FGSM over that of penalised likelihood against prevalence; below 1 FGSM is more accurate.

    Against n where there is one prevalence only, or none.
    """
    # Several matched pairs are several lines; what is best may be another method at every prevalence.
    matched = result["comparison"] == "matched"
    pairs = result["method"] + " / " + result["reference"]
    data = result.assign(line=pairs.where(matched, result["comparison"]))
    data["group"] = [without_prevalence(label) for label in data["scenario"]]
    ratio = Quantity("rmse_ratio", "RMSE / penalised", line=1.0, log=True)
    if data["prevalence"].isna().any() or data["prevalence"].nunique() == 1:
        return curves(data, Axis("n", "n", log=True), (ratio,), ["family", "p", "s", "prevalence"], "line", 2)
    return curves(data, Axis("prevalence", "prevalence P(Y = 1)", log=True), (ratio,), ["group", "n"], "line", 2)


def without_prevalence(label: str) -> str:
    """Label of a scenario without the token of its prevalence: the same for scenarios that differ in nothing else."""
    return "_".join(token for token in label.split("_") if not token.startswith("prev"))


def oracle_figure(result: pd.DataFrame) -> Figure:
    """RMSE over that of the oracle against n, and the share of replicates with the exact support."""
    ratio = Quantity("rmse_ratio", "RMSE / oracle's", line=1.0, log=True, shared=False)
    exact = Quantity("exact_support", "P(exact support)", share=True)
    return curves(result, Axis("n", "n", log=True), (ratio, exact), ["group", "reference"])
