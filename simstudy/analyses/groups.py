"""Which scenarios differ in the sample size only."""

from __future__ import annotations

import pandas as pd


def sample_size_groups(scenarios: pd.DataFrame) -> dict[str, str]:
    """Name of the group of each scenario; scenarios of one group differ in n and in nothing else.

    The columns of a scenario do not hold every property of its design, so two scenarios whose labels differ by more
    than the token of n (`_n100`) are kept apart. Where prevalence was asked for, the intercept follows from it.
    """
    first: dict[tuple[object, ...], str] = {}
    names: dict[str, str] = {}
    for truth in scenarios.to_dict("records"):
        label, token = str(truth["scenario"]), f"n{truth['n']}"
        tokens = label.split("_")
        stem = "_".join(part for part in tokens if part != token) if token in tokens else ""
        level = (
            ("intercept", truth["intercept"]) if pd.isna(truth["prevalence"]) else ("prevalence", truth["prevalence"])
        )
        columns = [truth[column] for column in ("family", "p", "s", "design", "rho", "sigma")]
        key = (stem, *[None if pd.isna(value) else value for value in (*level, *columns)], *truth["beta_true"])
        if key not in first:
            # Coefficients that depend on n give one stem to several groups, which must not merge.
            first[key] = stem if stem and stem not in first.values() else label
        names[label] = first[key]
    return names
