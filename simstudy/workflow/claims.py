"""The verdicts on a study's claims."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from simstudy.analyses.methods import targets_in
from simstudy.errors import ConfigError
from simstudy.report.table import Table, write_table
from simstudy.runner.processes import in_processes
from simstudy.sources.glm import Scenario
from simstudy.store.codebook import CLAIMS, write_codebook, write_described
from simstudy.store.definition import write_definition
from simstudy.store.fingerprint import record
from simstudy.store.load import load_scenarios
from simstudy.study.claim import Claim, select_scenarios
from simstudy.study.study import Study, study_toml
from simstudy.verdicts.foretold import Foretold, foretell
from simstudy.verdicts.found import Found
from simstudy.verdicts.ledger import ledger
from simstudy.verdicts.table import claims_table
from simstudy.workflow.current import current_measures, of_claims
from simstudy.workflow.measuring import estimates_in
from simstudy.workflow.predicting import by_laws
from simstudy.workflow.studies import layout_of, study_of

#: Outcomes that make a ledger fail.
WRONG = ("unexpected", "missed")


def claims(study: str | Path | Study, *, results: str | Path = "results", jobs: int = 1) -> tuple[Table, bool]:
    """Confront the claims of a study with its results.

    Parameters
    ----------
    study : str, Path or Study
        A study file, or the study itself.
    results : str or Path
        Folder of all results.
    jobs : int
        Processes for the predictions; -1 uses every core. No verdict depends on it.

    Returns
    -------
    table : Table
        The ledger, one row for each claim and control; also written to ``results/<study>/claims.parquet`` and to
        ``tables/claims.*`` there.
    holds : bool
        Whether every decided verdict is the expected one and every decided control is caught.

    Raises
    ------
    ConfigError
        The study has no claims.
    ResultsError
        There are no results of this study.
    """
    chosen = study_of(study)
    if not chosen.claims:
        raise ConfigError(f"study {chosen.name!r} has no claims: add [[claim]] tables to its file")
    layout = layout_of(chosen, results)
    frame, results_made_from = current_measures(chosen, layout, jobs)
    found = Found(frame, load_scenarios(layout.folder), estimates_in(layout))
    foretold = predictions_of_claims(chosen, jobs)
    entries = ledger(chosen.claims, chosen.scenarios, found, foretold, chosen.full_replicates)
    # A report made later reads the claims from the folder, not from a file that may have changed since.
    write_definition(layout, study_toml(chosen))
    made_from = of_claims(chosen, results_made_from)
    write_described(layout, "claims", entries, CLAIMS, made_from)
    write_codebook(layout)
    table = claims_table(entries)
    record(layout, write_table(table, layout.tables), made_from)
    return table, not entries["outcome"].isin(WRONG).any()


def predictions_of_claims(study: Study, jobs: int = 1) -> dict[str, Foretold]:
    """What the theory predicts for each claim and control, by id."""
    groups: dict[tuple[str, ...], list[Claim]] = {}
    for claim in study.claims:
        for each in (claim, claim.control):
            if each is not None:
                labels = tuple(found.label for found in select_scenarios(each.scenario, study.scenarios))
                groups.setdefault(labels, []).append(each)
    # Claims on one scenario share the draws of its laws, so they are computed by one process.
    found = in_processes(jobs, foretell_all, [(group, study) for group in groups.values()], "the theory of claims")
    return {name: each for part in found for name, each in part.items()}


def foretell_all(group: Sequence[Claim], study: Study) -> dict[str, Foretold]:
    """Predictions of several claims by id."""
    labels = {
        scenario: None
        for claim in group
        for selection in (claim.scenario, claim.versus)
        if selection is not None
        for scenario in select_scenarios(selection, study.scenarios)
        if isinstance(scenario, Scenario)
    }
    targets = {key: value for scenario in labels for key, value in targets_in(scenario, study).items()}
    wanted = {each for claim in group for each in select_scenarios(claim.scenario, study.scenarios)}
    frames = [frame for each in wanted for frame in by_laws(study, each)[0]]
    predictions = pd.concat(frames, ignore_index=True) if frames else None
    return {claim.id: foretell(claim, study.scenarios, targets, predictions) for claim in group}
