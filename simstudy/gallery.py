"""The figures of the analyses; apart from their tables in `questions` because matplotlib is slow to load."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib as mpl
from matplotlib.figure import Figure

from simstudy.analyses.law_samples import intervals, law_histograms
from simstudy.errors import SimstudyError
from simstudy.questions import Summary, targets
from simstudy.report.figures.comparison import oracle_figure, tradeoff_figure
from simstudy.report.figures.law import limit_law_figure
from simstudy.report.figures.measures import measures_figure
from simstudy.report.figures.mechanisms import activation_figure, penalties_figure, training_figure
from simstudy.report.figures.neutrality import neutrality_figure
from simstudy.report.figures.root_n import root_n_figure
from simstudy.report.figures.selection import dispersion_figure, support_figure, uniformity_figure, weak_oracle_figure
from simstudy.report.figures.style import SETTINGS, no_data
from simstudy.report.figures.zip_plot import zip_figure
from simstudy.study.study import Study

Draw = Callable[[Summary], Figure]

#: Most methods and scenarios of a zip plot.
MOST_ZIPS = 4


def law_figure(summary: Summary) -> Figure:
    """Law of one nonzero and one zero coefficient of the first method that has one, n growing."""
    known = targets(summary.study)
    names = {method for _, method in known}
    methods = [each.name for each in summary.study.methods if each.name in names and each.penalty is not None]
    distances, quantiles = summary.frame("limit_law").distances, summary.frame("limit_law").quantiles
    if not methods or distances.empty:
        return no_data("No method of this study has both usable replicates and a predicted law.")
    method, group = methods[0], distances["group"].iloc[0]
    labels = set(distances.loc[distances["group"] == group, "scenario"])
    scenarios = [scenario for scenario in summary.study.glm if scenario.label in labels]
    parameters = one_of_each(summary, scenarios[0].label)
    drawn = {name: law_histograms(scenarios, summary.results, known, method, name) for name in parameters}
    chosen = quantiles["scenario"].isin(labels) & (quantiles["method"] == method) & (quantiles["law"] == "law")
    return limit_law_figure(drawn, quantiles[chosen], method)


def one_of_each(summary: Summary, label: str) -> list[str]:
    """First nonzero and first zero slope of a scenario, as far as it has them."""
    (beta,) = summary.scenarios.loc[summary.scenarios["scenario"] == label, "beta_true"]
    nonzero = next((f"beta_{j}" for j, value in enumerate(beta, start=1) if value != 0), None)
    zero = next((f"beta_{j}" for j, value in enumerate(beta, start=1) if value == 0), None)
    return [name for name in (nonzero, zero) if name is not None]


def coverage_figure(summary: Summary) -> Figure:
    """Intervals of the first nonzero slope in the smallest and the largest samples."""
    sizes = summary.scenarios["n"]
    ends = summary.scenarios[sizes.isin([sizes.min(), sizes.max()])].head(MOST_ZIPS)
    parameter = one_of_each(summary, str(ends["scenario"].iloc[0]))[0]
    methods = [method.name for method in summary.study.methods if method.se][:MOST_ZIPS]
    found = intervals(summary.results, methods, parameter)
    return zip_figure(found[found["scenario"].isin(ends["scenario"])] if len(found) else found, parameter)


def fallback(summary: Summary) -> Figure:
    """The figure that any study has."""
    return measures_figure(summary.measures, summary.scenarios)


#: Figures of each analysis by their file names.
FIGURES: dict[str, dict[str, Draw]] = {
    "root_n": {"root_n": lambda s: root_n_figure(s.frame("root_n"))},
    "support": {"support": lambda s: support_figure(s.frame("support"))},
    "neutrality": {"neutrality": lambda s: neutrality_figure(s.frame("neutrality"))},
    "limit_law": {"limit_law": law_figure},
    "oracle": {"oracle": lambda s: oracle_figure(s.frame("oracle")), "coverage": coverage_figure},
    "dispersion": {"dispersion": lambda s: dispersion_figure(s.frame("dispersion"))},
    "tradeoff": {
        "tradeoff": lambda s: tradeoff_figure(s.frame("tradeoff").query("comparison != 'matched'")),
        "tradeoff_matched": lambda s: tradeoff_figure(s.frame("tradeoff").query("comparison == 'matched'")),
    },
    "weak_oracle": {"weak_oracle": lambda s: weak_oracle_figure(s.frame("weak_oracle"))},
    "penalties": {"penalties": lambda s: penalties_figure(s.frame("penalties"))},
    "activation": {"activation": lambda s: activation_figure(s.frame("activation"))},
    "training": {"training": lambda s: training_figure(s.frame("training"))},
    "uniformity": {"uniformity": lambda s: uniformity_figure(s.frame("uniformity"))},
}


def drawings(study: Study) -> dict[str, Draw]:
    """How each figure of a study's analyses is drawn; a study whose analyses have none gets `fallback`."""
    wanted: dict[str, Draw] = {}
    for name in study.analyses:
        wanted |= FIGURES.get(name, {})
    return wanted or {"measures": fallback}


def figure_names(study: Study) -> list[str]:
    """File names of a study's figures."""
    return list(drawings(study))


def figures(summary: Summary) -> tuple[dict[str, Figure], tuple[str, ...]]:
    """Draw the figures of a study's analyses.

    Returns
    -------
    figures : dict of name to Figure
    reasons : tuple of str
        Which could not be drawn, and why.
    """
    drawn: dict[str, Figure] = {}
    reasons = []
    with mpl.rc_context(SETTINGS):
        for name, draw in drawings(summary.study).items():
            try:
                drawn[name] = draw(summary)
            except SimstudyError as error:
                reasons.append(f"no figure {name}: {error}")
    return drawn, tuple(reasons)
