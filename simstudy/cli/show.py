"""What the commands print."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Column
from rich.table import Table as Grid

from simstudy.records import Status
from simstudy.report import Table, cells, marks
from simstudy.report.notes import BEST
from simstudy.runner.progress import Reporter, reporter, silent
from simstudy.runner.replay import Replayed
from simstudy.runner.runner import RunReport
from simstudy.workflow.behind import Explanation, Source
from simstudy.workflow.check import Checked

#: Space around a column with the line beside it, and the width of row numbers with theirs.
PADDING, ROW_NUMBER = 3, 8
#: Scenarios that `plan` and `status` list; of more they say how many there are.
MOST_LISTED = 100


def output() -> Console:
    """Console of the results; where it is not a terminal, as wide as COLUMNS says or as a table needs."""
    console = Console()
    return console if console.is_terminal or "COLUMNS" in os.environ else Console(width=240)


def show(tables: Sequence[Table], notes: Sequence[str]) -> None:
    """Print tables with their notes, and why theory is silent where it is."""
    console = output()
    for each in tables:
        for grid in grids(each, console.width):
            console.print(grid)
        if each.answer:
            console.print(each.answer, highlight=False, markup=False, style="italic")
    # What is bold cannot be seen in a file or a pipe.
    hidden = set() if console.is_terminal else {BEST}
    for note in dict.fromkeys(note for each in tables for note in each.notes if note not in hidden):
        console.print(note, highlight=False, markup=False)
    for note in notes:
        click.echo(note, err=True)


def grids(table: Table, width: int) -> list[Grid]:
    """The table for the terminal: in parts beside which rows are numbered where it is wider than the terminal."""
    body, marked = cells(table), marks(table)
    sizes = [max([len(name), *map(len, body[name])]) + PADDING for name in map(str, body)]
    parts = fitting(sizes, width)
    found = []
    for k, part in enumerate(parts):
        grid = Grid(title=None if k else table.caption, title_justify="left", box=box.SIMPLE_HEAD)
        if len(parts) > 1:
            grid.add_column("Row", justify="right", style="dim")
        for place in part:
            column = table.columns[place]
            grid.add_column(column.heading, justify="right" if column.numeric else "left", overflow="fold")
        rows = zip(body.iloc[:, part].to_numpy(), marked.iloc[:, part].to_numpy(), strict=True)
        for row, (texts, best) in enumerate(rows, start=1):
            shown = [bold(text) if is_best else escape(text) for text, is_best in zip(texts, best, strict=True)]
            grid.add_row(*([str(row)] if len(parts) > 1 else []), *shown)
        found.append(grid)
    return found


def bold(text: str) -> str:
    """Text in bold, in rich's markup."""
    return f"[bold]{escape(text)}[/bold]"


def fitting(sizes: Sequence[int], width: int) -> list[list[int]]:
    """Places of columns in parts that are not wider than the terminal, in order; all in one part where that fits."""
    if sum(sizes) <= width:
        return [list(range(len(sizes)))]
    parts: list[list[int]] = [[]]
    left = width - ROW_NUMBER
    for place, size in enumerate(sizes):
        if parts[-1] and size > left:
            parts.append([])
            left = width - ROW_NUMBER
        parts[-1].append(place)
        left -= size
    return parts


def progress(console: Console, quiet: bool) -> Reporter:
    """Reporter of a run."""
    return silent if quiet else reporter(console)


def describe(report: RunReport) -> None:
    """Print what a run did: replicates, time, failures by status, shards set aside."""
    for shard in report.set_aside:
        click.echo(f"Set aside and computed again: {shard.reason}", err=True)
    for broken in report.stopped:
        click.echo(f"Stopped: {broken}", err=True)
    if report.versions:
        click.echo(report.versions, err=True)
    if not report.replicates:
        remade = f"No replicate was missing in {report.folder}; its measures were not up to date and were made again."
        whole = remade if report.remade else f"Nothing to do: {report.folder} is complete."
        click.echo("Nothing was computed." if report.stopped else whole)
        return
    fits = report.fits.total()
    click.echo(f"{report.replicates} replicates, {fits} fits in {report.seconds:.1f} s -> {report.folder}")
    failures = {status: count for status, count in report.fits.items() if status != Status.OK}
    counted = ", ".join(f"{count} {status}" for status, count in sorted(failures.items())) or "none"
    click.echo(f"Fits without a usable result: {counted}")


def show_check(found: Checked) -> None:
    """Print what was tried: each cell, what has to be mended, and the time that a run will take."""
    grid = Grid("Scenario", "Method", "Status", Column("Milliseconds a fit", justify="right"), box=None)
    for row in found.cells.to_dict("records"):
        grid.add_row(row["scenario"], row["method"], row["status"], f"{1000 * row['seconds']:.3g}")
    output().print(grid)
    failed = int((found.cells["status"] != Status.OK).sum())
    click.echo(f"{len(found.cells)} cells tried, {failed} without a usable result.")
    click.echo(f"All replicates will take about {duration(found.seconds)} of one processor.")
    for problem in found.problems:
        click.echo(f"To be mended: {problem}")
    if not found.problems:
        click.echo("Nothing has to be mended.")


def duration(seconds: float) -> str:
    """Seconds in the unit that suits them."""
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} seconds" if seconds >= 1 else "less than a second"


def fit_text(found: Replayed) -> str:
    """A fit that was made again, and how it compares."""
    row = found.row
    lines = [f"{row['scenario']} (key {row['scenario_key']}), replicate {row['replicate']}, {row['method']}"]
    # What the fit estimates are the columns behind those of every fit.
    estimates = list(row)[list(row).index("seconds") + 1 :]
    names = ("status", "message", "lam", *estimates, "objective", "kkt", "n_iter", "seconds")
    lines += [f"  {name}: {row[name]}" for name in names if row[name] is not None]
    if found.stored is None:
        lines.append("  not stored: this fit has not been run")
    elif found.equal:
        lines.append("  equal to the stored row, bit for bit (seconds apart)")
    else:
        lines += [f"  differs from the stored row: {name} was {found.stored[name]}" for name in found.different]
    return "\n".join(lines)


def explanation_text(found: Explanation) -> str:
    """What is behind a number."""
    lines = [
        f"printed:    {found.printed if found.printed is not None else 'no table on disk; `simstudy table` writes it'}",
        f"recomputed: {found.recomputed}",
        f"seed:       {found.seed}; data of replicate r: SeedSequence(seed, spawn_key = (words of the key, r, 0))",
    ]
    lines += [line for source in found.sources for line in source_lines(source)]
    for record in found.environments:
        git = record.get("git") or {}
        versions = ", ".join(f"{name} {number}" for name, number in record.get("versions", {}).items())
        state = " with changes" if git.get("dirty") else ""
        lines.append(f"computed at commit {git.get('commit', 'unknown')}{state} on {record.get('cpu', 'unknown')}")
        lines.append(f"  {versions}")
    return "\n".join(lines)


def source_lines(source: Source) -> list[str]:
    """One scenario behind a number."""
    first = f"{source.scenario} (key {source.scenario_key}): {source.replicates} replicates of"
    shards = [f"  replicates/{shard.file_name}" for shard in source.shards]
    count = f"{len(shards)} shard{'s' if len(shards) != 1 else ''}"
    return [f"{first} {' and '.join(source.methods)}, in {count}", *shards]
