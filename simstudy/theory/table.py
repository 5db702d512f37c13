"""The constants of several scenarios as a frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from simstudy.errors import SimstudyError
from simstudy.sources.glm import Scenario
from simstudy.theory.constants import constants
from simstudy.theory.shifts import parameter_names


def constants_frame(scenarios: Iterable[Scenario]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Constants of each scenario, one row for each coefficient, and why some scenarios have none.

    Returns
    -------
    frame : DataFrame
        Columns scenario, parameter, true, kappa, kappa_mcse, mean_sign, dispersion, information (diagonal), V, V_mcse
        and one column `information_<coefficient>` for each coefficient of the information matrix.
    reasons : tuple of str
    """
    rows: list[dict[str, Any]] = []
    reasons = []
    for scenario in scenarios:
        try:
            rows += _rows(scenario)
        except SimstudyError as error:
            reasons.append(f"no constants of {scenario.label}: {error}")
    return pd.DataFrame(rows), tuple(reasons)


def _rows(scenario: Scenario) -> Iterator[dict[str, Any]]:
    values, names = constants(scenario), parameter_names(scenario)
    for j, parameter in enumerate(names):
        yield {
            "scenario": scenario.label,
            "parameter": parameter,
            "true": scenario.beta_with_intercept[j],
            "kappa": values.kappa,
            "kappa_mcse": values.kappa_se,
            "mean_sign": values.mean_sign,
            "dispersion": values.dispersion,
            "information": values.information[j, j],
            "V": values.V[j],
            "V_mcse": values.V_se[j],
            **{f"information_{name}": values.information[j, k] for k, name in enumerate(names)},
        }
