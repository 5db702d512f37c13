"""Histograms of sqrt(n)(betahat - beta0) and of its law, with the probability of an exact zero apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from simstudy.analyses.groups import sample_size_groups
from simstudy.errors import SimstudyError
from simstudy.measures.estimate import FloatArray
from simstudy.measures.proportion import proportion, wilson
from simstudy.measures.samples import Sample
from simstudy.sources.glm import Scenario
from simstudy.theory.expected import draws_of_coefficient
from simstudy.verdicts.foretold import Targets
from simstudy.verdicts.found import Found

BINS = 24
#: Law whose density is drawn: the expansion around the pseudo-true parameter, which the tables use.
LAW = "law"


def law_histograms(
    scenarios: Sequence[Scenario], results: Found, targets: Targets, method: str, parameter: str
) -> pd.DataFrame:
    """Densities of the simulated and the predicted law of one coefficient, in every scenario.

    Parameters
    ----------
    scenarios : sequence of Scenario
    results : Found
    targets : mapping of (scenario label, method) to target
    method, parameter : str
        Which coefficient of which method.

    Returns
    -------
    DataFrame
        One row for each scenario and bin: `scenario`, `group`, `n`, `left`, `right`, and per unit of sqrt(n)(betahat -
        beta0) the share `simulated` with `simulated_mcse` and `predicted`, exact zeros left out of all three; `zero`,
        where an estimate of zero lies, `atom` with `atom_mcse` and `atom_predicted`, the shares of exact zeros.
        Scenarios without a law or without usable replicates are left out, and laws of zeros alone: no density.
    """
    groups = sample_size_groups(results.scenarios)
    frames = []
    for scenario in scenarios:
        target = targets.get((scenario.label, method))
        sample = None if target is None else results.sample(scenario.key, method)
        if target is None or sample is None or parameter not in sample.parameters or len(sample.usable) < 2:
            continue
        try:
            draws = draws_of_coefficient(scenario, parameter, LAW, target)
        except SimstudyError:
            continue
        if (draws == -math.sqrt(scenario.n) * scenario.beta_with_intercept[sample.parameters.index(parameter)]).all():
            continue
        where = {"scenario": scenario.label, "group": groups[scenario.label], "n": scenario.n}
        frames.append(pd.DataFrame(where | _histogram(scenario, sample, parameter, draws)))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _histogram(scenario: Scenario, sample: Sample, parameter: str, draws: FloatArray) -> dict[str, Any]:
    j = sample.parameters.index(parameter)
    root = math.sqrt(scenario.n)
    errors, zero = root * sample.all_errors[:, j], -root * scenario.beta_with_intercept[j]
    spread = np.concatenate([errors[errors != zero], np.quantile(draws[draws != zero], [0.005, 0.995])])
    low, high = np.quantile(spread, [0.003, 0.997])
    edges = np.linspace(low, high, BINS + 1)
    width = edges[1] - edges[0]
    counts, theirs = (np.histogram(v[v != zero], edges)[0] for v in (errors, draws))
    share = wilson(counts.astype(np.float64), len(errors))
    atom, atom_predicted = (proportion((v == zero)[:, np.newaxis]) for v in (errors, draws))
    return {
        "left": edges[:-1],
        "right": edges[1:],
        "simulated": share.value / width,
        "simulated_mcse": share.mcse / width,
        "predicted": theirs / len(draws) / width,
        "zero": zero,
        "atom": float(atom.value[0]),
        "atom_mcse": float(atom.mcse[0]),
        "atom_predicted": float(atom_predicted.value[0]),
    }
