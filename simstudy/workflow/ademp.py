"""A study as ADEMP (Morris, White & Crowther 2019): aim, data, estimands, methods, measures, and why R is enough."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from simstudy.sources.registry import SOURCES

#: Entries of a vector, and different values of a key, that are listed.
MOST_ENTRIES, MOST_VALUES = 8, 6
USUAL = "glm"
GLM = (
    "generalised linear model: E(y | x) = g^(−1)(α + x'β), y from the family, rows of X independent from the design; "
    "truth: β, its support, α"
)


def ademp(
    definition: Mapping[str, Any],
    methods: Sequence[tuple[str, str]],
    measures: pd.DataFrame | None,
    claims: pd.DataFrame | None,
) -> Iterator[tuple[str, list[str]]]:
    """Headings with their lines.

    Parameters
    ----------
    definition : mapping
        A resolved study file.
    methods : sequence of (str, str)
        Label of each method, and what it is.
    measures, claims : DataFrame, optional
        Of its results.
    """
    yield "Data", list(data(definition["scenario"]))
    yield "Estimands", [estimands(definition, measures)]
    yield "Methods", [f"{label}: {words}" if words else label for label, words in methods]
    if measures is not None and len(measures):
        own = measures[measures["reference"].isna() & ~measures["measure"].str.contains("failure_rate")]
        names = [str(name).replace("_", " ") for name in dict.fromkeys(own["measure"])]
        yield "Performance measures", [", ".join(names) + "; each with its Monte Carlo standard error (MCSE)"]
    yield "Replicates", list(replicates(measures, claims))


def data(scenarios: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Each source with its formula, and the values that its keys take."""
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for each in scenarios:
        kinds.setdefault(str(each.get("source", USUAL)), []).append(each)
    for kind, own in kinds.items():
        yield f"{kind}: {source_words(kind)}"
        for key in dict.fromkeys(name for each in own for name in each):
            if key not in {"label", "source", "code"}:
                yield f"{key} = {values([each[key] for each in own if key in each])}"


def source_words(kind: str) -> str:
    """What a source draws, from its own docstring; a plug-in's is not loaded for it."""
    if kind == USUAL:
        return GLM
    return (inspect.getdoc(SOURCES[kind]) or "").partition("\n")[0].rstrip(".") if kind in SOURCES else "a plug-in"


def values(found: Sequence[Any]) -> str:
    """Different values of a key; numbers of which there are many as a range."""
    different = list(dict.fromkeys(text(each) for each in found))
    if len(different) <= MOST_VALUES:
        return "; ".join(different) if any("," in each for each in different) else ", ".join(different)
    numbers = [each for each in found if isinstance(each, int | float) and not isinstance(each, bool)]
    if len(numbers) == len(found):
        return f"{text(min(numbers))} to {text(max(numbers))} ({len(different)} values)"
    return f"{different[0]}; ... ({len(different)} values)"


def text(value: Any) -> str:
    """A value as people read it."""
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:,.6g}".replace("-", "−")
    if isinstance(value, Mapping):
        parts = [
            text(each) if name in {"pattern", "law", "values"} else f"{name} {text(each)}"
            for name, each in value.items()
        ]
        return " ".join(parts)
    if isinstance(value, list):
        shown = ", ".join(text(each) for each in value[:MOST_ENTRIES])
        return f"({shown}{', …' if len(value) > MOST_ENTRIES else ''})"
    return str(value)


def estimands(definition: Mapping[str, Any], measures: pd.DataFrame | None) -> str:
    """What is estimated."""
    asked = [str(name).replace("_", " ") for name in definition.get("estimands", [])]
    if measures is None or "parameter" not in measures:
        return ", ".join(asked) or "those of the methods"
    names = list(dict.fromkeys(measures.get("estimand", measures["parameter"]).dropna().astype(str)))
    shown = [name.replace("_", " ") for name in names if not name.startswith("beta_")]
    return ", ".join(dict.fromkeys([*shown, *asked])) or "those of the methods"


def replicates(measures: pd.DataFrame | None, claims: pd.DataFrame | None) -> Iterator[str]:
    """How many data sets there are, and the claim whose margin is the smallest in units of its MCSE."""
    if measures is None or measures.empty:
        yield "none yet"
        return
    fewest, most = int(measures["attempted"].min()), int(measures["attempted"].max())
    yield f"R = {most:,} data sets for each scenario, the same for all methods" + (
        "" if fewest == most else f" ({fewest:,} at least)"
    )
    if claims is None or claims.empty:
        return
    own = claims[(claims["role"] == "claim") & (claims["estimate_mcse"] > 0)]
    if len(own):
        share = (own["estimate_mcse"] / own["margin"]).to_numpy(float)
        row = own.iloc[int(share.argmax())]
        yield (
            f"Enough: the largest MCSE in units of its claim's margin is {share.max():.2g} "
            f"({row['estimate_mcse']:.2g} against {row['margin']:g}, claim {row['claim']})."
        )
