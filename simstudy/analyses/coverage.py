"""Coverage of the fits' own 95 % intervals, nonzero and zero coefficients apart; intervals of length zero are shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simstudy.analyses.intervals import covers, ranked_intervals, with_errors
from simstudy.analyses.joins import COUNTS, SCENARIO_COLUMNS, one_of_each
from simstudy.analyses.methods import lacks_coefficients
from simstudy.analyses.registry import analysis
from simstudy.analyses.results import Results
from simstudy.analyses.sentences import NOTHING, of_row, whole
from simstudy.measures.estimate import CONFIDENCE, FloatArray
from simstudy.measures.moments import mean
from simstudy.measures.samples import Sample
from simstudy.report.columns import estimate, failures, interval, number, text, where_known
from simstudy.report.figures.canvas import Figure
from simstudy.report.figures.zip_plot import zip_figure
from simstudy.report.notes import FAILED, PARENTHESES, replicates
from simstudy.report.table import Table
from simstudy.study.study import Study
from simstudy.verdicts.found import Found

#: Most methods and scenarios of a zip plot.
MOST_ZIPS = 4


@dataclass(frozen=True)
class Coverage:
    """Result of `coverage`.

    Parameters
    ----------
    shares : DataFrame
        One row for each scenario, method and kind of coefficients (nonzero, zero, intercept): the scenario's columns,
        `coverage`, averaged over the coefficients of the kind, `zero_length`, the share of their intervals that have
        length zero (an estimate of exactly zero), and `other`, the coverage of the intervals of positive length, each
        with its MCSE over replicates; `coverage` with its interval too; the counts, usable being the replicates that
        have standard errors.
    intervals : DataFrame
        What `ranked_intervals` returns of `parameter` in the smallest and the largest samples.
    parameter : str
        The first nonzero slope.
    """

    shares: pd.DataFrame
    intervals: pd.DataFrame
    parameter: str


def coverage(results: Found, methods: Sequence[str]) -> pd.DataFrame:
    """The shares of `Coverage`, of the methods named that have standard errors."""
    rows = [row for _, truth in results.scenarios.iterrows() for row in _rows(results, truth, methods)]
    return pd.DataFrame(rows)


def _rows(results: Found, truth: pd.Series, methods: Sequence[str]) -> Iterator[dict[str, Any]]:
    for method in methods:
        sample = results.sample(str(truth["scenario_key"]), method)
        if sample is None or sample.standard_errors is None:
            continue
        named = {name: truth[name] for name in ("scenario", "scenario_key", *SCENARIO_COLUMNS)}
        for kind, chosen in _kinds(sample).items():
            if chosen.any():
                yield {**named, "method": method, "coefficients": kind, **_shares(sample, chosen)}


def _kinds(sample: Sample) -> dict[str, NDArray[np.bool_]]:
    """Which parameters are of each kind, (q,)."""
    support = sample.beta_true != 0.0
    slope = np.arange(len(sample.parameters)) >= len(sample.parameters) - len(support)
    padded = np.concatenate([np.zeros(len(sample.parameters) - len(support), dtype=bool), support])
    return {"nonzero": slope & padded, "zero": slope & ~padded, "intercept": ~slope}


def _shares(sample: Sample, chosen: NDArray[np.bool_]) -> dict[str, Any]:
    known = with_errors(sample)
    spread = np.empty((0, 0)) if sample.standard_errors is None else sample.standard_errors[known][:, chosen]
    covered, empty = covers(sample)[known][:, chosen], spread == 0.0
    found = mean(covered.mean(axis=1, keepdims=True))
    attempted, usable = len(sample.attempted), int(known.sum())
    counts = (attempted, usable, attempted - usable, usable < attempted)
    return {
        "coverage": found.value[0],
        **{f"coverage_{part}": getattr(found, part)[0] for part in ("mcse", "lower", "upper")},
        **_one("zero_length", empty.mean(axis=1)),
        **_ratio("other", (covered & ~empty).sum(axis=1), (~empty).sum(axis=1)),
        **dict(zip(COUNTS, counts, strict=True)),
    }


def _one(name: str, shares: FloatArray) -> dict[str, float]:
    found = mean(shares[:, np.newaxis])
    return {name: found.value[0], f"{name}_mcse": found.mcse[0]}


def _ratio(name: str, part: NDArray[np.int64], whole: NDArray[np.int64]) -> dict[str, float]:
    """Ratio of the means of two counts, with its MCSE by the delta method; NaN where there is nothing to count."""
    if not whole.sum():
        return {name: np.nan, f"{name}_mcse": np.nan}
    ratio = part.sum() / whole.sum()
    residual = mean(((part - ratio * whole) / whole.mean())[:, np.newaxis])
    return {name: float(ratio), f"{name}_mcse": float(residual.mcse[0])}


def table(result: Coverage) -> Table:
    """Coverage: one row for each scenario, method and kind of coefficients."""
    columns = (
        text("Scenario", "scenario"),
        text("Method", "method"),
        number("n", "n", "$n$"),
        text("Coefficients", "coefficients"),
        interval("Coverage [95 % CI]", "coverage"),
        estimate("Intervals of length 0", "zero_length"),
        *where_known(result.shares, estimate("Coverage of the others", "other")),
        failures(),
    )
    notes = (
        f"{replicates(result.shares)} Coverage of the method's own 95 % intervals, averaged over the coefficients.",
        "An estimate of exactly zero has an interval of length zero, which covers a coefficient that is zero and no "
        "other.",
        PARENTHESES,
        f"{FAILED} A fit counts when it has a standard error of every coefficient.",
    )
    return Table("coverage", "Coverage of 95 % intervals", columns, notes, result.shares)


def sentence(result: Coverage) -> str:
    """Where intervals of nonzero coefficients cover most and least often at the largest n."""
    if result.shares.empty:
        return NOTHING
    known = result.shares[result.shares["coefficients"] == "nonzero"].dropna(subset=["coverage"])
    if known.empty:
        return NOTHING
    last = known[known["n"] == known["n"].max()].sort_values("coverage", kind="stable")
    ends = dict.fromkeys(
        f"{of_row(row, 'coverage', ' %', 100.0)} of the data sets with {row['method']}"
        for _, row in last.iloc[[0, -1]].iterrows()
    )
    return (
        f"At n = {whole(last['n'].iloc[0])} intervals of nominal {CONFIDENCE:.0%} cover nonzero coefficients in "
        f"{' and in '.join(ends)}."
    )


def figure(result: Coverage) -> Figure:
    """Zip plot of the first nonzero slope in the smallest and the largest samples."""
    return zip_figure(result.intervals, result.parameter)


def lacks_errors(study: Study) -> str:
    """Why there are no intervals; empty if there are."""
    needed = "" if any(method.se for method in study.methods) else "a method with se = true"
    return lacks_coefficients(study) or needed


@analysis("coverage", table=table, sentence=sentence, figure=figure, needs=lacks_errors)
def frame(results: Results) -> Coverage:
    """Coverage of the fits' own 95 % intervals."""
    methods = [method.name for method in results.study.methods if method.se]
    sizes = results.scenarios["n"]
    ends = results.scenarios[sizes.isin([sizes.min(), sizes.max()])].head(MOST_ZIPS)
    parameter = one_of_each(ends["beta_true"].iloc[0])[0]
    drawn = ranked_intervals(results, methods[:MOST_ZIPS], parameter)
    chosen = drawn[drawn["scenario"].isin(ends["scenario"])] if len(drawn) else drawn
    return Coverage(coverage(results, methods), chosen, parameter)
