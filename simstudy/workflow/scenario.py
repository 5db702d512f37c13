"""One study in memory, nothing written."""

from __future__ import annotations

from simstudy.analyses.groups import with_definitions
from simstudy.analyses.results import Results
from simstudy.runner.progress import Reporter, silent
from simstudy.runner.runner import simulate
from simstudy.study.study import Study
from simstudy.workflow.measuring import (
    measured,
)
from simstudy.workflow.predicting import predictions


def simulate_study(study: Study, *, jobs: int = 1, progress: Reporter = silent) -> Results:
    """Run a study in memory and summarise it; nothing is written.

    Parameters
    ----------
    study : Study
        Usually one scenario.
    jobs : int
        Processes; -1 uses every core.
    progress : Reporter
        Told how many replicates are done.
    """
    replicates, scenarios = simulate(study, jobs, progress)
    by_key = dict(list(replicates.groupby("scenario_key")))
    truth = with_definitions(scenarios, study.scenarios)
    frame = measured(study, replicates, scenarios)
    return Results(frame, truth, by_key.__getitem__, study, *predictions(study))
