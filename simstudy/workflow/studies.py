"""A study from its file, checked, and where its results are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from simstudy.analyses.registry import ANALYSES, analyses_of
from simstudy.errors import ConfigError, unknown_name
from simstudy.store.definition import check_same_study
from simstudy.store.layout import Layout
from simstudy.study.config import read_study
from simstudy.study.profiles import read_replicates
from simstudy.study.study import Study, study_toml
from simstudy.theory.coverage import check_claims


def study_of(
    study: str | Path | Study, replicates: int | None = None, seed: int | None = None, profile: str = "quick"
) -> Study:
    """A study from its file, with everything checked that can be checked before a run.

    Raises
    ------
    ConfigError
        As `read_study`; or an analysis does not exist or lacks what it needs, or a claim's prediction is not made by
        the theory.
    """
    if isinstance(study, Study):
        number, full = read_replicates(study.definition()["replicates"], profile, replicates)
        chosen = replace(study, seed=study.seed if seed is None else seed, replicates=number, full=full)
    else:
        chosen = read_study(study, seed=seed, replicates=replicates, profile=profile)
    where = "" if isinstance(study, Study) else f"{study}: "
    for name in chosen.analyses:
        if name not in ANALYSES:
            raise ConfigError(where + unknown_name("analyses", name, ANALYSES))
    for each in analyses_of(chosen):
        if each.needs(chosen):
            raise ConfigError(f"{where}analyses: {each.name} needs {each.needs(chosen)}")
    check_claims(chosen)
    return chosen


def layout_of(study: Study, results: str | Path) -> Layout:
    """Results folder of a study.

    Raises
    ------
    ResultsError
        It holds another study.
    """
    layout = Layout(Path(results) / study.name)
    check_same_study(layout, study_toml(study))
    return layout
