"""One HTML file on some studies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from simstudy.analyses.registry import analyses_of, drawings, sliders
from simstudy.errors import ResultsError, SimstudyError
from simstudy.report.page import Section, render
from simstudy.report.table import table_paths
from simstudy.store.definition import read_definition
from simstudy.store.files import write_text
from simstudy.store.fingerprint import noted, stored
from simstudy.store.layout import Layout
from simstudy.store.lock import refuse_links
from simstudy.store.predictions import read_predictions
from simstudy.study.labels import described_methods
from simstudy.study.study import Study
from simstudy.workflow.claims import claims
from simstudy.workflow.current import current_measures, fingerprint, maker, of_claims
from simstudy.workflow.figure import figure
from simstudy.workflow.outline import outline_of
from simstudy.workflow.sections import section
from simstudy.workflow.studies import study_of
from simstudy.workflow.table import table

#: Where study files usually are.
EXPERIMENTS = Path("experiments")


def report(
    studies: Sequence[str | Path] = (),
    *,
    results: str | Path = "results",
    out: str | Path | None = None,
    jobs: int = 1,
) -> tuple[Path, tuple[str, ...]]:
    """Write one HTML file on some studies that needs no network and no other file.

    Measures, tables, verdicts and figures that are missing, or were made from something else than what is there now,
    are made first where there are replicates; what cannot be made is said in the study's section.

    Parameters
    ----------
    studies : sequence of str or Path
        Study files; all studies in the results folder where it is empty.
    results : str or Path
        Folder of all results.
    out : str or Path, optional
        The file to write; ``report.html`` in the results folder where it is None.
    jobs : int
        Processes for the predictions; -1 uses every core.

    Returns
    -------
    path : Path
        The file.
    notes : tuple of str
        What could not be made, and the studies in the results folder that were left out, with the reason.

    Raises
    ------
    ConfigError
        A study file that was named cannot be read.
    ResultsError
        There is no study in the results folder that can be read, or the file cannot be written.
    """
    makes = {"results": results, "jobs": jobs}
    left_out: list[str] = []
    if studies:
        sections = [of_file(Path(study), makes) for study in studies]
    else:
        sections = readable(published(Path(results)), makes, left_out)
    target = Path(results) / "report.html" if out is None else Path(out)
    # The folder of all results may be a link, which is its owner's choice.
    write_text(target.parent.resolve() / target.name, render(sections, version("simstudy")))
    return target, (*left_out, *(f"{each.name}: {note}" for each in sections for note in each.notes))


def readable(paths: Sequence[Path], makes: dict[str, Any], left_out: list[str]) -> list[Section]:
    """Sections on the folders that can be read; the others are added to those left out, with the reason.

    Raises
    ------
    ResultsError
        None can be read.
    """
    sections = []
    for path in paths:
        try:
            sections.append(of_folder(path, makes))
        except SimstudyError as error:
            left_out.append(f"left out {path.parent.name}: {error}")
    if not sections:
        raise ResultsError("\n".join(left_out))
    return sections


def of_file(path: Path, makes: dict[str, Any]) -> Section:
    """Section on a study whose file is named: its plug-ins are loaded, and what is missing or old is made."""
    study = study_of(path)
    layout = Layout(Path(makes["results"]) / study.name)
    refuse_links(layout)
    notes = refresh(study, layout, makes)
    return section(outline_of(study.definition()), layout, str(path), notes, described_methods(study.methods))


def of_folder(path: Path, makes: dict[str, Any]) -> Section:
    """Section on a study that has results: what a plug-in would have to make stays as it is, its code is not run.

    Raises
    ------
    ResultsError
        The folder has another name than its study, or holds a symbolic link.
    """
    layout = Layout(path.parent)
    refuse_links(layout)
    study = outline_of(read_definition(layout))
    if study.name != path.parent.name:
        raise ResultsError(f"{path.parent} holds the study {study.name!r}: a study's folder has its name")
    # A reader knows the original by its usual place.
    usual = EXPERIMENTS / f"{study.name}.toml"
    file = str(usual if usual.exists() else path)
    if study.has_plugins:
        return section(study, layout, file)
    whole = study_of(path)
    return section(study, layout, file, refresh(whole, layout, makes), described_methods(whole.methods))


def published(results: Path) -> list[Path]:
    """Resolved study files in a results folder, by name.

    Raises
    ------
    ResultsError
        There are none.
    """
    found = sorted(results.glob("*/study.toml"))
    if not found:
        raise ResultsError(f"{results} holds no study; `simstudy run` makes results, or name study files")
    return found


def refresh(study: Study, layout: Layout, makes: dict[str, Any]) -> tuple[str, ...]:
    """Make what is missing or was made from something else than what is there now, and say what cannot be made."""
    if not layout.replicates.exists():
        return ()
    notes: list[str] = []
    now = fingerprint(study, layout)
    if stored(layout.measures) != now:
        attempt(notes, lambda: current_measures(study, layout, makes["jobs"]))
    names = [each.name for each in analyses_of(study)]
    made = [path for name in names for path in table_paths(name, layout.tables)]
    if read_predictions(layout, maker(study)) is None or outdated(layout, made, now):
        attempt(notes, lambda: table(study, **makes))
    judged = of_claims(study, now)
    shown = table_paths("claims", layout.tables)
    if study.claims and (stored(layout.claims) != judged or outdated(layout, shown, judged)):
        attempt(notes, lambda: claims(study, **makes))
    pictures = [layout.figures / f"{name}.svg" for name in drawings(study)]
    if outdated(layout, [*pictures, *(layout.slider(each.name) for each, _ in sliders(study))], now):
        attempt(notes, lambda: notes.extend(figure(study, **makes)[1]))
    return tuple(notes)


def attempt(notes: list[str], make: Callable[[], object]) -> None:
    """Make something, or note once why it cannot be made."""
    try:
        make()
    except SimstudyError as error:
        if str(error) not in notes:
            notes.append(str(error))


def outdated(layout: Layout, paths: Sequence[Path], now: str) -> bool:
    """Whether one of the files is missing, has changed since it was written, or was made from something else."""
    return any(made_from != now for made_from in noted(layout, paths).values())
