"""Sections of the report: what the results folder of a study holds, read as it was written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from simstudy.errors import ResultsError
from simstudy.report.columns import METHODS
from simstudy.report.explorer import explorer
from simstudy.report.figures.save import description
from simstudy.report.page import Picture, Section
from simstudy.report.slider import is_slider
from simstudy.store.files import first_line, read_table, read_text
from simstudy.store.fingerprint import noted, of_rows, stored
from simstudy.store.layout import Layout
from simstudy.store.load import load_scenarios
from simstudy.store.provenance import runs
from simstudy.workflow.ademp import ademp
from simstudy.workflow.outline import Outline
from simstudy.workflow.settings import where_tested

#: Runs that the report lists; the folder holds them all.
MOST_RUNS = 5

#: What a table as printed consists of.
#: Where results are unless a command says something else.
USUAL_RESULTS = "results"
TABLE_KEYS = {"name", "caption", "answer", "columns", "rows", "marks", "notes"}


def section(
    study: Outline, layout: Layout, file: str, notes: tuple[str, ...] = (), methods: Sequence[tuple[str, str]] = ()
) -> Section:
    """Section on one study, from whatever of its results is there.

    Parameters
    ----------
    study : Outline
    layout : Layout
        Its results.
    file : str
        Its file, as a reader would name it on the command line.
    notes : tuple of str
        What could not be made.
    methods : sequence of (str, str)
        Label of each method and what it is; by name where they are left out.
    """
    problems = list(notes)
    problems += other_rows(layout)
    measures = frame(layout.measures, problems)
    claims = frame(layout.claims, problems) if study.has_claims and goes_with(layout, layout.claims, problems) else None
    tables = [document(layout, name, problems) for name in study.analyses]
    labels: dict[str, str] = next((each["labels"] for each in tables if each is not None and each.get("labels")), {})
    named = methods or [(labels.get(name, name), "") for name in method_names(study)]
    truth = None if measures is None else load_scenarios(layout.folder)
    return Section(
        name=study.name,
        aim=study.aim,
        state=state(study, measures),
        pictures=tuple(pictures(study, layout, problems)),
        tables=tuple(each for each in tables if each is not None),
        claims=() if claims is None or truth is None else tuple(rows(claims, study, truth)),
        claims_table=None if claims is None else document(layout, "claims", problems),
        failures=() if measures is None else tuple(failures(measures, labels)),
        runs=tuple(run(each) for each in runs(layout)[-MOST_RUNS:]),
        commands=tuple(commands(study, measures, file, str(layout.folder.parent))),
        sliders=tuple(moved(study, layout, problems)),
        explorer=None if measures is None or truth is None else explorer(relabelled(measures, labels), truth),
        notes=tuple(problems),
        title=study.title,
        series=study.series,
        place=study.place,
        ademp=tuple(ademp(study.definition, named, measures, claims)),
        labels=labels,
    )


def other_rows(layout: Layout) -> Iterator[str]:
    """A note where the measures are not those of the replicates that are there."""
    made_from = stored(layout.measures)
    if made_from is not None and layout.replicates.exists() and made_from.partition("-")[0] != of_rows(layout):
        yield f"{layout.measures} is of other replicates than are there now; `simstudy run` makes it again"


def goes_with(layout: Layout, path: Path, problems: list[str]) -> bool:
    """Whether a file was made from what the measures were made from; a note where it was not.

    Results of version 0.1.0 do not say, and are shown as they are.
    """
    ours = stored(layout.measures)
    theirs = stored(path) if path.suffix == ".parquet" else noted(layout, [path])[path]
    if ours is None or not path.exists() or (theirs or "").split("-")[:2] == ours.split("-"):
        return True
    problems.append(f"left out {path}: it was not made from {layout.measures.name} as it is, or has changed since")
    return False


def frame(path: Path, problems: list[str]) -> pd.DataFrame | None:
    """A stored frame; None where it is missing or, with a note, damaged."""
    if not path.exists():
        return None
    try:
        found: pd.DataFrame = read_table(path).to_pandas()
    except ResultsError as error:
        problems.append(str(error))
        return None
    return found


def document(layout: Layout, name: str, problems: list[str]) -> dict[str, Any] | None:
    """A printed table; None where it is missing or, with a note, damaged."""
    path = layout.tables / f"{name}.json"
    if not path.exists() or not goes_with(layout, path, problems):
        return None
    try:
        found = json.loads(read_text(path))
        if not isinstance(found, dict) or not found.keys() >= TABLE_KEYS:
            raise ResultsError(f"cannot read {path}: it is not a table of simstudy")
    except ResultsError as error:
        problems.append(str(error))
        return None
    except (ValueError, RecursionError) as error:
        problems.append(f"cannot read {path}: it is not JSON ({first_line(error)})")
        return None
    return found


def pictures(study: Outline, layout: Layout, problems: list[str]) -> Iterator[Picture]:
    """The study's figures that have been drawn; a note on one that cannot be read."""
    for name in study.figures:
        path = layout.figures / f"{name}.svg"
        if path.exists() and goes_with(layout, path, problems):
            try:
                svg, small = read_text(path), path.with_suffix(".small.svg")
                yield Picture(name, svg, description(svg) or name, read_text(small) if small.exists() else "")
            except ResultsError as error:
                problems.append(str(error))


def moved(study: Outline, layout: Layout, problems: list[str]) -> Iterator[dict[str, Any]]:
    """What the sliders of the study's analyses draw from; a note on a file that cannot be drawn from."""
    for path in map(layout.slider, study.analyses):
        if not path.exists() or not goes_with(layout, path, problems):
            continue
        try:
            found = json.loads(read_text(path))
        except (ResultsError, ValueError, RecursionError) as error:
            problems.append(f"cannot read {path}: {first_line(error)}")
            continue
        if is_slider(found):
            yield found
        else:
            problems.append(f"cannot read {path}: it is not what a slider is drawn from")


def state(study: Outline, measures: pd.DataFrame | None) -> str:
    """How much of a study has been computed."""
    cells = study.scenarios * study.methods
    if measures is None or measures.empty:
        return f"No results yet, of {study.scenarios} scenarios and {study.methods} methods."
    rates = failure_rates(measures)
    fewest, most = int(rates["attempted"].min()), int(rates["attempted"].max())
    count = f"{most} replicates" if fewest == most else f"{fewest} to {most} replicates"
    part = f"{len(rates)} of {cells}" if len(rates) < cells else f"all {cells}"
    total, failed = int(rates["attempted"].sum()), int(rates["failed"].sum())
    warning = " A single replicate tells no Monte Carlo standard error." if most == 1 else ""
    everything = " Every fit failed." if failed == total else ""
    return (
        f"{count} of {part} combinations of scenario and method; {failed} of {total} fits without a usable result."
        f"{everything}{warning}"
    )


def failure_rates(measures: pd.DataFrame) -> pd.DataFrame:
    """One row for each scenario and method."""
    return measures[(measures["measure"] == "failure_rate") & measures["reference"].isna()]


def failures(measures: pd.DataFrame, labels: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Failed fits of each method by status, also where there are none."""
    for method, own in measures[measures["reference"].isna()].groupby("method", sort=False):
        rates = failure_rates(own)
        statuses = own[own["measure"].str.startswith("failure_rate:")]
        counted = (statuses["value"] * statuses["attempted"]).round().astype(int)
        by_status = counted.groupby(statuses["measure"].str.removeprefix("failure_rate:")).sum()
        yield {
            "method": labels.get(str(method), str(method)),
            "attempted": int(rates["attempted"].sum()),
            "failed": int(rates["failed"].sum()),
            "statuses": {str(status): int(count) for status, count in by_status.items()},
        }


def rows(claims: pd.DataFrame, study: Outline, truth: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """What the summary of verdicts shows of each line of the ledger, with the setting and the n of its claim."""
    shown = ["claim", "role", "statement", "theory", "verdict", "outcome"]
    scenarios = {str(each.get("label")): each for each in study.definition["scenario"]}
    defined = {str(each["id"]): each for each in study.definition.get("claim", []) if "id" in each}
    for row in claims[shown].itertuples(index=False, name=None):
        found = dict(zip(shown, map(str, row), strict=True))
        setting, n = (
            where_tested(defined[found["claim"]], scenarios, truth) if found["claim"] in defined else ("", None)
        )
        yield {**found, "setting": setting, "n": n}


def method_names(study: Outline) -> list[str]:
    """Names of the methods."""
    return [str(each["name"]) for each in study.definition["method"]]


def relabelled(measures: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Measures with labels in place of the names of methods."""
    return measures.assign(
        **{name: measures[name].astype(object).map(lambda each: labels.get(each, each)) for name in METHODS}
    )


def run(record: dict[str, Any]) -> dict[str, Any]:
    """What is shown of a run."""
    git = record.get("git") or {}
    versions = record.get("versions") or {}
    return {
        "started": str(record.get("started", "?")),
        "finished": bool(record.get("finished", True)),
        "replicates": record.get("replicates", "?"),
        "minutes": f"{float(record.get('wall_seconds', 0.0)) / 60:.1f}",
        "commit": str(git.get("commit", "unknown"))[:10] + (" with changes" if git.get("dirty") else ""),
        "cpu": str(record.get("cpu", "unknown")),
        "versions": ", ".join(f"{name} {number}" for name, number in versions.items()),
    }


def commands(study: Outline, measures: pd.DataFrame | None, file: str, results: str) -> Iterator[str]:
    """Commands that give the same numbers in the same folder."""
    known = None if measures is None or measures.empty else failure_rates(measures)["attempted"]
    replicates = study.replicates if known is None else int(known.max())
    out = "" if results == USUAL_RESULTS else f" --out {results}"
    yield f"simstudy run {file} -r {replicates}{out}"
    yield f"simstudy table {file}{out}"
    if study.has_claims:
        yield f"simstudy claims {file}{out}"
    yield f"simstudy figure {file}{out}"
    yield f"simstudy report {file}{f' --results {results}' if out else ''}"
