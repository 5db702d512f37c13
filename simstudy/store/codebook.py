"""What each column of a study's files holds: in the metadata of the files, and as codebook.md beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd
import pyarrow as pa

from simstudy.records import DESCRIPTION, DESCRIPTIONS, described
from simstudy.store.files import read_table, write_table, write_text
from simstudy.store.fingerprint import FINGERPRINT
from simstudy.store.layout import Layout
from simstudy.store.shards import schemas, shard_paths

MEASURES = {
    "scenario": "label of the scenario",
    "scenario_key": "hash of the scenario's definition",
    "method": "name of the method",
    "reference": "the other method of a paired contrast on the same data sets; null for one method's own measures",
    "parameter": "estimand and component in words: beta_3 is component 2 of beta, all the whole vector or all fits",
    "measure": "performance measure",
    "value": "value of the measure",
    "mcse": "its Monte Carlo standard error; null where the replicates cannot tell it",
    "lower": "lower end of its 95 % Monte Carlo interval",
    "upper": "upper end of its 95 % Monte Carlo interval",
    "attempted": "replicates that were attempted (by both methods of a contrast)",
    "usable": "replicates that the value rests on",
    "failed": "attempted replicates without a usable value",
    "conditional": "whether the value rests on some, not all, of the attempted replicates",
    "estimand": "name of the estimand; null for measures of the fits themselves",
    "component": "0-based component of a vector; null for a number and for a vector as a whole",
}

PREDICTIONS = {
    "scenario": "label of the scenario",
    "method": "name of the method",
    "reference": "the other method of a predicted difference; null for one method's own measures",
    "parameter": "estimand and component in words, as in measures.parquet",
    "measure": "performance measure that is predicted",
    "law": "which law predicts it",
    "value": "predicted value",
    "error": "its own numerical or Monte Carlo standard error; 0 where it is exact",
    "estimand": "name of the estimand",
    "component": "0-based component of a vector; null for a number and for a vector as a whole",
}

CLAIMS = {
    "claim": "id of the claim, or of the control",
    "role": "claim or control",
    "statement": "what is asserted",
    "theory": "where it comes from",
    "quantity": "the number that it is about",
    "scenario": "scenarios that it is about",
    "method": "method that it is about",
    "reference": "method that it is compared with",
    "parameter": "parameter that it is about",
    "margin": "deviation that does not matter",
    "predicted": "prediction by a law, or the number that is claimed",
    "predicted_se": "standard error of the prediction's computation",
    "region_lower": "lower end of the prediction widened by the margin",
    "region_upper": "upper end of the prediction widened by the margin",
    "estimate": "simulated value",
    "estimate_mcse": "its Monte Carlo standard error",
    "alpha": "error rate of the interval that the verdict is read from",
    "lower": "lower end of that interval",
    "upper": "upper end of that interval",
    "p_supported": "p-value against the region's outside",
    "p_contradicted": "p-value against the region",
    "expected": "verdict that the theory expects",
    "verdict": "supported, contradicted or undecided",
    "outcome": "verdict against expectation; of a control caught, missed or not evaluated",
    "power": "probability that the study's replicates contradict a control if the truth is the estimate",
    "needed": "replicates that would decide an undecided claim with probability 0.9 if the truth is the estimate",
    "attempted": "replicates attempted",
    "usable": "replicates that the estimate rests on",
    "failed": "attempted replicates without a usable value",
    "curvature_p": "p-value of lack of fit of a rate",
    "note": "what else there is to know",
}


def write_described(
    layout: Layout, name: str, frame: pd.DataFrame, meanings: Mapping[str, str], fingerprint: str
) -> None:
    """Write a frame of results as parquet, each column with its description.

    Parameters
    ----------
    layout : Layout
        The study's folder.
    name : str
        `measures`, `predictions` or `claims`.
    frame : DataFrame
        Its columns are keys of `meanings`.
    meanings : mapping
        Column -> description.
    fingerprint : str
        What the frame was made from.

    Raises
    ------
    ResultsError
        The folder cannot be written.
    """
    table = pa.Table.from_pandas(frame, preserve_index=False)
    described_table = table.cast(with_meanings(table.schema, meanings))
    write_table(getattr(layout, name), described_table, {FINGERPRINT: fingerprint.encode()})


def with_meanings(schema: pa.Schema, meanings: Mapping[str, str]) -> pa.Schema:
    """The schema with each field's description."""
    return pa.schema([described(field, description=meanings.get(field.name, "")) for field in schema], schema.metadata)


def write_codebook(layout: Layout) -> None:
    """Write codebook.md: every column of every file of the study that is there.

    Raises
    ------
    ResultsError
        The folder cannot be written.
    """
    parts = ["# Codebook\n\nColumns of the parquet files of this study; the files' own metadata say the same.\n"]
    rows = fields(schemas(shard_paths(layout)))
    if rows:
        parts.append(section("replicates/", "one row for every attempted fit", rows))
    if layout.scenarios.exists():
        parts.append(
            section("scenarios.parquet", "the truth, one row a scenario", fields([read_table(layout.scenarios).schema]))
        )
    known = (("measures", "performance measures", MEASURES), ("predictions", "what theory predicts", PREDICTIONS))
    for name, about, meanings in (*known, ("claims", "verdicts on claims", CLAIMS)):
        if getattr(layout, name).exists():
            parts.append(section(f"{name}.parquet", about, meanings))
    write_text(layout.folder / "codebook.md", "\n".join(parts))


def fields(found: Iterable[pa.Schema]) -> dict[str, str]:
    """Columns of some schemas with their descriptions."""
    columns: dict[str, str] = {}
    for schema in found:
        for field in schema:
            given = (field.metadata or {}).get(DESCRIPTION)
            columns.setdefault(
                field.name, DESCRIPTIONS.get(field.name, field.name) if given is None else given.decode()
            )
    return columns


def section(file: str, about: str, columns: Mapping[str, str]) -> str:
    """One file's columns as a markdown table."""
    rows = [f"| `{name}` | {meaning.replace('|', '/')} |" for name, meaning in columns.items()]
    return "\n".join([f"## {file}: {about}\n", "| column | holds |", "| --- | --- |", *rows, ""])
