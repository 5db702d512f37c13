"""What is there of a study, what is to do, and at what cost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from simstudy.runner.forecast import Forecast, expected_mcse, pilot
from simstudy.runner.plan import Cell, cells
from simstudy.runner.select import select
from simstudy.runner.status import study_status
from simstudy.runner.truth import truth
from simstudy.store.layout import Layout
from simstudy.store.shards import scan
from simstudy.study.study import Study
from simstudy.workflow.measuring import (
    measured,
    measures,
)
from simstudy.workflow.studies import layout_of, study_of


def plan(study: str | Path | Study, *, only: Sequence[str] = (), **options: Any) -> tuple[Cell, ...]:
    """Every scenario and method of a study, with the replicates that are there and those that `run` would compute.

    Parameters and errors are those of `planned`; nothing is written.
    """
    return planned(study, only=only, **options)[0]


def forecast(study: str | Path | Study, **options: Any) -> dict[str, Forecast]:
    """Cost and expected precision of each scenario by its key; parameters and errors are those of `planned`."""
    return planned(study, **options)[1]


def planned(
    study: str | Path | Study,
    *,
    results: str | Path = "results",
    replicates: int | None = None,
    seed: int | None = None,
    profile: str = "quick",
    only: Sequence[str] = (),
    pilot_replicates: int = 0,
) -> tuple[tuple[Cell, ...], dict[str, Forecast]]:
    """What is there and what `run` would compute, and at what cost, from a pilot or from what is there already.

    Parameters
    ----------
    study : str, Path or Study
        A study file, or the study itself.
    results : str or Path
        Folder of all results.
    replicates, seed : int, optional
        Instead of those of the study.
    profile : {"quick", "full"}
        As in `run`.
    only : sequence of str
        As in `run`; the forecast is of all scenarios.
    pilot_replicates : int
        Replicates to compute in memory for the forecast; 0 uses stored rows, and leaves out scenarios that have none.

    Returns
    -------
    cells : tuple of Cell
        One for each scenario and method.
    forecasts : dict of str to Forecast
        By the scenarios' keys.

    Raises
    ------
    ConfigError, ResultsError
        Those of `run`.
    """
    chosen = study_of(study, replicates=replicates, seed=seed, profile=profile)
    layout = layout_of(chosen, results)
    found = select(cells(chosen, scan(layout).shards), only)
    return found, forecasts(chosen, layout, pilot_replicates)


def forecasts(chosen: Study, layout: Layout, pilot_replicates: int) -> dict[str, Forecast]:
    """Cost and expected precision of the scenarios of which a pilot or stored rows tell it."""
    states = study_status(chosen, layout).scenarios
    has_rows = any(state.rate is not None for state in states)
    if not pilot_replicates and not has_rows:
        return {}
    truths = truth(chosen).to_pandas()
    known = {}
    if not pilot_replicates:
        known = dict(iter(measures(chosen, layout.folder).groupby("scenario_key")))
    found = {}
    for scenario, state in zip(chosen.scenarios, states, strict=True):
        if pilot_replicates:
            trial = pilot(chosen, scenario, pilot_replicates)
            own, seconds = measured(chosen, trial.rows, truths), trial.seconds
        elif state.rate is not None and scenario.key in known:
            own, seconds = known[scenario.key], 1.0 / state.rate
        else:
            continue
        found[scenario.key] = Forecast(seconds, expected_mcse(own, chosen.replicates))
    return found
