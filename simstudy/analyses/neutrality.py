"""FGSM's extra bias against class balance: paired with a matched penalty or the oracle, next to T16, T8 and T17."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from simstudy.analyses.joins import COUNTS, of_kind, true_values, with_predictions, with_scenarios
from simstudy.errors import InputError

#: Laws that predict the leading term of the extra bias: matched penalised likelihood, and the oracle MLE.
LEADING = ("T16", "T8")


def neutrality(
    measures: pd.DataFrame,
    scenarios: pd.DataFrame,
    pairs: Sequence[tuple[str, str]],
    predictions: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Paired bias difference of each coefficient over prevalence, next to the theory's two predictions.

    Parameters
    ----------
    measures : DataFrame
        What `measures.summarise` returns when it is given the same pairs.
    scenarios : DataFrame
        Columns of `records.SCENARIO_SCHEMA`.
    pairs : sequence of (method, reference)
        FGSM method and what it is compared with: its matched penalised method, or the oracle.
    predictions : DataFrame, optional
        Columns scenario, method, reference, parameter, law, predicted, predicted_mcse. Law `T17` is the difference of
        the two pseudo-true parameters, `T16` or `T8` the leading term; one of the last two a pair.

    Returns
    -------
    DataFrame
        One row for each pair, prevalence (falling) and parameter: `method`, `reference`, `prevalence` (as asked for,
        else as realised), `n`, `parameter`, `true`, `difference` with `difference_mcse`, `_lower` and `_upper`;
        `t17`, `leading`, each with `_mcse`, and `leading_law`; the counts of replicates usable for both.

    Raises
    ------
    InputError
        The measures hold no contrast of a pair.
    """
    contrasts = measures[(measures["measure"] == "bias_difference") & measures["reference"].notna()]
    known = list(zip(contrasts["method"], contrasts["reference"], strict=True))
    for pair in pairs:
        if pair not in known:
            raise InputError(f"measures hold no contrast of {pair[0]} with {pair[1]}: summarise with this pair")
    rank = {pair: position for position, pair in enumerate(pairs)}
    wanted = contrasts.assign(pair=[rank.get(pair, -1) for pair in known]).query("pair >= 0")
    rows = with_scenarios(wanted, scenarios).merge(true_values(scenarios), on=["scenario_key", "parameter"])
    realised = scenarios.set_index("scenario_key")["prevalence_realised"]
    rows["prevalence"] = rows["prevalence"].fillna(rows["scenario_key"].map(realised))
    rows = _with_laws(rows, predictions)
    rows = rows.rename(columns={"value": "difference"} | {c: f"difference_{c}" for c in ("mcse", "lower", "upper")})
    rows = rows.sort_values(["pair", "family", "n", "prevalence"], ascending=[True, True, True, False], kind="stable")
    columns = ["scenario", "method", "reference", "family", "n", "prevalence", "parameter", "true"]
    numbers = ["difference", "difference_mcse", "difference_lower", "difference_upper"]
    laws = ["t17", "t17_mcse", "leading", "leading_mcse", "leading_law"]
    return rows[[*columns, *numbers, *laws, *COUNTS]].reset_index(drop=True)


def _with_laws(rows: pd.DataFrame, predictions: pd.DataFrame | None) -> pd.DataFrame:
    on = ["scenario", "method", "reference", "parameter"]
    leading = of_kind(predictions, "law", *LEADING)
    rows = with_predictions(rows, of_kind(predictions, "law", "T17"), on, "t17")
    rows = with_predictions(rows, leading, on, "leading")
    if leading is None:
        return rows.assign(leading_law=None)
    return rows.merge(leading[[*on, "law"]].rename(columns={"law": "leading_law"}), on=on, how="left")
