"""The figures of a study."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from simstudy.analyses.kinds import Choice
from simstudy.analyses.kinds import kind as kind_named
from simstudy.analyses.labels import with_labels
from simstudy.analyses.registry import drawings, sliders
from simstudy.analyses.results import Results
from simstudy.errors import SimstudyError
from simstudy.report.figures.canvas import Figure, rc_context
from simstudy.report.figures.compact import compact
from simstudy.report.figures.save import NUMBERS, write_figure
from simstudy.report.figures.style import SETTINGS
from simstudy.store.files import write_text
from simstudy.store.fingerprint import record
from simstudy.store.layout import Layout
from simstudy.study.study import Study
from simstudy.workflow.gathering import results_of
from simstudy.workflow.studies import layout_of, study_of

#: What bands and pale lines are, in each caption.
BANDS = "Bands and bars: 95 % Monte Carlo intervals. Pale lines, where there are some: what the theory predicts."


def figure(
    study: str | Path | Study,
    *,
    results: str | Path = "results",
    formats: Sequence[str] = ("svg", "pdf"),
    jobs: int = 1,
    kind: str = "",
    choice: Choice | None = None,
) -> tuple[list[Path], tuple[str, ...]]:
    """Draw the figures of a study's analyses from its results and write them.

    Parameters
    ----------
    study : str, Path or Study
        A study file, or the study itself.
    results : str or Path
        Folder of all results.
    formats : sequence of str
        Of svg, pdf and png.
    jobs : int
        Processes for predictions that no table has computed yet; -1 uses every core.
    kind : str
        A name of `analyses.kinds.KINDS`: this figure alone, in place of those of the study's analyses.
    choice : Choice, optional
        What a figure of this kind is of.

    Returns
    -------
    paths : list of Path
        What was written, in ``results/<study>/figures``.
    reasons : tuple of str
        Figures that could not be drawn, and why.

    Raises
    ------
    ConfigError
        There is no such format.
    ResultsError
        There are no results of this study.
    """
    chosen = study_of(study)
    layout = layout_of(chosen, results)
    found, made_from = results_of(chosen, layout, jobs)
    drawn, reasons = figures(found) if not kind else ({kind: of_kind(found, kind, choice or Choice())}, ())
    paths = [path for name, each in drawn.items() for path in written(each, name, layout.figures, formats)]
    if not kind:
        paths += write_sliders(found, layout)
    record(layout, paths, made_from)
    return paths, reasons


def of_kind(results: Results, name: str, choice: Choice) -> Figure:
    """A figure of a kind, whatever analyses the study asks for.

    Raises
    ------
    ConfigError
        There is no such kind, or the results have nothing of what it is to be of.
    """
    draw = kind_named(name)
    with rc_context(SETTINGS):
        return captioned(draw(results, choice), draw.__doc__ or "", results)


def written(figure: Figure, name: str, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Files of a figure, among them its one-panel form as SVG where it is written as SVG."""
    paths = write_figure(figure, name, folder, formats)
    if "svg" in formats:
        with rc_context(SETTINGS):
            small = compact(figure)
        paths += write_figure(small, f"{name}.small", folder, ("svg",))
    return paths


def write_sliders(results: Results, layout: Layout) -> Iterator[Path]:
    """Files that the report's sliders draw from; an analysis that cannot be made has none, as it has no figure."""
    for each, make in sliders(results.study):
        with suppress(SimstudyError):
            numbers = with_labels(results.once(each.name, each.frame), results.labels)
            path = layout.slider(each.name)
            write_text(path, json.dumps(make(numbers), separators=(",", ":")) + "\n")
            yield path


def figures(results: Results) -> tuple[dict[str, Figure], tuple[str, ...]]:
    """Draw the figures of a study's analyses.

    Returns
    -------
    figures : dict of name to Figure
    reasons : tuple of str
        Which could not be drawn, and why.
    """
    drawn: dict[str, Figure] = {}
    reasons = []
    with rc_context(SETTINGS):
        for name, (analysis, draw) in drawings(results.study).items():
            try:
                numbers = with_labels(results.once(analysis.name, analysis.frame), results.labels)
                drawn[name] = captioned(draw(numbers), draw.__doc__ or "", results)
            except SimstudyError as error:
                reasons.append(f"no figure {name}: {error}")
    return drawn, tuple(reasons)


def captioned(figure: Figure, drawn: str, results: Results) -> Figure:
    """The figure with a label that stands alone: what is drawn, its bands, the replicates and failures, the numbers.

    Parameters
    ----------
    figure : Figure
        Its label says the numbers.
    drawn : str
        Docstring of the function that drew it, whose first sentence says what is drawn.
    results : Results
    """
    own = results.measures[(results.measures["measure"] == "failure_rate") & results.measures["reference"].isna()]
    fewest, most = (f"{number:,}" for number in (own["attempted"].min(), own["attempted"].max()))
    count = f"R = {most}" if fewest == most else f"R = {fewest} to {most}"
    failed, fits = int(own["failed"].sum()), int(own["attempted"].sum())
    said = [
        drawn.strip().partition("\n")[0],
        f"{BANDS} {count} data sets for each scenario; {failed:,} of {fits:,} fits without a usable result.",
    ]
    figure.set_label(f"{' '.join(filter(None, said))} {NUMBERS} {figure.get_label()}")
    return figure
