"""Questions about results, answered without changing them: how far, at what cost, from where, and the same again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from simstudy.api import estimates_in, measured, measures, predictions, scenario_measures, study_of
from simstudy.errors import ConfigError, unknown_name
from simstudy.questions import ANALYSES, Summary
from simstudy.report.explain import Explanation, cell, environments, printed, sources
from simstudy.runner.forecast import Forecast, expected_mcse, pilot
from simstudy.runner.replay import Replayed
from simstudy.runner.replay import debug as debugged
from simstudy.runner.replay import replay as replayed
from simstudy.runner.status import StudyStatus, study_status
from simstudy.runner.truth import truth
from simstudy.store.definition import check_same_study
from simstudy.store.layout import Layout
from simstudy.store.load import load_scenarios
from simstudy.study.study import Study, study_toml


def results_of(study: Study, results: str | Path) -> Layout:
    """Results folder of a study.

    Raises
    ------
    ResultsError
        It holds another study.
    """
    layout = Layout(Path(results) / study.name)
    check_same_study(layout, study_toml(study))
    return layout


def status(
    study: str | Path | Study,
    *,
    results: str | Path = "results",
    replicates: int | None = None,
    profile: str = "quick",
) -> StudyStatus:
    """How far a study is, while it runs or after; nothing is written and no run is disturbed.

    Raises
    ------
    ResultsError
        The folder holds another study.
    """
    chosen = study_of(study, replicates=replicates, profile=profile)
    return study_status(chosen, results_of(chosen, results))


def explain(
    study: str | Path | Study, table: str, row: int, column: str, *, results: str | Path = "results", jobs: int = 1
) -> Explanation:
    """Say what is behind one number of a table, and compute it again from the stored rows.

    Parameters
    ----------
    study : str, Path or Study
        A study file, or the study itself.
    table : str
        One of the study's analyses, such as ``root_n``.
    row : int
        Row as printed, from 1.
    column : str
        Heading of the column, or its name in the table's CSV file.
    results : str or Path
        Folder of all results.
    jobs : int
        Processes for the predictions.

    Raises
    ------
    ConfigError
        The study has no such table, or the table no such row or column.
    ResultsError
        There are no results of this study.
    """
    chosen = study_of(study)
    if table not in chosen.analyses:
        raise ConfigError(unknown_name("table", table, chosen.analyses))
    layout = results_of(chosen, results)
    # Which scenarios are behind the row is known without predictions, and these are then the only ones to predict.
    truth, frame = load_scenarios(layout.folder), measures(chosen, layout.folder)
    bare = Summary(chosen, truth, frame, None, (), estimates_in(layout))
    data = ANALYSES[table](bare).data
    cell_row = data.iloc[min(max(row, 1), len(data)) - 1]
    origin = sources(layout, cell_row, bare.scenarios)
    keys = {source.scenario_key for source in origin}
    part = replace(chosen, scenarios=tuple(each for each in chosen.scenarios if each.key in keys))
    whole = ANALYSES[table](replace(bare, predictions=predictions(part, jobs)[0]))
    again = cell(whole, row, column, whole.data)
    return Explanation(
        printed(whole, row, column, layout.tables), again, chosen.seed, origin, environments(layout, origin)
    )


def replay(
    study: str | Path | Study,
    scenario: str,
    replicate: int,
    method: str | None = None,
    *,
    results: str | Path = "results",
) -> list[Replayed]:
    """Draw the data set of one replicate again, fit it again, and compare with the stored rows.

    Parameters
    ----------
    study : str, Path or Study
        A study file, or the study itself.
    scenario : str
        Label of a scenario, or its key, or the first six digits or more of it.
    replicate : int
        Index from 0.
    method : str, optional
        Only this method.
    results : str or Path
        Folder of all results.

    Raises
    ------
    ConfigError
        The scenario, the replicate or the method does not exist; the nearest is shown.
    """
    chosen = study_of(study)
    return replayed(chosen, results_of(chosen, results), scenario, replicate, method)


def debug(study: str | Path | Study, scenario: str, replicate: int, method: str | None = None) -> None:
    """Enter the Python debugger at the first line of the fit of a replicate.

    Parameters and errors are those of `replay`; results are not needed.
    """
    debugged(study_of(study), scenario, replicate, method)


def forecast(
    study: str | Path | Study,
    *,
    results: str | Path = "results",
    replicates: int | None = None,
    seed: int | None = None,
    profile: str = "quick",
    pilot_replicates: int = 0,
) -> dict[str, Forecast]:
    """Cost and expected precision of each scenario by its key, from a pilot or from what is there already.

    Parameters
    ----------
    study : str, Path or Study
        A study file, or the study itself.
    results : str or Path
        Folder of all results.
    replicates, seed : int, optional
        Instead of those of the study.
    profile : {"quick", "full"}
        As in `api.run`.
    pilot_replicates : int
        Replicates to compute in memory for it; 0 uses stored rows, and leaves out scenarios that have none.
    """
    chosen = study_of(study, replicates=replicates, seed=seed, profile=profile)
    layout = results_of(chosen, results)
    truths = truth(chosen).to_pandas()
    states = study_status(chosen, layout).scenarios
    found = {}
    for scenario, state in zip(chosen.scenarios, states, strict=True):
        if pilot_replicates:
            trial = pilot(chosen, scenario, pilot_replicates)
            own, seconds = measured(chosen, trial.rows, truths), trial.seconds
        elif state.rate is not None:
            own, seconds = scenario_measures(chosen, layout, scenario), 1.0 / state.rate
        else:
            continue
        found[scenario.key] = Forecast(seconds, expected_mcse(own, chosen.replicates))
    return found
