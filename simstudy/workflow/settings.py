"""Where a claim was tested: the family or source and the smallest sample size of its scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

#: What the usual source is called where a scenario names no family.
USUAL = "glm"


def where_tested(claim: Mapping[str, Any], scenarios: Mapping[str, Any], truth: pd.DataFrame) -> tuple[str, int | None]:
    """Setting and smallest n of a claim.

    Parameters
    ----------
    claim : mapping
        A [[claim]] table of a resolved study file; `scenario` is a label or a table of columns with values.
    scenarios : mapping
        From a scenario's label to its [[scenario]] table.
    truth : DataFrame
        What `load_scenarios` returns.
    """
    wanted = claim.get("scenario", {})
    if isinstance(wanted, str):
        chosen = truth[truth["scenario"] == wanted]
    else:
        chosen = truth
        for name, value in wanted.items():
            if name in chosen:
                allowed = value if isinstance(value, list) else [value]
                chosen = chosen[chosen[name].isin(allowed)]
    if chosen.empty:
        return "", None
    families = chosen["family"].dropna() if "family" in chosen else pd.Series(dtype=object)
    if len(families):
        name = str(families.iloc[0])
    else:
        name = str(scenarios.get(str(chosen["scenario"].iloc[0]), {}).get("source", USUAL))
    sizes = chosen["n"].dropna() if "n" in chosen else pd.Series(dtype=float)
    return name.replace("_", " "), int(sizes.min()) if len(sizes) else None
