"""Selection and the largest error on the support when p grows with n (T12)."""

from __future__ import annotations

import pandas as pd

from simstudy.analyses.joins import side_by_side
from simstudy.measures import WHOLE
from simstudy.verdicts.evidence import of_sup_error
from simstudy.verdicts.found import Found

#: Measures of selection, in the order in which they are shown.
QUANTITIES = ("exact_support", "false_positives", "false_negatives")


def weak_oracle(results: Found, predictions: pd.DataFrame | None = None) -> pd.DataFrame:
    """P(exact support) and E max_A |betahat_j - beta0_j| against n, p growing.

    Parameters
    ----------
    results : Found
    predictions : DataFrame, optional
        Columns scenario, method, quantity, parameter, predicted, predicted_mcse.

    Returns
    -------
    DataFrame
        One row for each scenario and method, n rising: the scenario's columns, the counts, the quantities of selection
        as in `support`, and `sup_error` with its MCSE and 95 % interval.
    """
    table = side_by_side(results.measures, results.scenarios, QUANTITIES, [WHOLE], predictions)
    pairs = zip(table["scenario_key"], table["method"], strict=True)
    errors = [of_sup_error(results, key, method) for key, method in pairs]
    table["sup_error"] = [each.value for each in errors]
    table["sup_error_mcse"] = [each.mcse for each in errors]
    table["sup_error_lower"], table["sup_error_upper"] = zip(*(each.interval(0.05) for each in errors), strict=True)
    return table.sort_values(["family", "method", "n"], kind="stable").reset_index(drop=True)
