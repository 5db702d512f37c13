"""From replicate rows to the measures frame: every performance measure with its MCSE and its counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from simstudy.errors import InputError, unknown_name
from simstudy.measures import moments, paired, selection
from simstudy.measures.coverage import coverage, model_se
from simstudy.measures.estimate import Estimate
from simstudy.measures.proportion import proportion
from simstudy.measures.samples import Sample, samples
from simstudy.records import Status

#: Name of the parameter of measures that belong to the whole vector, to selection or to counts.
WHOLE = "all"


class MeasureRow(NamedTuple):
    """One number of the measures frame; the fields are its columns.

    `reference` is the other method of a paired contrast, else None. `lower` and `upper` end the 95 % interval.
    `conditional` says that the value rests on some, not all, of the attempted replicates.
    """

    scenario: str
    scenario_key: str
    method: str
    reference: str | None
    parameter: str
    measure: str
    value: float
    mcse: float
    lower: float
    upper: float
    attempted: int
    usable: int
    failed: int
    conditional: bool


def summarise(replicates: pd.DataFrame, scenarios: pd.DataFrame, pairs: Sequence[tuple[str, str]] = ()) -> pd.DataFrame:
    """Performance measures of every scenario and method, and paired contrasts of the given pairs of methods.

    Measures of a parameter (`intercept`, `beta_1`, ...): `bias`, `empirical_se`, `rmse`, and for slopes
    `zero_probability`; where the fits have standard errors, `coverage` of their 95 % intervals and `model_se`, over
    the replicates that have them. Measures of the whole: `rmse` (root mean square of ||betahat - beta0||_2 over the
    slopes, the intercept left out), `exact_support`, `sign_recovery`, `true_positives`, `false_positives`,
    `false_negatives`, `true_positive_rate`, `false_positive_rate`, `failure_rate`, and `failure_rate:<status>` for
    each status that occurred. Contrasts (`reference` not null): `bias_difference` (parameters), `mse_difference` and
    `rmse_ratio` (parameters and the whole).

    Parameters
    ----------
    replicates : DataFrame
        Columns of `records.REPLICATE_SCHEMA`; failed fits included. The order of rows does not matter, except that
        methods are listed as they first appear.
    scenarios : DataFrame
        Columns of `records.SCENARIO_SCHEMA`: the truth.
    pairs : sequence of (method, reference)
        Contrasts to compute, in scenarios that have both methods, on the replicates that are usable for both;
        `attempted` then counts the replicates attempted by both.

    Returns
    -------
    DataFrame
        Columns of `MeasureRow`, ordered as scenarios, methods (contrasts after them), measures, parameters. Where no
        replicate is usable the values are NaN and the counts stand.

    Raises
    ------
    InputError
        Unknown scenario key or method of a pair; a replicate that occurs twice.
    """
    groups = samples(replicates, scenarios)
    methods = {method for _, method in groups}
    for method in (name for pair in pairs for name in pair):
        if method not in methods:
            raise InputError(unknown_name("method of a contrast", method, methods))
    rows: list[MeasureRow] = []
    for key in dict.fromkeys(key for key, _ in groups):
        for (other, _), sample in groups.items():
            if other == key:
                rows.extend(_measures(sample))
        for method, reference in pairs:
            if (key, method) in groups and (key, reference) in groups:
                rows.extend(_contrasts(groups[key, method], groups[key, reference]))
    return pd.DataFrame(rows, columns=list(MeasureRow._fields)).astype({"reference": "str"})


def _measures(sample: Sample) -> Iterator[MeasureRow]:
    attempted, usable = len(sample.attempted), len(sample.usable)

    def rows(measure: str, parameters: Sequence[str], estimate: Estimate) -> Iterator[MeasureRow]:
        return _rows(sample, None, measure, parameters, estimate, attempted, usable)

    for measure, of in (("bias", moments.mean), ("empirical_se", moments.empirical_se), ("rmse", moments.rmse)):
        yield from rows(measure, sample.parameters, of(sample.all_errors))
    yield from rows("zero_probability", sample.slopes, proportion(sample.beta_hat == 0))
    yield from rows("rmse", [WHOLE], moments.rmse(sample.error_norms))
    for selects in (
        selection.exact_support,
        selection.sign_recovery,
        selection.true_positives,
        selection.false_positives,
        selection.false_negatives,
        selection.true_positive_rate,
        selection.false_positive_rate,
    ):
        yield from rows(selects.__name__, [WHOLE], selects(sample.beta_hat, sample.beta_true))
    yield from _standard_errors(sample)
    yield from _failures(sample)


def _standard_errors(sample: Sample) -> Iterator[MeasureRow]:
    """Measures of the standard errors, where there are any."""
    if sample.standard_errors is None:
        return
    known = np.isfinite(sample.standard_errors).all(axis=1)
    errors, standard_errors = sample.all_errors[known], sample.standard_errors[known]
    attempted, usable = len(sample.attempted), int(known.sum())
    measured = {"coverage": coverage(errors, standard_errors), "model_se": model_se(standard_errors)}
    for measure, estimate in measured.items():
        yield from _rows(sample, None, measure, sample.parameters, estimate, attempted, usable)


def _failures(sample: Sample) -> Iterator[MeasureRow]:
    """Failure rates: over all attempted fits, so never conditional."""
    attempted, usable = len(sample.attempted), len(sample.usable)
    failed = {"failure_rate": sample.status != Status.OK.value}
    for status in Status:
        if status is not Status.OK and (sample.status == status.value).any():
            failed[f"failure_rate:{status.value}"] = sample.status == status.value
    for measure, events in failed.items():
        for row in _rows(sample, None, measure, [WHOLE], proportion(events[:, np.newaxis]), attempted, usable):
            yield row._replace(conditional=False)


def _contrasts(sample: Sample, reference: Sample) -> Iterator[MeasureRow]:
    attempted = len(np.intersect1d(sample.attempted, reference.attempted, assume_unique=True))
    both, rows_a, rows_b = np.intersect1d(sample.usable, reference.usable, assume_unique=True, return_indices=True)

    def rows(measure: str, parameters: Sequence[str], estimate: Estimate) -> Iterator[MeasureRow]:
        return _rows(sample, reference.method, measure, parameters, estimate, attempted, len(both))

    errors, reference_errors = sample.all_errors[rows_a], reference.all_errors[rows_b]
    norms, reference_norms = sample.error_norms[rows_a], reference.error_norms[rows_b]
    yield from rows("bias_difference", sample.parameters, paired.bias_difference(errors, reference_errors))
    for compares in (paired.mse_difference, paired.rmse_ratio):
        yield from rows(compares.__name__, sample.parameters, compares(errors, reference_errors))
        yield from rows(compares.__name__, [WHOLE], compares(norms, reference_norms))


def _rows(
    sample: Sample,
    reference: str | None,
    measure: str,
    parameters: Sequence[str],
    estimate: Estimate,
    attempted: int,
    usable: int,
) -> Iterator[MeasureRow]:
    numbers = zip(estimate.value, estimate.mcse, estimate.lower, estimate.upper, strict=True)
    for parameter, (value, mcse, lower, upper) in zip(parameters, numbers, strict=True):
        yield MeasureRow(
            scenario=sample.scenario,
            scenario_key=sample.scenario_key,
            method=sample.method,
            reference=reference,
            parameter=parameter,
            measure=measure,
            value=float(value),
            mcse=float(mcse),
            lower=float(lower),
            upper=float(upper),
            attempted=attempted,
            usable=usable,
            failed=attempted - usable,
            conditional=usable < attempted,
        )
