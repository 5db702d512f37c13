"""Simulated law of sqrt(n)(betahat - beta0) next to the predicted one: distances, atoms at zero, quantiles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from simstudy.analyses import methods
from simstudy.analyses.groups import sample_size_groups
from simstudy.analyses.histograms import LAW, law_histograms
from simstudy.analyses.joins import one_of_each
from simstudy.analyses.registry import analysis
from simstudy.analyses.results import Results
from simstudy.analyses.sentences import NOTHING, of_row, place, plain_number, whole
from simstudy.errors import SimstudyError
from simstudy.measures.estimate import FloatArray
from simstudy.measures.proportion import proportion
from simstudy.measures.samples import Sample
from simstudy.report.columns import (
    estimate,
    failures,
    interval,
    number,
    text,
    theory,
    where_known,
)
from simstudy.report.figures.canvas import (
    Figure,
)
from simstudy.report.figures.law import limit_law_figure
from simstudy.report.figures.style import no_data
from simstudy.report.notes import FAILED, PARENTHESES, replicates
from simstudy.report.table import Table
from simstudy.seeding import Stream, generator
from simstudy.sources.glm import Scenario
from simstudy.theory.expected import draws_of_coefficient
from simstudy.theory.shifts import Target
from simstudy.verdicts.foretold import Targets
from simstudy.verdicts.found import Found
from simstudy.verdicts.slopes import log_log_slope

#: Law of a row of the table of limit laws, in words.
LAW_NAMES = {"T6": "T6/T7", "T10": "T10", "law": "around T17"}

LAW_WORDS = {"T6": "the limit law", "T10": "its finite-n form", "law": "the law around the pseudo-true parameter"}


#: Laws that are compared: the limit, its finite-n form, and the one around the pseudo-true parameter.
LAWS = ("T6", "T10", "law")
RESAMPLES = 200
NO_LAW = "No method of this study has both usable replicates and a predicted law."
#: Mean of Kolmogorov's distribution, sqrt(pi / 2) log 2.
KOLMOGOROV_MEAN = 0.8687
#: Levels of the quantiles that are compared, and of those that the Wasserstein distance is computed from.
LEVELS = np.arange(0.01, 1.0, 0.01)
FINE_LEVELS = (np.arange(1000) + 0.5) / 1000


@dataclass(frozen=True)
class LawDistances:
    """Result of `limit_law`.

    Parameters
    ----------
    distances : DataFrame
        One row for each scenario, method, coefficient and law: `kolmogorov` and `wasserstein` (on the scale of
        sqrt(n)(betahat - beta0)) with the bootstrap's `_mcse`, `_lower` and `_upper` (its 2.5 and 97.5 % points),
        `noise`, the Kolmogorov distance that a sample of this size has from its own law on average, `atom`, the
        proportion of exact zeros, with MCSE and Wilson interval, `atom_predicted`, `slope` of the log Wasserstein
        distance on log n over the scenarios that differ in n only, with its MCSE, and the counts.
    quantiles : DataFrame
        Simulated and predicted quantiles of the same cells: `level`, `simulated`, `predicted`.
    method : str
        The method whose law is drawn; empty where none has one.
    histograms : mapping of str to DataFrame
        By coefficient, what `law_histograms` returns of this method for the first scenarios that differ in n only.
    """

    distances: pd.DataFrame
    quantiles: pd.DataFrame
    method: str = ""
    histograms: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def limit_law(scenarios: Sequence[Scenario], results: Found, targets: Targets) -> LawDistances:
    """Distances of the simulated law of every coefficient from the laws of the theory.

    Parameters
    ----------
    scenarios : sequence of Scenario
    results : Found
    targets : mapping of (scenario label, method) to target
        Methods whose law the theory does not give are left out.

    Returns
    -------
    LawDistances
    """
    rows: list[dict[str, Any]] = []
    quantiles: list[pd.DataFrame] = []
    for scenario, method, sample, target in _samples(scenarios, results, targets):
        for parameter, law in product(sample.parameters, LAWS):
            try:
                draws = draws_of_coefficient(scenario, parameter, law, target)
            except SimstudyError:
                continue
            j = sample.parameters.index(parameter)
            errors = np.sqrt(scenario.n) * sample.all_errors[:, j]
            zero = -np.sqrt(scenario.n) * scenario.beta_with_intercept[j]
            cell = {"scenario": scenario.label, "method": method, "parameter": parameter, "law": law, "n": scenario.n}
            rows.append(cell | _distances(errors, draws, scenario.key) | _atoms(errors, draws, zero, sample))
            quantiles.append(_quantiles(cell, errors, draws))
    frame = pd.DataFrame(rows)
    if frame.empty:
        return LawDistances(frame, frame)
    frame["group"] = frame["scenario"].map(sample_size_groups(results.scenarios))
    return LawDistances(_with_slopes(frame), pd.concat(quantiles, ignore_index=True))


def _samples(
    scenarios: Sequence[Scenario], results: Found, targets: Targets
) -> Iterator[tuple[Scenario, str, Sample, Target]]:
    """Cells with two usable replicates at least."""
    for scenario in scenarios:
        for (label, method), target in targets.items():
            sample = results.sample(scenario.key, method) if label == scenario.label else None
            if sample is not None and len(sample.usable) > 1:
                yield scenario, method, sample, target


def _distances(errors: FloatArray, draws: FloatArray, key: str) -> dict[str, float]:
    """Both distances with the spread of bootstrap samples of the replicates."""
    points, ranks = np.unique(errors, return_inverse=True)
    ordered = np.sort(draws)
    at, below = (np.searchsorted(ordered, points, side=side) / len(draws) for side in ("right", "left"))
    predicted = np.quantile(draws, FINE_LEVELS)
    counts = [np.bincount(ranks, minlength=len(points))]
    rng = generator(0, key, Stream.BOOTSTRAP)
    counts += list(rng.multinomial(len(errors), counts[0] / len(errors), size=RESAMPLES))
    found = np.array([_pair(points, count / len(errors), at, below, predicted) for count in counts])
    noise = KOLMOGOROV_MEAN / np.sqrt(len(errors))
    return {
        "noise": noise,
        **dict(_summaries("kolmogorov", found[:, 0])),
        **dict(_summaries("wasserstein", found[:, 1])),
    }


def _pair(
    points: FloatArray, shares: FloatArray, at: FloatArray, below: FloatArray, predicted: FloatArray
) -> tuple[float, float]:
    """Kolmogorov and Wasserstein distance of a weighted sample from a law given at the points and by quantiles."""
    steps = np.cumsum(shares)
    kolmogorov = max(np.abs(steps - at).max(), np.abs(steps - shares - below).max())
    quantiles = points[np.minimum(np.searchsorted(steps, FINE_LEVELS), len(points) - 1)]
    return float(kolmogorov), float(np.abs(quantiles - predicted).mean())


def _summaries(name: str, values: FloatArray) -> Iterator[tuple[str, float]]:
    lower, upper = np.quantile(values[1:], [0.025, 0.975])
    spread = float(values[1:].std(ddof=1))
    # Replicates that all agree, as exact zeros do, cannot tell how far they are from the law.
    mcse = spread if spread > 1e-12 * values[0] else np.nan
    yield from ((name, values[0]), (f"{name}_mcse", mcse))
    yield from ((f"{name}_lower", float(lower)), (f"{name}_upper", float(upper)))


def _atoms(errors: FloatArray, draws: FloatArray, zero: float, sample: Sample) -> dict[str, Any]:
    atom = proportion((errors == zero)[:, None])
    attempted = len(sample.attempted)
    return {
        "atom": atom.value[0],
        "atom_mcse": atom.mcse[0],
        "atom_lower": atom.lower[0],
        "atom_upper": atom.upper[0],
        "atom_predicted": (draws == zero).mean(),
        "atom_predicted_mcse": np.sqrt((draws == zero).var() / len(draws)),
        "attempted": attempted,
        "usable": len(errors),
        "failed": attempted - len(errors),
        "conditional": len(errors) < attempted,
    }


def _quantiles(cell: dict[str, Any], errors: FloatArray, draws: FloatArray) -> pd.DataFrame:
    both = {"level": LEVELS, "simulated": np.quantile(errors, LEVELS), "predicted": np.quantile(draws, LEVELS)}
    return pd.DataFrame(cell | both)


def _with_slopes(frame: pd.DataFrame) -> pd.DataFrame:
    keys = ["group", "method", "parameter", "law"]
    slopes = [
        dict(zip(keys, key, strict=True)) | {"slope": line.slope, "slope_mcse": line.slope_mcse}
        for key, rows in frame.groupby(keys, sort=False)
        for line in [log_log_slope(*(rows[name].to_numpy(float) for name in ("n", "wasserstein", "wasserstein_mcse")))]
    ]
    order = [name for name in (*keys, "n") if name != "group"]
    table = frame.merge(pd.DataFrame(slopes), on=keys, how="left")
    return pd.concat([rows.sort_values(order, kind="stable") for _, rows in table.groupby("group", sort=False)])


def table(result: LawDistances) -> Table:
    """Distance of the simulated law from the predicted ones: one row for each coefficient, law and n."""
    caption = "Simulated and predicted laws"
    if result.distances.empty:
        return Table("limit_law", caption, (), (NO_LAW,), result.distances)
    data = result.distances.assign(name=result.distances["law"].map(LAW_NAMES))
    columns = (
        text("Scenario", "group"),
        text("Method", "method"),
        text("Coefficient", "parameter"),
        text("Law", "name"),
        number("n", "n", "$n$"),
        interval("Kolmogorov [95 % band]", "kolmogorov"),
        number("Noise", "noise"),
        interval("Wasserstein [95 % band]", "wasserstein"),
        *where_known(data, estimate("Rate in n", "slope")),
        estimate("P(zero)", "atom"),
        theory("P(zero), law", "atom_predicted", "atom"),
        failures(),
    )
    notes = (
        f"{replicates(data)} Laws of √n (estimate − truth). T6/T7: the limit; T10: its finite-n form; around T17: "
        "expansion around the pseudo-true parameter.",
        "Bands: percentiles of bootstrap samples of the replicates; they lie above a distance that is as small as the "
        "noise, the mean Kolmogorov distance of so many replicates from their own law.",
        "Rate: slope of log Wasserstein distance on log n over the scenarios that differ in n only.",
        PARENTHESES,
        FAILED,
    )
    return Table("limit_law", caption, columns, notes, data)


def sentence(result: LawDistances) -> str:
    """Which law is closest at the largest n, and how far it and the limit are at worst."""
    if result.distances.empty:
        return NOTHING
    known = result.distances.dropna(subset=["kolmogorov"])
    last = known[known["n"] == known["n"].max()].sort_values("kolmogorov")
    worst = last.groupby("law", sort=False).tail(1)
    said = [
        f"{of_row(row, 'kolmogorov')} from {LAW_WORDS[row['law']]} ({place(row, 'parameter', 'method')})"
        for _, row in worst.iloc[[0, -1] if len(worst) > 1 else [0]].iterrows()
    ]
    return (
        f"{LAW_WORDS[worst['law'].iloc[0]].capitalize()} is the closest at n = {whole(last['n'].iloc[0])}: at worst a "
        f"simulated law has Kolmogorov distance {', and '.join(said)}, where noise alone makes "
        f"{plain_number(float(last['noise'].mean()), 1)}."
    )


def figure(result: LawDistances) -> Figure:
    """Law of one nonzero and one zero coefficient of the first method that has one, n growing."""
    if result.quantiles.empty:
        return no_data(NO_LAW)
    labels = {label for histogram in result.histograms.values() if len(histogram) for label in histogram["scenario"]}
    rows = result.quantiles
    chosen = rows["scenario"].isin(labels) & (rows["method"] == result.method) & (rows["law"] == LAW)
    return limit_law_figure(result.histograms, rows[chosen], result.method)


@analysis("limit_law", table=table, sentence=sentence, figure=figure, needs=methods.lacks_glm)
def frame(results: Results) -> LawDistances:
    """Distance of the simulated law from the predicted ones."""
    study = results.study
    targets = methods.targets(study)
    found = limit_law(study.glm, results, targets)
    penalised = [each.name for each in study.methods if each.penalty is not None]
    method = next((name for name in penalised if any(name == other for _, other in targets)), "")
    if not method or found.distances.empty:
        return found
    group = set(found.distances.loc[found.distances["group"] == found.distances["group"].iloc[0], "scenario"])
    scenarios = [scenario for scenario in study.glm if scenario.label in group]
    drawn = {
        parameter: law_histograms(scenarios, results, targets, method, parameter)
        for parameter in one_of_each(scenarios[0].beta)
    }
    return replace(found, method=method, histograms=drawn)
