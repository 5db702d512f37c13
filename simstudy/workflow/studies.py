"""A study from its file, checked, and where its results are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from simstudy.analyses.registry import ANALYSES, analyses_of
from simstudy.errors import ConfigError, unknown_name
from simstudy.measures import MEASURES
from simstudy.store.definition import check_same_study
from simstudy.store.layout import Layout
from simstudy.store.lock import refuse_links
from simstudy.study.config import read_study
from simstudy.study.profiles import read_replicates
from simstudy.study.study import Study, study_toml
from simstudy.theory.coverage import check_claims
from simstudy.theory.registry import LAWS


def study_of(
    study: str | Path | Study, replicates: int | None = None, seed: int | None = None, profile: str = "quick"
) -> Study:
    """A study from its file, with everything checked that can be checked before a run.

    Raises
    ------
    ConfigError
        As `read_study`; or an analysis does not exist or lacks what it needs, a measure or a law does not exist, or a
        claim's prediction is not made by the theory.
    """
    if isinstance(study, Study):
        number, full = read_replicates(study.definition()["replicates"], profile, replicates)
        chosen = replace(study, seed=study.seed if seed is None else seed, replicates=number, full=full)
    else:
        chosen = read_study(study, seed=seed, replicates=replicates, profile=profile)
    where = "" if isinstance(study, Study) else f"{study}: "
    asked = (("analyses", chosen.analyses, ANALYSES), ("measures", chosen.measures, MEASURES))
    for field, names, known in (*asked, ("laws", chosen.laws or (), LAWS)):
        for name in names:
            if name not in known:
                raise ConfigError(where + unknown_name(field, name, known))
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
        It holds another study, or a symbolic link.
    """
    layout = Layout(Path(results) / study.name)
    refuse_links(layout)
    if layout.study.exists():
        check_same_study(layout, study_toml(study))
    return layout
