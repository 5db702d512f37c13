"""Fits of random problems against programs that are not the package's; exit code 1 beyond the limits.

In ten minutes: objectives of convex problems against Clarabel's, statuses against a linear program, scad and mcp
against local linear approximation by Clarabel. Each failure is a line that brings its problem back.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from time import perf_counter

import click
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from fuzz.compare import Verdict, compare
from fuzz.problems import DRAW

#: Verdicts of which there may be none.
NEVER = (Verdict.WORSE, Verdict.ELSEWHERE, Verdict.FALSE, Verdict.MISSED)
#: Largest share of fits with a minimiser that may not converge.
SHARE = 1e-3
#: Verdicts about fits that have a minimiser.
EXISTING = (Verdict.AGREES, Verdict.WORSE, Verdict.ELSEWHERE, Verdict.NOT_CONVERGED, Verdict.OTHER_FAILED)


def one(kind: str, seed: int, index: int, largest: tuple[int, int]) -> tuple[str, Verdict, str]:
    """Kind, verdict and reproducible line of one problem."""
    drawn = DRAW[kind](seed, index, largest)
    with threadpool_limits(1):
        return kind, compare(drawn), drawn.line


def tasks(counts: dict[str, int], only: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """Kinds and numbers of the problems."""
    for each in only:
        kind, index = each.split(":")
        yield kind, int(index)
    if not only:
        yield from ((kind, index) for kind, count in counts.items() for index in range(count))


def table(counts: dict[str, Counter[Verdict]]) -> list[str]:
    """One line a kind."""
    shown = [verdict for verdict in Verdict if any(count[verdict] for count in counts.values()) or verdict in NEVER]
    rows = ["| problems | number | " + " | ".join(shown) + " |", "| --- |" + " ---: |" * (1 + len(shown))]
    for kind, count in counts.items():
        rows.append(f"| {kind} | {count.total()} | " + " | ".join(str(count[verdict]) for verdict in shown) + " |")
    return rows


def unconverged(counts: dict[str, Counter[Verdict]]) -> tuple[int, int]:
    """Fits that did not converge, and fits whose minimiser exists."""
    existing = sum(count[verdict] for count in counts.values() for verdict in EXISTING)
    return sum(count[Verdict.NOT_CONVERGED] for count in counts.values()), existing


@click.command(help=__doc__)
@click.option("--convex", default=2000, show_default=True, help="Convex problems against Clarabel.")
@click.option("--status", default=5000, show_default=True, help="Statuses against a linear program.")
@click.option("--lla", default=400, show_default=True, help="scad and mcp fits against approximation by Clarabel.")
@click.option("--seed", default=1, show_default=True, help="Of all problems.")
@click.option("-n", "n_samples", default=100, show_default=True, help="Most observations of a problem.")
@click.option("-p", "n_features", default=15, show_default=True, help="Most slopes of a problem.")
@click.option("-j", "--jobs", default=1, show_default=True, help="Processes.")
@click.option("--only", multiple=True, metavar="KIND:NUMBER", help="These problems only.")
def main(
    convex: int, status: int, lla: int, seed: int, n_samples: int, n_features: int, jobs: int, only: tuple[str, ...]
) -> None:
    start, largest = perf_counter(), (n_samples, n_features)
    counts: dict[str, Counter[Verdict]] = {kind: Counter() for kind in DRAW}
    todo = tasks({"convex": convex, "status": status, "lla": lla}, only)
    parallel = Parallel(n_jobs=jobs, batch_size=8, return_as="generator_unordered")
    for kind, verdict, line in parallel(delayed(one)(kind, seed, index, largest) for kind, index in todo):
        counts[kind][verdict] += 1
        if only or verdict in NEVER or verdict in {Verdict.NOT_CONVERGED, Verdict.OTHER_FAILED}:
            click.echo(f"{verdict}: {line}")
    failed, existing = unconverged(counts)
    click.echo("\n".join(table(counts)))
    share = failed / existing if existing else 0.0
    click.echo(f"not_converged: {failed} of {existing} with a minimiser, {100 * share:.2f} % (limit .1 %)")
    click.echo(f"{perf_counter() - start:.0f} s")
    beyond = any(count[verdict] for count in counts.values() for verdict in NEVER) or share > SHARE
    sys.exit(int(beyond))


if __name__ == "__main__":
    main()
