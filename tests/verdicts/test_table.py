import math

import pandas as pd

from simstudy.report.table import cells, latex, markdown
from simstudy.verdicts.ledger import COLUMNS
from simstudy.verdicts.table import claims_table

ENTRY = {
    "claim": "bias", "role": "claim", "statement": "No bias.", "theory": "T9", "quantity": "bias", "scenario": "n=100",
    "method": "f", "reference": None, "parameter": "beta_1", "margin": 0.05, "predicted": 0.0, "predicted_se": 0.0,
    "region_lower": -0.05, "region_upper": 0.05, "estimate": 0.0123, "estimate_mcse": 0.0041, "alpha": 0.01,
    "lower": 0.0017, "upper": 0.0229, "p_supported": 1e-9, "p_contradicted": 1.0, "expected": "supported",
    "verdict": "supported", "outcome": "as expected", "power": math.nan, "needed": math.nan, "attempted": 100,
    "usable": 100, "failed": 0, "curvature_p": math.nan, "note": "",
}  # fmt: skip
UNDECIDED = ENTRY | {
    "claim": "open", "verdict": "undecided", "outcome": "undecided", "needed": 1234.0, "failed": 2, "usable": 98,
    "note": "2 of 100 fits failed.", "region_lower": 0.9, "region_upper": math.inf, "reference": "mle",
}  # fmt: skip
UNKNOWN = UNDECIDED | {"claim": "none", "needed": math.nan, "lower": -math.inf, "upper": math.inf, "estimate": math.nan}
CONTROL = ENTRY | {"claim": "control", "role": "control", "outcome": "caught", "power": 0.9991, "statement": "Wrong."}


def test_the_ledger_as_printed() -> None:
    frame = pd.DataFrame([ENTRY, CONTROL, UNDECIDED, UNKNOWN])
    assert set(frame.columns) == set(COLUMNS)
    table = claims_table(frame)
    rows = cells(table).set_index("Claim")
    assert rows.loc["bias", "Predicted region"] == "[-0.0500, 0.0500]"
    assert rows.loc["bias", "Estimate"] == "0.0123 (0.0041)"
    assert rows.loc["bias", "Interval"] == "[0.0017, 0.0229]"
    assert rows.loc["bias", "R needed"] == "–"
    assert rows.loc["control", "Power"] == "0.999"
    assert rows.loc["open", "R needed"] == "1234"
    assert rows.loc["open", "Method"] == "f / mle"
    assert rows.loc["open", "Predicted region"] == "[0.9000, ∞]"
    assert rows.loc["open", "Failed"] == "2/100*"
    assert (rows.loc["none", "R needed"], rows.loc["none", "Interval"]) == ("?", "–")


def test_statements_and_remarks_are_below_and_every_format_can_be_made() -> None:
    table = claims_table(pd.DataFrame([ENTRY, CONTROL, UNDECIDED]))
    assert table.notes[0] == "T9: No bias."
    assert sum("No bias." in note for note in table.notes) == 1
    assert "open: 2 of 100 fits failed." in table.notes
    assert not any("Wrong." in note for note in table.notes)
    assert "as expected" in markdown(table)
    assert r"\toprule" in latex(table)
