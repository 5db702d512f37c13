"""The answer to a study's question in one sentence, made from the numbers of its analysis."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from simstudy.analyses.limit_law import LawDistances
from simstudy.analyses.root_n import RootN
from simstudy.measures.numbers import setting, with_mcse

NOTHING = "There are no usable results yet."
#: A difference within so many MCSEs of zero is called zero.
TELLING = 3.0
LAW_WORDS = {"T6": "the limit law", "T10": "its finite-n form", "law": "the law around the pseudo-true parameter"}


def root_n(result: RootN) -> str:
    """Range of the slopes, and how far they and the constants are from theory."""
    slopes = result.slopes.dropna(subset=["slope", "slope_mcse"]).sort_values("slope")
    if slopes.empty:
        return NOTHING
    steepest, flattest = slopes.iloc[0], slopes.iloc[-1]
    sizes = f"n = {slopes['n_smallest'].min()} to {slopes['n_largest'].max()}"
    found = " to ".join(f"{shown(row, 'slope')} ({row['method']}, {row['family']})" for row in (steepest, flattest))
    sentence = f"Over {sizes} the slopes of log RMSE on log n run from {found}, against −0.5 in the limit"
    apart = (slopes["slope"] - slopes["predicted_slope"]).abs()
    ratio = slopes["scaled"] / slopes["predicted_scaled"]
    if apart.notna().any():
        sentence += f"; the theory at these n predicts them within {apart.max():.2f}"
    if ratio.notna().any():
        sentence += f", and the error at the largest n within {100 * (ratio - 1).abs().max():.0f} %"
    return f"{sentence}."


def support(frame: pd.DataFrame) -> str:
    """How often the support is found at the smallest and largest n, and how well that is predicted."""
    known = frame.dropna(subset=["exact_support"])
    if known.empty:
        return NOTHING
    largest = known[known["n"] == known["n"].max()].sort_values("exact_support")
    worst, best = largest.iloc[0], largest.iloc[-1]
    found = " to ".join(f"{shown(row, 'exact_support')} ({row['method']}, {row['family']})" for row in (worst, best))
    sentence = f"At n = {largest['n'].iloc[0]} the probability of the exact support runs from {found}"
    apart = known.assign(apart=(known["exact_support"] - known["exact_support_predicted"]).abs()).dropna(
        subset=["apart"]
    )
    if len(apart):
        row = apart.sort_values("apart", ascending=False, kind="stable").iloc[0]
        sentence += (
            f"; over all n the theory predicts it within {row['apart']:.2f} "
            f"(worst for {row['method']}, {row['family']}, n = {row['n']})"
        )
    return f"{sentence}."


def neutrality(frame: pd.DataFrame) -> str:
    """Extra bias of the intercept and along beta0 with balanced and with the rarest class, against the matched penalty.

    The component along beta0 is shown for the largest slope.
    """
    known = frame.dropna(subset=["difference", "difference_mcse"])
    if known.empty:
        return NOTHING
    first = known.iloc[0]
    known = known[(known["method"] == first["method"]) & (known["reference"] == first["reference"])]
    known = known[known["n"] == known["n"].max()].sort_values("prevalence", ascending=False)
    balanced, rarest = (known[known["scenario"] == known["scenario"].iloc[end]] for end in (0, -1))
    said = [_components(balanced)] + ([_components(rarest)] if len(rarest) < len(known) else [])
    return f"Extra bias of {first['method']} over {first['reference']}: {'; '.join(said)}."


def _components(rows: pd.DataFrame) -> str:
    """Whether the intercept's difference and that of the largest slope can be told from zero, with the numbers."""
    named = rows.set_index("parameter", drop=False)
    slopes = named.drop(index="intercept", errors="ignore")
    largest = slopes["true"].abs().idxmax()
    found = {"the intercept's component": "intercept"} if "intercept" in named.index else {}
    found |= {f"the component along beta0 ({largest})": str(largest)}
    said = []
    for component, parameter in found.items():
        row = named.loc[parameter]
        vanishes = abs(row["difference"]) <= TELLING * row["difference_mcse"]
        theory = f" (theory {row['t17']:.4f})" if np.isfinite(row["t17"]) else ""
        said.append(f"{component} {'vanishes' if vanishes else 'does not vanish'}: {shown(row, 'difference')}{theory}")
    return f"at prevalence {setting(rows['prevalence'].iloc[0])} {', and '.join(said)}"


def limit_law(result: LawDistances) -> str:
    """Distance to each law at the largest n."""
    if result.distances.empty:
        return NOTHING
    known = result.distances.dropna(subset=["kolmogorov"])
    last = known[known["n"] == known["n"].max()].sort_values("kolmogorov")
    worst = last.groupby("law", sort=False).tail(1)
    said = [
        f"{shown(row, 'kolmogorov')} from {LAW_WORDS[row['law']]} ({row['parameter']}, {row['method']})"
        for _, row in worst.iterrows()
    ]
    noise = f"{last['noise'].mean():.3f}"
    return f"At n = {last['n'].iloc[0]} no coefficient is further than {', '.join(said)}; noise alone gives {noise}."


def weak_oracle(frame: pd.DataFrame) -> str:
    """Selection and the largest error at the largest n, by method and family."""
    known = frame.dropna(subset=["exact_support"])
    last = known[known["n"] == known["n"].max()]
    if last.empty:
        return NOTHING
    said = [
        f"{row['method']}, {row['family']}: {shown(row, 'exact_support')} and {shown(row, 'sup_error')}"
        for _, row in last.iterrows()
    ]
    where = f"n = {last['n'].iloc[0]}, p = {last['p'].iloc[0]}"
    return f"At {where}, P(exact support) and the largest error on the support are {'; '.join(said)}."


def coefficients(frame: pd.DataFrame) -> str:
    """The largest bias in units of its standard error."""
    known = frame.dropna(subset=["bias", "empirical_se"])
    known = known[known["empirical_se"] > 0]
    if known.empty:
        return NOTHING
    row = known.loc[[(known["bias"] / known["empirical_se"]).abs().idxmax()]].iloc[0]
    relative = abs(row["bias"] / row["empirical_se"])
    where = f"{row['parameter']}, {row['method']}, {row['scenario']}"
    return f"The largest bias is {shown(row, 'bias')}, {relative:.2g} standard errors of the estimate ({where})."


def shown(row: Any, name: str) -> str:
    """A number with its MCSE."""
    return with_mcse(float(row[name]), float(row[f"{name}_mcse"]))
