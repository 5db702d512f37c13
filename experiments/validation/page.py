"""Write docs/validation.md: every published number beside ours, the verdicts, and the source paper's statements.

python experiments/validation/page.py, after the studies of this folder have been run into results/validation.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
RESULTS = ROOT / "results" / "validation"
FULL = ROOT / "results" / "full"
#: Difference in standard errors from which on a published number counts as not reproduced.
FAR = 3.0
#: Everything from here on in docs/validation.md is made by this program.
HEADING = "## Published numbers and ours"
#: What an answer about a whole statement can be.
ALL, SOME = "supported", "supported in part"


def measures(study: str) -> pd.DataFrame:
    """Committed measures of a study."""
    return pd.read_parquet(RESULTS / study / "measures.parquet")


def found(rows: pd.DataFrame, scenario: str, method: str, estimand: str, measure: str) -> pd.Series | None:
    """One measure of a method; None where there is no such row."""
    chosen = rows[
        (rows["scenario"] == scenario)
        & (rows["method"] == method)
        & (rows["estimand"] == estimand)
        & (rows["measure"] == measure)
    ]
    return None if chosen.empty else chosen.iloc[0]


def number(row: pd.Series | None, scale: float) -> str:
    """Value with its Monte Carlo standard error."""
    if row is None:
        return "-"
    error = "" if np.isnan(row["mcse"]) else f" ({scale * row['mcse']:.2f})"
    return f"{scale * row['value']:.2f}{error}"


def comparison() -> pd.DataFrame:
    """Published numbers with ours: by the paper's algorithm, exactly, and inside the likelihood."""
    published = pd.read_csv(HERE / "published.csv", keep_default_na=False)
    lines = []
    for each in published.itertuples():
        rows = measures(each.study)
        ours, exact, inside = (
            found(rows, each.scenario, name, each.estimand, each.measure)
            for name in (each.method, each.exact, each.inside)
        )
        distance, verdict = np.nan, "no error"
        if ours is not None and ours["mcse"] > 0.0:
            own = each.scale * ours["mcse"]
            # The paper's error is ours at its number of replicates.
            theirs = own * np.sqrt(ours["usable"] / each.replicates)
            distance = (each.scale * ours["value"] - each.published) / np.hypot(own, theirs)
            verdict = "within three" if abs(distance) <= FAR else f"beyond three: {each.reason or 'open'}"
        lines.append(
            {
                "Source": each.source,
                "Scenario": each.scenario,
                "Method": each.method,
                "Measure": each.measure,
                "Published": each.published,
                "Ours, the paper's algorithm": number(ours, each.scale),
                "Ours, exact": number(exact, each.scale),
                "FGSM": number(inside, each.scale),
                "Difference in standard errors": "" if np.isnan(distance) else f"{distance:.1f}",
                "Replicates": 0 if ours is None else int(ours["usable"]),
                "Verdict": verdict,
            }
        )
    return pd.DataFrame(lines)


def rates() -> pd.DataFrame:
    """Slope of log mean model error on log n between neighbouring n, and over all n from 100 on (Xie & Huo 2024)."""
    if not (RESULTS / "xie_huo_2024" / "measures.parquet").exists():
        return pd.DataFrame([{"Method": "not run yet"}])
    rows = measures("xie_huo_2024")
    rows = rows[(rows["estimand"] == "model_error") & (rows["measure"] == "mean")].copy()
    rows["n"] = rows["scenario"].str.extract(r"_n(\d+)_", expand=False).astype(int)
    lines = []
    for method, part in rows.sort_values("n").groupby("method", sort=False):
        x, y = np.log(part["n"].to_numpy()), np.log(part["value"].to_numpy())
        error = (part["mcse"] / part["value"]).to_numpy()
        late = part["n"].to_numpy() >= 100
        pull = (x[late] - x[late].mean()) / np.sum((x[late] - x[late].mean()) ** 2)
        steps, noise = np.diff(y) / np.diff(x), np.hypot(error[1:], error[:-1]) / np.diff(x)
        names = [f"n = {a} to {b}" for a, b in zip(part["n"], part["n"].iloc[1:], strict=False)]
        slopes = [*zip(names, steps, noise, strict=True)]
        slopes.append(("n = 100 on", float(pull @ y[late]), float(np.sqrt(np.sum((pull * error[late]) ** 2)))))
        lines += [{"Method": method, "n": where, "Slope": f"{s:.3f} ({e:.3f})"} for where, s, e in slopes]
    return pd.DataFrame(lines)


def claims() -> pd.DataFrame:
    """Verdicts on the claims of the studies of this folder."""
    parts = []
    for path in sorted(RESULTS.glob("*/claims.parquet")):
        ledger = pd.read_parquet(path)
        ledger.insert(0, "study", path.parent.name)
        parts.append(ledger)
    frame = pd.concat(parts)
    shown = [
        "study",
        "claim",
        "role",
        "scenario",
        "method",
        "predicted",
        "margin",
        "estimate",
        "estimate_mcse",
        "verdict",
    ]
    return frame[shown].rename(columns={"estimate_mcse": "MCSE"})


def size(scenario: str) -> int:
    """Number of observations in a scenario's label, 0 without one."""
    match = re.search(r"\bn ?=? ?(\d+)", scenario.replace("_", " "))
    return int(match.group(1)) if match else 0


def answers() -> pd.DataFrame:
    """The statements of Zuo (2018), each with the verdict of the claims that answer it."""
    lines = []
    for each in pd.read_csv(HERE / "statements.csv", keep_default_na=False).itertuples():
        if not each.study:
            lines.append({"Statement": each.statement, "Where in the paper": each.place, "Verdict": each.claims})
            continue
        ledger = pd.read_parquet(FULL / each.study / "claims.parquet")
        own = ledger[(ledger["role"] == "claim") & ledger["claim"].str.contains(each.claims)]
        good = own["verdict"] == own["expected"]
        held = own[good & (own["verdict"] == "supported")]
        sizes = [size(scenario) for scenario in held["scenario"] if size(scenario)]
        lines.append(
            {
                "Statement": each.statement,
                "Where in the paper": each.place,
                "Study": f"[{each.study}](../results/full/{each.study}/tables/claims.md)",
                "Claims": f"{len(held)} of {len(own)} supported",
                "Verdict": ALL if len(held) == len(own) else SOME,
                "n from which a claim holds": min(sizes) if sizes else "see the study",
            }
        )
    return pd.DataFrame(lines)


def text() -> str:
    """The page."""
    published, scored = comparison(), comparison()["Verdict"].str.startswith("within")
    counted = published["Difference in standard errors"] != ""
    return "\n".join(
        [
            HEADING,
            "",
            "Made by `make docs/validation.md` from `results/validation` and `results/full`; Monte Carlo errors stand",
            "in parentheses. The standard error of a published number is ours at the paper's number of replicates.",
            "",
            "### Fan & Li (2001)",
            "",
            f"{scored.sum()} of {counted.sum()} numbers are within three standard errors. Each row says how many",
            "replicates are behind it: few cannot tell a small difference from none.",
            "MRME (`median_ratio`) in percent, of the response in the logistic model; `true_negatives` are its",
            "correct zeros, `false_negatives` its incorrect ones. The column FGSM is what it would have shown.",
            "",
            published.to_markdown(index=False, disable_numparse=True),
            "",
            "### Xie & Huo (2024)",
            "",
            "Slopes of the log of the mean prediction error out of sample on log n; the paper has -1 from n = 100 on.",
            "",
            rates().to_markdown(index=False, disable_numparse=True),
            "",
            "### Claims",
            "",
            "Knight & Fu (2000), Ribeiro et al. (2023) and the order of methods in Fan & Li (2001).",
            "",
            claims().to_markdown(index=False, floatfmt=".4g"),
            "",
            "### Zuo (2018), statement by statement",
            "",
            "Each statement is answered by claims of our studies at the full profile, whose error rate is 1 % a study.",
            "",
            answers().fillna("").to_markdown(index=False, disable_numparse=True),
            "",
        ]
    )


if __name__ == "__main__":
    page = ROOT / "docs" / "validation.md"
    before = page.read_text(encoding="utf-8").partition(HEADING)[0].rstrip()
    page.write_text(f"{before}\n\n{text()}", encoding="utf-8")
