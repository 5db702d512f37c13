"""From replicate rows to the measures frame: every performance measure with its MCSE and its counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from simstudy.errors import InputError, unknown_name
from simstudy.measures.batch import batches
from simstudy.measures.cells import Cells, Group, cells
from simstudy.measures.columns import BoolArray
from simstudy.measures.estimate import FIELDS, Estimate, FloatArray
from simstudy.measures.measure import Default, Measure
from simstudy.measures.plan import Step, steps
from simstudy.measures.rows import Part, frame
from simstudy.records import Status


def summarise(
    replicates: pd.DataFrame,
    scenarios: pd.DataFrame,
    pairs: Sequence[tuple[str, str]] = (),
    measures: Sequence[str] = (),
) -> pd.DataFrame:
    """Performance measures of every scenario, method and estimand, and paired contrasts of pairs of methods.

    Every measure is an entry of `measure.MEASURES`, which says what it needs and how its MCSE is found. Computed
    without being asked for:

    - of an estimand with a truth `bias`, `empirical_se` and `rmse`; of one without `mean`, `empirical_se`, `median`,
      `quantile_05` and `quantile_95`;
    - `coverage` and `model_se`, over the replicates that have standard errors;
    - of the coefficients, and of vectors whose truth has zeros, `zero_probability` of each component, and of the whole
      `exact_support`, `sign_recovery`, `true_positives`, `false_positives`, `false_negatives`, `true_positive_rate` and
      `false_positive_rate`;
    - of a vector as a whole `rmse`: root mean square of ||betahat - beta0||_2 (the intercept is another estimand);
    - `failure_rate`, and `failure_rate:<status>` for each status that occurred;
    - of components whose mean a handful of replicates carries (`quantiles.carried`) `top_share` and `median_bias`;
    - contrasts (`reference` not null) `bias_difference`, `mse_difference` and `rmse_ratio`.

    Parameters
    ----------
    replicates : DataFrame
        One row for every attempted (scenario, replicate, method), failed fits included. The order of rows does not
        matter, except that methods are listed as they first appear. Estimands are the columns that are neither
        diagnostics, nor columns of `scenarios`, nor standard errors of an estimand (`records.error_column`): numbers or
        vectors of numbers, null where a fit has none.
    scenarios : DataFrame
        `scenario`, `scenario_key` and `truth`, JSON text of {estimand: number or list}, or without it `beta_true` and
        `intercept`.
    pairs : sequence of (method, reference)
        Contrasts to compute, in scenarios that have both methods, on the replicates that are usable for both;
        `attempted` then counts the replicates attempted by both.
    measures : sequence of str
        Measures of `measure.MEASURES` to compute besides the default ones.

    Returns
    -------
    DataFrame
        Columns of `MeasureRow`, ordered as scenarios, methods (contrasts after them), measures, estimands, components.
        Where no replicate is usable the values are NaN and the counts stand. A fit without a value of an estimand
        counts as failed in its rows.

    Raises
    ------
    InputError
        Unknown scenario key or method of a pair; a replicate that occurs twice; a column of an estimand that holds
        something else, or not as many components as the truth.
    ConfigError
        Unknown name of a measure.
    """
    of = cells(replicates, scenarios)
    for method in (name for pair in pairs for name in pair):
        if method not in of.methods:
            raise InputError(unknown_name("method of a contrast", method, of.methods))
    plan = steps(measures)
    parts = [*_failures(of, plan)]
    for estimand in of.values:
        parts += _single(of, estimand, plan)
        for slot, (method, reference) in enumerate(pairs, start=len(of.methods)):
            group = of.paired(estimand, method, reference)
            chosen = [step for step in plan if step.measure.paired]
            parts += (replace(each, slot=slot, reference=reference) for each in _parts(of, estimand, group, chosen))
    return frame(of, parts)


def _single(of: Cells, estimand: str, plan: Sequence[Step]) -> Iterator[Part]:
    """Parts of the measures of one method, of which some need standard errors."""
    own = [step for step in plan if not step.measure.paired and not step.measure.of_fits]
    yield from _parts(of, estimand, of.usable(estimand), [step for step in own if not step.measure.needs_errors])
    with_errors = of.with_errors(estimand)
    if with_errors is not None:
        yield from _parts(of, estimand, with_errors, [step for step in own if step.measure.needs_errors])


def _parts(of: Cells, estimand: str, group: Group, plan: Sequence[Step]) -> Iterator[Part]:
    """Parts of several measures of one estimand, batch by batch."""
    for batch in batches(of, estimand, group):
        for step in plan:
            if step.applies(batch.has_truth, batch.number, batch.sparse):
                kept = batch.carried if step.measure.default is Default.CARRIED and not step.asked else None
                if kept is None or kept.any():
                    yield Part(
                        step=step,
                        estimand=estimand,
                        number=batch.number,
                        cell=batch.cell,
                        attempted=group.attempted[batch.positions],
                        usable=group.count[batch.positions],
                        estimate=_estimate(step.measure, batch.arguments(step.measure, step.whole), kept),
                        kept=kept,
                    )


def _estimate(measure: Measure, arguments: dict[str, FloatArray], kept: BoolArray | None) -> Estimate:
    """Estimate of a measure, NaN where it is not kept."""
    if kept is None:
        return measure.evaluate(arguments)
    found = measure.evaluate({name: each[..., kept] for name, each in arguments.items()})
    parts = {name: np.full(len(kept), np.nan) for name in FIELDS}
    for name, part in parts.items():
        part[kept] = getattr(found, name)
    return Estimate(**parts)


def _failures(of: Cells, plan: Sequence[Step]) -> Iterator[Part]:
    """Failure rates, of all failures and of each status that occurred in a cell: over all attempted fits."""
    for step in plan:
        if step.measure.of_fits:
            fits = of.fits()
            yield from _rates(of, fits, step, None)
            for status in Status:
                if status is not Status.OK:
                    yield from _rates(of, fits, step, status)


def _rates(of: Cells, fits: Group, step: Step, status: Status | None) -> Iterator[Part]:
    failed = ~of.ok if status is None else of.status == status.value
    usable, occurred = of.per_cell(of.ok), of.per_cell(failed) > 0
    for positions in fits.batches(np.zeros(len(fits.cell), dtype=np.int64)):
        cell = fits.cell[positions]
        yield Part(
            step=step,
            suffix="" if status is None else f":{status.value}",
            rank=0 if status is None else 1 + list(Status).index(status),
            cell=cell,
            attempted=fits.attempted[positions],
            usable=usable[cell],
            estimate=step.measure.evaluate({"failed": failed[fits.of(positions, fits.rows)].T}),
            kept=None if status is None else occurred[cell],
        )
