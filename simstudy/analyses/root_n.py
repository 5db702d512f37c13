"""How fast the error falls with n, and the constant in front of n^(-1/2) (T9)."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from simstudy.analyses.groups import sample_size_groups
from simstudy.analyses.joins import COUNTS, measure_rows, of_kind, whole_parameter, with_predictions, with_scenarios
from simstudy.analyses.registry import analysis
from simstudy.analyses.results import Results
from simstudy.analyses.sentences import NOTHING, TELLING, largest, measured, of_row, place, plain_number, span, whole
from simstudy.measures import WHOLE
from simstudy.measures.numbers import with_mcse
from simstudy.report.columns import (
    best,
    estimate,
    failures,
    interval,
    number,
    p_value,
    text,
    theory,
    where_known,
)
from simstudy.report.figures.canvas import (
    Axes,
    Figure,
    FuncFormatter,
    Line2D,
    LogLocator,
    NullFormatter,
)
from simstudy.report.figures.panels import Panel, split
from simstudy.report.figures.style import (
    Look,
    legend,
    looks,
    no_data,
    panels,
    plain_tick,
    predicted,
    simulated,
    size_axis,
)
from simstudy.report.notes import BEST, FAILED, PARENTHESES, THEORY, replicates
from simstudy.report.table import Table
from simstudy.verdicts.slopes import log_log_slope, predicted_slope

#: Slopes that are closer than this to those of the theory are called as it says, a scientific tolerance.
AS_PREDICTED = 0.1


@dataclass(frozen=True)
class RootN:
    """Result of `root_n`.

    Parameters
    ----------
    slopes : DataFrame
        One row for each group of scenarios that differ in n only and each method: `group`, `method`, the group's
        columns, the fields of `Slope`, `predicted_slope` with its MCSE; at the largest n (`n_largest`) `scaled` =
        sqrt(n) RMSE and its prediction `predicted_scaled`, each with its MCSE; counts summed over n.
    points : DataFrame
        One row for each scenario and method: `rmse`, `scaled` = sqrt(n) RMSE and the predictions of both, each with
        its MCSE, and the counts.
    """

    slopes: pd.DataFrame
    points: pd.DataFrame

    @property
    def of_what(self) -> str:
        """What the error is that of."""
        parameter = str(self.points["parameter"].iloc[0])
        return "whole vector" if parameter == WHOLE else parameter


def root_n(
    measures: pd.DataFrame, scenarios: pd.DataFrame, predictions: pd.DataFrame | None = None, parameter: str = WHOLE
) -> RootN:
    """Slope of log RMSE on log n, and sqrt(n) RMSE next to the constant that the theory predicts (T9).

    Parameters
    ----------
    measures : DataFrame
        What `measures.summarise` returns.
    scenarios : DataFrame
        Columns of `records.SCENARIO_SCHEMA`.
    predictions : DataFrame, optional
        Columns scenario, method, quantity, parameter, predicted, predicted_mcse; rows of quantity `rmse` are used.
        A row without a prediction gets NaN.
    parameter : str
        `all` for the whole vector (slopes; the intercept left out), or another parameter of the measures, such as
        `intercept`, `beta_1`, or the name of an estimand that is a number.

    Returns
    -------
    RootN
        A scenario in which every fit failed stays in `points` with NaN and is left out of the regression.
    """
    rows = with_scenarios(measure_rows(measures, "rmse", parameter), scenarios)
    rows = with_predictions(rows, of_kind(predictions, "quantity", "rmse"), on=["scenario", "method", "parameter"])
    rows = rows.rename(columns={"value": "rmse", "mcse": "rmse_mcse"})
    root = np.sqrt(rows["n"])
    points = rows.assign(
        group=rows["scenario"].map(sample_size_groups(scenarios)),
        scaled=root * rows["rmse"],
        scaled_mcse=root * rows["rmse_mcse"],
        predicted_scaled=root * rows["predicted"],
        predicted_scaled_mcse=root * rows["predicted_mcse"],
    ).drop(columns=["reference", "measure", "lower", "upper"])
    groups = points.groupby(["group", "method"], sort=False)
    return RootN(slopes=pd.DataFrame([_group_row(group) for _, group in groups]), points=points)


def _group_row(group: pd.DataFrame) -> dict[str, object]:
    largest = group.sort_values("n").iloc[-1]
    columns = ["n", "rmse", "rmse_mcse", "predicted", "predicted_mcse"]
    n, rmse, rmse_mcse, predicted, predicted_mcse = group[columns].to_numpy(np.float64).T
    relative = np.divide(rmse_mcse, rmse, out=np.full(len(n), np.nan), where=rmse > 0)
    theory, theory_mcse = predicted_slope(n, predicted, predicted_mcse, relative)
    kept = ["group", "method", "parameter", "family", "p", "s", "prevalence"]
    scaled = ["scaled", "scaled_mcse", "predicted_scaled", "predicted_scaled_mcse"]
    return {
        **{name: largest[name] for name in kept},
        **asdict(log_log_slope(n, rmse, rmse_mcse)),
        "predicted_slope": theory,
        "predicted_slope_mcse": theory_mcse,
        "n_smallest": group["n"].min(),
        "n_largest": largest["n"],
        **{name: largest[name] for name in scaled},
        **{name: group[name].sum() for name in COUNTS[:3]},
        "conditional": bool(group["conditional"].any()),
    }


def has_family_names(slopes: pd.DataFrame) -> bool:
    """Whether the family tells the groups apart, so that it can name them."""
    return bool(slopes["family"].notna().all() and not slopes.duplicated(["family", "method"]).any())


def table(result: RootN) -> Table:
    """Rate and constant of the error: one row for each group of scenarios that differ in n only, and method."""
    slopes = result.slopes
    columns = (
        text("Family", "family") if has_family_names(slopes) else text("Scenario", "group"),
        text("Method", "method"),
        interval("Slope [95 % CI]", "slope"),
        *where_known(slopes, theory("Slope, theory", "predicted_slope", "slope")),
        p_value("Lack of fit p", "lack_of_fit_p", r"Lack of fit $p$"),
        number("Largest n", "n_largest", r"Largest $n$"),
        best(estimate("√n RMSE", "scaled", r"$\sqrt{n}\,$RMSE"), "scaled", ["group"]),
        *where_known(slopes, theory("√n RMSE, theory", "predicted_scaled", "scaled", r"$\sqrt{n}\,$RMSE, theory")),
        failures(),
    )
    sizes = sorted(result.points["n"].unique())
    notes = (
        f"{replicates(result.points)} n = {', '.join(map(str, sizes))}. RMSE is that of "
        f"{'the whole vector of slopes' if result.of_what == 'whole vector' else result.of_what}.",
        "Slope of log RMSE on log n by weighted least squares: −0.5 is root-n convergence. A small p says that the "
        "points do not lie on one line. The theory's slope is fitted to the RMSE that it predicts at the same n.",
        PARENTHESES,
        THEORY,
        BEST,
        f"{FAILED} Counts are over all n.",
    )
    return Table("root_n", "Error against sample size: rate, and constant at the largest n", columns, notes, slopes)


def sentence(result: RootN) -> str:
    """Whether the error falls as the theory says, and how far from it the slopes and the last errors are at worst."""
    slopes = result.slopes.dropna(subset=["slope", "slope_mcse"]).sort_values("slope")
    if slopes.empty:
        return NOTHING
    sizes = f"n = {whole(slopes['n_smallest'].min())} to {whole(slopes['n_largest'].max())}"
    known = slopes.dropna(subset=["predicted_slope", "predicted_scaled"])
    if known.empty:
        ends = (slopes.iloc[0], slopes.iloc[-1])
        found = span(*(f"{of_row(row, 'slope')} ({place(row, 'method', _group(row))})" for row in ends))
        slope = "a slope" if len(slopes) == 1 else "slopes"
        return f"From {sizes} log RMSE falls with {slope} of {found}, where root n would be −0.5."
    apart = (known["slope"] - known["predicted_slope"]).abs()
    row = largest(known, apart)
    off = (known["scaled"] / known["predicted_scaled"] - 1.0).abs()
    holds = _holds(apart, known["slope_mcse"])
    return (
        f"{holds}: from {sizes} the slope of log RMSE on log n is off by "
        f"{measured(apart.max(), row['slope_mcse'])} at most ({place(row, 'method', _group(row))}), and the error "
        f"at the largest n by {plain_number(100.0 * off.max())} %."
    )


def _holds(apart: pd.Series, mcse: pd.Series) -> str:
    """Whether the slopes are those of the theory, as far as their errors tell."""
    if apart.max() <= AS_PREDICTED:
        return "The error falls as the theory at these n says"
    told = (apart - TELLING * mcse).max() > AS_PREDICTED
    return (
        "The error does not fall as the theory says" if told else "Whether the error falls as theory says is not clear"
    )


def _group(row: pd.Series) -> str:
    return "group" if pd.isna(row["family"]) else "family"


def figure(result: RootN) -> Figure:
    """RMSE against n with slopes (above), sqrt(n) RMSE with the theory (below), a column for each kind of scenario."""
    points = result.points
    if points["rmse"].notna().sum() == 0:
        return no_data("No fit succeeded: there is no error to draw.")
    parts, known = split(points, ["group"]), looks(points["method"])
    figure, axes = panels(len(parts), 3, height=2.9, rows_of=2)
    for k, part in enumerate(parts):
        upper, lower = axes[:, k]
        upper.set_title(part.title)
        _errors(upper, part, known, result.slopes)
        _scaled(lower, part, known)
        if k % min(len(parts), 3) == 0:
            upper.set_ylabel(f"RMSE ({result.of_what})")
            lower.set_ylabel("√n · RMSE")
    legend(figure, known, theory=bool(points["predicted"].notna().any()))
    figure.set_label(_described(result))
    return figure


def _errors(axes: Axes, part: Panel, known: dict[str, Look], slopes: pd.DataFrame) -> None:
    handles = []
    for method, rows in part.rows.groupby("method", sort=False):
        own, look = rows.sort_values("n"), known[str(method)]
        simulated(axes, own["n"], own, "rmse", look)
        predicted(axes, own["n"], own["predicted"], look)
        handles.append(
            Line2D([], [], color=look.colour, marker=look.marker, ls="", mfc="white", label=_slope(own, slopes))
        )
    _reference(axes, part.rows)
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter(FuncFormatter(plain_tick))
    axes.yaxis.set_minor_formatter(NullFormatter())
    size_axis(axes, part.rows["n"])
    # Below the lines there has to be room for the slopes.
    low, high = axes.get_ylim()
    axes.set_ylim(low * (low / high) ** 0.45, high)
    axes.legend(
        handles=handles, title="slope", title_fontsize=7.5, fontsize=7.5, loc="lower left",
        handletextpad=0.1, borderaxespad=0.2, labelspacing=0.25, alignment="left",
    )  # fmt: skip


def _slope(own: pd.DataFrame, slopes: pd.DataFrame) -> str:
    first = own.iloc[0]
    row = slopes[(slopes["group"] == first["group"]) & (slopes["method"] == first["method"])].iloc[0]
    return "–" if np.isnan(row["slope"]) else f"{row['slope']:.2f}".replace("-", "−")


def _reference(axes: Axes, rows: pd.DataFrame) -> None:
    """Line of slope -1/2 above the points, for the eye."""
    n = np.sort(rows["n"].unique().astype(float))
    top = 1.35 * np.nanmax(rows["rmse"].to_numpy(float) * np.sqrt(rows["n"].to_numpy(float)))
    axes.plot(n, top / np.sqrt(n), color="#555555", linewidth=0.9, linestyle=(0, (6, 3)), zorder=0)
    middle = np.sqrt(n[0] * n[-1])
    axes.annotate(
        "slope −½",
        (middle, top / np.sqrt(middle)),
        xytext=(3, 3),
        textcoords="offset points",
        fontsize=7.5,
        color="#333333",
    )


def _scaled(axes: Axes, part: Panel, known: dict[str, Look]) -> None:
    for method, rows in part.rows.groupby("method", sort=False):
        own, look = rows.sort_values("n"), known[str(method)]
        simulated(axes, own["n"], own, "scaled", look)
        predicted(axes, own["n"], own["predicted_scaled"], look)
    size_axis(axes, part.rows["n"])
    axes.set_ylim(bottom=0.0)


def _described(result: RootN) -> str:
    slopes = "; ".join(
        f"{row['method']} in {row['group']} {with_mcse(row['slope'], row['slope_mcse'])}"
        for row in result.slopes.to_dict("records")
    )
    return f"RMSE against n on logarithmic axes, and root n times RMSE next to the theory. Slopes: {slopes}."


@analysis("root_n", table=table, sentence=sentence, figure=figure)
def frame(results: Results) -> RootN:
    """Rate at which the error falls with n, and the constant."""
    parameter = whole_parameter(results.measures, "rmse", results.study.estimand)
    return root_n(results.measures, results.scenarios, results.limit_theory, parameter)
