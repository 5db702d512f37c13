"""What regularisation does to a boundary: tilting angle, distance and errors against the level (G5, G7)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from simstudy.analyses.boundaries import lacks, means, rows_of, series, usable
from simstudy.analyses.registry import analysis
from simstudy.analyses.results import Results
from simstudy.analyses.sentences import NOTHING
from simstudy.report.columns import estimate, failures, number, text, where_varying
from simstudy.report.figures.canvas import Figure
from simstudy.report.figures.geometry import levels_figure
from simstudy.report.notes import FAILED, PARENTHESES, replicates
from simstudy.report.table import Table
from simstudy.study.study import Study

#: Estimand -> name of its column and unit: degrees, and percent of the images.
QUANTITIES = {
    "tilting_angle": ("theta", 180.0 / np.pi),
    "adversarial_distance": ("d_adv", 1.0),
    "training_error": ("training_error", 100.0),
    "test_error": ("test_error", 100.0),
}
#: An angle of 1e-14 degrees is zero and rounding.
DECIMALS = 6


def tilting(rows: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    """Means over data sets at each level.

    Parameters
    ----------
    rows : DataFrame
        Replicate rows with the estimands of `QUANTITIES`.
    kinds : mapping of str to str
        Series of each method; methods without a level are left out.

    Returns
    -------
    DataFrame
        One row for each scenario and method, levels falling within a series: `scenario`, `scenario_key`, `series`,
        `method`, `lam`, and with MCSEs `theta` (degrees), `d_adv` (in the units of the data), `training_error` and
        `test_error` (%); the counts. A fit without a boundary (w = 0) counts as failed.
    """
    found = []
    for (key, method), own in rows[rows["lam"].notna()].groupby(["scenario_key", "method"], sort=False, observed=True):
        good = usable(own, list(QUANTITIES))
        values = {
            name: np.round(unit * good[estimand].to_numpy(float), DECIMALS)
            for estimand, (name, unit) in QUANTITIES.items()
        }
        failed = len(own) - len(good)
        names = {"scenario": own["scenario"].iloc[0], "scenario_key": key, "series": kinds[str(method)]}
        counts = {"attempted": len(own), "usable": len(good), "failed": failed, "conditional": failed > 0}
        found.append({**names, "method": str(method), "lam": own["lam"].median(), **means(values), **counts})
    frame = pd.DataFrame(found)
    places = {name: place for place, name in enumerate(dict.fromkeys(frame["series"]))}
    order = pd.DataFrame(
        {
            "scenario": pd.factorize(frame["scenario_key"])[0],
            "series": frame["series"].map(places),
            "lam": -frame["lam"],
        }
    )
    return frame.loc[order.sort_values(list(order.columns)).index].reset_index(drop=True)


def table(result: pd.DataFrame) -> Table:
    """One row for each scenario, series and level."""
    columns = (
        *where_varying(result, text("Scenario", "scenario"), text("Estimator", "series")),
        number("λ", "lam", r"$\lambda$"),
        estimate("Angle", "theta", r"$\theta$"),
        estimate("Distance", "d_adv", r"$d_{adv}$"),
        estimate("Training error", "training_error"),
        estimate("Test error", "test_error"),
        failures(),
    )
    notes = (
        f"{replicates(result)} Angle: between the boundary's normal and the line through the classes' centroids, in "
        "degrees. Distance: mean signed l_2 distance of the training data to the boundary. Errors in %.",
        PARENTHESES,
        f"{FAILED} So does a fit whose weights are all zero, which has no boundary.",
    )
    return Table("tilting", "Tilting angle, distance and errors at each level", columns, notes, result)


def sentence(result: pd.DataFrame) -> str:
    """For the series that loses most of its distance, how much, and by which angle it has tilted."""
    known = result.dropna(subset=["theta", "d_adv"])
    if known.empty:
        return NOTHING
    ends = known.groupby(["scenario", "series"], sort=False).agg(
        first=("d_adv", "first"), last=("d_adv", "last"), angle=("theta", "last"), lam=("lam", "last")
    )
    share = (ends["last"] / ends["first"]).to_numpy(float)
    place = int(share.argmin())
    row, (scenario, name) = ends.iloc[place], list(ends.index)[place]
    return (
        f"Weak regularisation tilts the boundary and brings it close to the data, most for {name} in {scenario}: at "
        f"λ = {row['lam']:g} it is tilted by {row['angle']:.2g} degrees and has {share[place]:.0%} of the distance "
        "that it has at the largest level."
    )


def figure(result: pd.DataFrame) -> Figure:
    """Angle, distance and errors against the level, a column of panels for each scenario."""
    radians = {name: np.radians(result[name]) for name in ("theta", "theta_mcse")}
    return levels_figure(result.assign(**radians), series="series", by="scenario")


def needs(study: Study) -> str:
    """What a study lacks."""
    return lacks(study, list(QUANTITIES))


@analysis("tilting", table=table, sentence=sentence, figure=figure, needs=needs)
def frame(results: Results) -> pd.DataFrame:
    """What regularisation does to the boundary."""
    return tilting(rows_of(results), series(results.study))
