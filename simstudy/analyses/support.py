"""How often the support is found, and how many coefficients are selected wrongly or missed, against n (T8, T12)."""

from __future__ import annotations

import pandas as pd

from simstudy.analyses.groups import sample_size_groups
from simstudy.analyses.joins import side_by_side
from simstudy.measures import WHOLE

#: Measures of selection that have a prediction.
QUANTITIES = ("exact_support", "false_positives", "false_negatives")


def support(measures: pd.DataFrame, scenarios: pd.DataFrame, predictions: pd.DataFrame | None = None) -> pd.DataFrame:
    """Selection against n: P(exact support), mean false positives and mean false negatives next to predictions.

    Parameters
    ----------
    measures : DataFrame
        What `measures.summarise` returns.
    scenarios : DataFrame
        Columns of `records.SCENARIO_SCHEMA`.
    predictions : DataFrame, optional
        Columns scenario, method, quantity, parameter (`all`), predicted, predicted_mcse with the quantities of
        `QUANTITIES`; a quantity that theory does not give is NaN.

    Returns
    -------
    DataFrame
        One row for each scenario and method: the scenario's columns, `group` (the same for scenarios that differ in n
        only), the counts, and for each quantity its value
        under the quantity's name, `_mcse`, `_lower`, `_upper` (95 %; Wilson for the probability), `_predicted`,
        `_predicted_mcse`. Cells in which every fit failed are kept with NaN.
    """
    table = side_by_side(measures, scenarios, QUANTITIES, [WHOLE], predictions)
    return table.assign(group=table["scenario"].map(sample_size_groups(scenarios)))
