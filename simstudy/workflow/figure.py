"""The figures of a study."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from simstudy.analyses.labels import with_labels
from simstudy.analyses.registry import drawings
from simstudy.analyses.results import Results
from simstudy.errors import SimstudyError
from simstudy.report.figures.canvas import Figure, rc_context
from simstudy.report.figures.save import write_figure
from simstudy.report.figures.style import SETTINGS
from simstudy.store.fingerprint import record
from simstudy.study.study import Study
from simstudy.workflow.gathering import results_of
from simstudy.workflow.studies import layout_of, study_of


def figure(
    study: str | Path | Study,
    *,
    results: str | Path = "results",
    formats: Sequence[str] = ("svg", "pdf"),
    jobs: int = 1,
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
    drawn, reasons = figures(found)
    paths = [path for name, each in drawn.items() for path in write_figure(each, name, layout.figures, formats)]
    record(layout, paths, made_from)
    return paths, reasons


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
                drawn[name] = draw(with_labels(results.once(analysis.name, analysis.frame), results.labels))
            except SimstudyError as error:
                reasons.append(f"no figure {name}: {error}")
    return drawn, tuple(reasons)
