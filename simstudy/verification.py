"""The theory of a study, alone and against its simulation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from joblib import Parallel, delayed, parallel_config

from simstudy.analyses.claims import ledger
from simstudy.analyses.evidence import Results
from simstudy.analyses.foretold import Foretold, foretell
from simstudy.api import estimates_in, measures, predictions, study_of
from simstudy.errors import ConfigError
from simstudy.questions import targets_in
from simstudy.report.claims import claims_table
from simstudy.report.table import Table, write_table
from simstudy.report.theory import constants_table, extra_bias_table, predicted_selection_table, predictions_table
from simstudy.runner.block import thread_controller
from simstudy.store.definition import check_same_study, write_definition
from simstudy.store.files import write_frame
from simstudy.store.layout import Layout
from simstudy.store.load import load_scenarios
from simstudy.study.claim import Claim, select_scenarios
from simstudy.study.study import Study, study_toml
from simstudy.theory.table import constants_frame

#: Outcomes that make a ledger fail.
WRONG = ("unexpected", "missed")


def theory(study: str | Path | Study, *, jobs: int = 1) -> tuple[list[Table], tuple[str, ...]]:
    """What the theory says about a study, without simulating any data set.

    Parameters
    ----------
    study : str, Path or Study
        A study file, or the study itself.
    jobs : int
        Processes; -1 uses every core.

    Returns
    -------
    tables : list of Table
        Constants; bias (T17), RMSE and P(zero) of each coefficient; error and selection of each method; extra bias of
        pairs of methods. Nothing is written.
    reasons : tuple of str
        Where the theory is silent, and why.

    Raises
    ------
    ConfigError
        As `api.study_of`; or the theory says nothing at all.
    """
    chosen = study_of(study)
    constants, silent = constants_frame(chosen.glm)
    frame, reasons = predictions(chosen, jobs)
    if frame is None or constants.empty:
        raise ConfigError("\n".join(["the theory says nothing about this study", *silent, *reasons]))
    tables = [constants_table(constants), predictions_table(frame), predicted_selection_table(frame)]
    if frame["reference"].notna().any():
        tables.append(extra_bias_table(frame))
    return tables, (*silent, *reasons)


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
    layout = Layout(Path(results) / chosen.name)
    check_same_study(layout, study_toml(chosen))
    frame = measures(chosen, layout.folder)
    found = Results(frame, load_scenarios(layout.folder), estimates_in(layout))
    foretold = predictions_of_claims(chosen, jobs)
    entries = ledger(chosen.claims, chosen.scenarios, found, foretold, chosen.full_replicates)
    # A report made later reads the claims from the folder, not from a file that may have changed since.
    write_definition(layout, study_toml(chosen))
    write_frame(layout.claims, entries)
    table = claims_table(entries)
    write_table(table, layout.tables)
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
    work = (delayed(foretell_all)(group, study) for group in groups.values())
    # One thread here too, as in `api.predictions`.
    with thread_controller().limit(limits=1), parallel_config(backend="loky", n_jobs=jobs, inner_max_num_threads=1):
        return {name: each for part in Parallel()(work) for name, each in part.items()}


def foretell_all(group: Sequence[Claim], study: Study) -> dict[str, Foretold]:
    """Predictions of several claims by id."""
    labels = {
        scenario: None
        for claim in group
        for selection in (claim.scenario, claim.versus)
        if selection is not None
        for scenario in select_scenarios(selection, study.glm)
    }
    targets = {key: value for scenario in labels for key, value in targets_in(scenario, study).items()}
    return {claim.id: foretell(claim, study.glm, targets) for claim in group}
