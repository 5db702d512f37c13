"""What a scenario is told before any simulation: which law to trust, and the best level of each estimator."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd

from simstudy.errors import ConfigError, SimstudyError, bad_value, unknown_name
from simstudy.families.outputs import OUTPUTS
from simstudy.penalties import Lasso
from simstudy.sources.glm import Scenario
from simstudy.theory.proportional.law import prior_of_scenario
from simstudy.theory.proportional.tuning import ERROR, BestLevel, Criterion, best_pair

#: p/n from which on laws with p fixed are off by more than a few percent.
LARGE = 0.05
CRITERIA = ("error", "risk", "adversarial_error")


def criterion_named(name: str, level: float = 0.0) -> Criterion:
    """What is to be small: ||betahat - beta0||^2, or the risk or the error of a new observation (T21).

    Parameters
    ----------
    name : {"error", "risk", "adversarial_error"}
    level : float
        Size of the attack on a new observation times sqrt(p), >= 0; not for "error".

    Raises
    ------
    ConfigError
        An unknown name, or a level that is negative, not finite, or given for the error.
    """
    if name not in CRITERIA:
        raise ConfigError(unknown_name("best", name, CRITERIA))
    if not (math.isfinite(level) and level >= 0.0):
        raise ConfigError(bad_value("attack-level", level, "a finite number >= 0"))
    if name == "error":
        if level > 0.0:
            raise ConfigError(
                bad_value("attack-level", level, "0 with the error of the coefficients: nothing is attacked")
            )
        return ERROR
    return lambda law: law.prediction_risk(level) if name == "risk" else law.adversarial_error(level)


def law_choice(scenario: Scenario) -> dict[str, Any]:
    """Which law to trust in a scenario: T20 where p/n > .05 and it covers the scenario, else T6-T17.

    Returns
    -------
    dict
        Columns scenario, n, p, p_over_n, law and why.
    """
    share = scenario.p / scenario.n
    row = {"scenario": scenario.label, "n": scenario.n, "p": scenario.p, "p_over_n": share}
    if share <= LARGE:
        return row | {"law": "T6-T17", "why": f"p/n <= {LARGE:g}: p is small against n"}
    try:
        prior_of_scenario(scenario)
    except SimstudyError as error:
        return row | {"law": "T6-T17, with care", "why": f"p/n > {LARGE:g}, but {error}"}
    if scenario.family not in OUTPUTS:
        known = ", ".join(OUTPUTS)
        return row | {"law": "T6-T17, with care", "why": f"p/n > {LARGE:g}, but T20 is there for {known} only"}
    return row | {"law": "T20", "why": f'p/n > {LARGE:g}: laws = ["proportional"]'}


def best_levels(scenarios: Iterable[Scenario], criterion: Criterion) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """FGSM and penalised LASSO at the levels where a criterion of their exact laws is smallest (T21).

    Parameters
    ----------
    scenarios : iterable of Scenario
    criterion : function of a ProportionalLaw

    Returns
    -------
    frame : DataFrame
        One row a scenario: `fgsm_lam`, `penalized_lam` (per observation), `fgsm`, `penalized` (the minima), `ratio`.
    reasons : tuple of str
        Why some scenarios have none.
    """
    rows, reasons = [], []
    for scenario in scenarios:
        try:
            prior = prior_of_scenario(scenario)
            pair = best_pair(
                scenario.family,
                scenario.n / scenario.p,
                *prior,
                Lasso(1.0),
                scenario.sigma,
                scenario.intercept,
                criterion,
            )
        except SimstudyError as error:
            reasons.append(f"no best level for {scenario.label}: {error}")
            continue
        row = {"scenario": scenario.label, "n": scenario.n, "p": scenario.p, "ratio": pair.ratio}
        rows.append(row | _columns("fgsm", pair.fgsm, scenario.p) | _columns("penalized", pair.penalized, scenario.p))
    return pd.DataFrame(rows), tuple(reasons)


def _columns(name: str, best: BestLevel, p: int) -> dict[str, Any]:
    edge = "at the edge of the search" if best.at_edge else ""
    return {f"{name}_lam": best.level / math.sqrt(p), name: best.value, f"{name}_note": edge}
