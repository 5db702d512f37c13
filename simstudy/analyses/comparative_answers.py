"""Answers in one sentence from analyses that compare methods."""

from __future__ import annotations

import pandas as pd

from simstudy.analyses.activation import ALL
from simstudy.analyses.answers import NOTHING, shown
from simstudy.measures.numbers import setting, with_interval

#: An MCSE below it is shown as this, for a ratio of methods that nearly always agree.
FINEST = 1e-4


def oracle(frame: pd.DataFrame) -> str:
    """Error over the oracle's at the largest n."""
    known = frame.dropna(subset=["rmse_ratio"])
    if known.empty:
        return NOTHING
    last = known[known["n"] == known["n"].max()].sort_values("rmse_ratio")
    said = [f"{row['method']} {ratio(row, 'rmse_ratio')}" for _, row in last.iterrows()]
    return f"At n = {last['n'].iloc[0]} the error over that of the oracle is {', '.join(said)}."


def dispersion(frame: pd.DataFrame) -> str:
    """Range of the probability of the exact support over sigma, by method."""
    known = frame.dropna(subset=["exact_support"])
    known = known[(known["family"] == "gaussian") & (known["s"] > 0)]
    if known.empty:
        return NOTHING
    sigma = f"σ = {setting(known['sigma'].min())} to {setting(known['sigma'].max())}"
    said = []
    for method, rows in known.groupby("method", sort=False):
        lowest, highest = (rows.loc[[rows["exact_support"].agg(end)]].iloc[0] for end in ("idxmin", "idxmax"))
        said.append(f"{shown(lowest, 'exact_support')} to {shown(highest, 'exact_support')} ({method})")
    return f"Over {sigma} the probability of the exact support runs from {', '.join(said)}."


def tradeoff(frame: pd.DataFrame) -> str:
    """Which side wins at the best lambda of each and matched, and by how much."""
    known = frame.dropna(subset=["rmse_ratio"])
    if known.empty:
        return NOTHING
    matched = known[known["comparison"] == "matched"]
    best = known[known["comparison"].str.startswith("best fgsm ")]
    return " ".join(_wins(rows, how) for rows, how in ((best, "each at its best λ"), (matched, "matched")) if len(rows))


def _wins(rows: pd.DataFrame, how: str) -> str:
    """Which side has the smaller error wherever the two can be told apart, and the extreme ratios."""
    better, worse = int((rows["rmse_ratio_upper"] < 1.0).sum()), int((rows["rmse_ratio_lower"] > 1.0).sum())
    verdicts = {(True, False): "FGSM wins", (False, True): "penalised likelihood wins", (True, True): "it depends"}
    winner = verdicts.get((better > 0, worse > 0), "neither side wins")
    first, last = (
        f"{ratio(row, 'rmse_ratio')} ({row['method']}, prevalence {setting(row['prevalence'])})"
        for _, row in rows.sort_values("rmse_ratio").iloc[[0, -1]].iterrows()
    )
    return (
        f"With {how}, {winner}: FGSM's error is smaller in {better} and larger in {worse} of {len(rows)} comparisons, "
        f"and its RMSE over that of penalised likelihood runs from {first} to {last}."
    )


def best(frame: pd.DataFrame) -> str:
    """Estimator with the smallest error at its best lambda, by scenario."""
    known = frame.dropna(subset=["rmse"])
    if known.empty:
        return NOTHING
    first = known.sort_values("rmse", kind="stable").groupby("scenario", sort=False).head(1)
    counts = ", ".join(f"{name} in {count}" for name, count in first["grid"].value_counts().items())
    return f"Each at its best λ, the smallest error is that of {counts} of {len(first)} scenarios."


def uniformity(frame: pd.DataFrame) -> str:
    """Largest scaled error over h at the smallest and the largest n, by method."""
    worst = frame[frame["is_worst"]].dropna(subset=["scaled"])
    if worst.empty:
        return NOTHING
    ends = worst["n"].min(), worst["n"].max()
    said = []
    for method, rows in worst.sort_values("n").groupby("method", sort=False):
        first, last = rows.iloc[0], rows.iloc[-1]
        said.append(f"{shown(first, 'scaled')} to {shown(last, 'scaled')} ({method})")
    return f"From n = {ends[0]} to {ends[1]} the largest √n RMSE over h goes from {', '.join(said)}."


def penalties(frame: pd.DataFrame) -> str:
    """Which methods are sparse and which oracle at the largest n, in every family or in some."""
    last = frame[frame["n"] == frame["n"].max()].dropna(subset=["rmse_ratio"])
    if last.empty:
        return NOTHING
    said = [f"{word}: {_which(last, column)}" for word, column in (("sparse", "is_sparse"), ("oracle", "is_oracle"))]
    return f"At n = {last['n'].iloc[0]}, {'; '.join(said)} (oracle: RMSE less than a tenth above the oracle's)."


def _which(rows: pd.DataFrame, column: str) -> str:
    chosen = rows[rows[column]]
    families = {str(name): list(own) for name, own in chosen.groupby("method", sort=False)["family"]}
    every = rows["family"].nunique()
    names = [name if len(where) == every else f"{name} ({', '.join(where)})" for name, where in families.items()]
    return ", ".join(names) or "none"


def activation(frame: pd.DataFrame) -> str:
    """Weight of the penalty at the smallest and the largest margin, inside the binomial likelihood and outside."""
    inside = frame[
        (frame["family"] == "binomial") & frame.groupby(["scenario", "method"])["predicted"].transform("any")
    ]
    if inside.empty:
        return NOTHING
    rows = inside[(inside["scenario"] == inside["scenario"].iloc[0]) & (inside["method"] == inside["method"].iloc[0])]
    whole, parts = rows[rows["margin"] == ALL].iloc[0], rows[rows["margin"] != ALL].sort_values("lower_end")
    ends = [f"{shown(row, 'weight')} for a margin {row['margin']}" for _, row in parts.iloc[[0, -1]].iterrows()]
    return (
        f"Inside the likelihood the penalty's weight on an observation falls from {' to '.join(ends)}, with mean "
        f"{shown(whole, 'weight')} against kappa = {whole['predicted']:.3f}; outside it is 1 for every observation."
    )


def training(frame: pd.DataFrame) -> str:
    """Share of data sets on which the loop reaches the objective's minimiser, by penalty."""
    known = frame.dropna(subset=["reached"])
    if known.empty:
        return NOTHING
    said = []
    for penalty, rows in known.groupby("penalty", sort=False):
        share = (rows["reached"] * rows["usable"]).sum() / rows["usable"].sum()
        distance = rows.sort_values("distance").iloc[-1]
        said.append(f"{penalty}: {100 * share:.0f} % (mean distance up to {shown(distance, 'distance')})")
    return f"Share of data sets on which the loop ends at the objective's minimiser, by penalty: {'; '.join(said)}."


def ratio(row: pd.Series, name: str) -> str:
    """A number with its 95 % interval."""
    mcse = row[f"{name}_mcse"]
    return with_interval(row[name], row[f"{name}_lower"], row[f"{name}_upper"], max(mcse, FINEST))
