"""The estimate behind a claim, with its interval at every level."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from simstudy.measures import MEASURES, WHOLE
from simstudy.measures.estimate import FloatArray
from simstudy.measures.moments import mean
from simstudy.measures.samples import Sample
from simstudy.verdicts.distances import kolmogorov
from simstudy.verdicts.found import Found
from simstudy.verdicts.intervals import (
    NOWHERE,
    Evidence,
    bounded,
    clopper_pearson,
    massart,
    student,
    unknown,
)

#: Share of failed fits above which nothing is decided about a quantity without bounds.
MOST_FAILED = 0.01

#: Counts of coefficients outside the support, and all counts and shares.
OF_REST = ("false_positives", "true_negatives")
BOUNDED = ("true_positives", "false_negatives", "true_positive_rate", "false_positive_rate", *OF_REST)


def of_measure(results: Found, key: str, method: str, reference: str | None, measure: str, parameter: str) -> Evidence:
    """Evidence from one row of the measures frame."""
    row = results.row(key, method, reference, measure, parameter)
    if row is None:
        row = results.row(key, method, reference, measure, f"{parameter}_{WHOLE}")
    if row is None or not row["attempted"]:
        return unknown(0, "No results.")
    value, mcse, attempted, usable, failed = (row[c] for c in ("value", "mcse", "attempted", "usable", "failed"))
    if math.isnan(value):
        return unknown(int(attempted), "No value.")
    if measure.startswith("failure_rate"):
        count = round(value * attempted)
        return Evidence(value, mcse, clopper_pearson(count, count, attempted), attempted, attempted, 0)
    note = "" if not failed else f"{failed} of {attempted} fits failed."
    if measure in MEASURES and MEASURES[measure].share:
        count = round(value * usable)
        interval = clopper_pearson(count, count + failed, attempted)
        return Evidence(value, mcse, interval, attempted, usable, failed, note=_worst_case(note))
    if measure in BOUNDED:
        high = _largest(measure, results.truth(key))
        return Evidence(
            value, mcse, bounded(value, mcse, high, usable, failed), attempted, usable, failed, note=_worst_case(note)
        )
    return decidable(Evidence(value, mcse, student(value, mcse, usable), attempted, usable, failed, note=note))


def of_sup_error(results: Found, key: str, method: str) -> Evidence:
    """Mean over replicates of max |betahat_j - beta0_j| over the support, as in T12."""
    sample = results.sample(key, method)
    if sample is None or not len(sample.usable):
        return unknown(0 if sample is None else len(sample.attempted), "No results.")
    support = sample.beta_true != 0.0
    estimate = mean(np.abs(sample.errors[:, support]).max(axis=1, keepdims=True))
    value, mcse = float(estimate.value[0]), float(estimate.mcse[0])
    return decidable(_with_counts(sample, value, mcse, student(value, mcse, len(sample.usable))))


def of_distance(results: Found, key: str, method: str, parameter: str, n: int, draws: FloatArray) -> Evidence:
    """Kolmogorov distance of sqrt(n)(betahat - beta0) to a law that is given by draws of this coefficient."""
    sample = results.sample(key, method)
    if sample is None or not len(sample.usable):
        return unknown(0 if sample is None else len(sample.attempted), "No results.")
    errors = math.sqrt(n) * sample.all_errors[:, sample.parameters.index(parameter)]
    value, below = kolmogorov(errors, draws)
    usable, failed = len(errors), len(sample.attempted) - len(errors)
    mcse = math.sqrt(max(below * (1 - below), 1 / usable) / usable)
    found = _with_counts(sample, value, mcse, massart(value, usable, failed, len(draws)))
    return replace(found, note=_worst_case(found.note))


def decidable(evidence: Evidence, share: float | None = None) -> Evidence:
    """The evidence, with an interval that decides nothing where more than 1 % of the fits failed.

    Parameters
    ----------
    evidence : Evidence
        About a quantity without bounds, which failed fits could have moved anywhere.
    share : float, optional
        Largest share of failed fits in a scenario, where the evidence rests on several.
    """
    if (evidence.failed if share is None else share * evidence.attempted) <= MOST_FAILED * evidence.attempted:
        return evidence
    note = f"{evidence.note} More than {MOST_FAILED:.0%} failed and the quantity has no bounds: not decided."
    return replace(evidence, interval=lambda _: NOWHERE, note=note.strip())


def _with_counts(
    sample: Sample, value: float, mcse: float, interval: Callable[[float], tuple[float, float]]
) -> Evidence:
    attempted, usable = len(sample.attempted), len(sample.usable)
    failed = attempted - usable
    note = f"{failed} of {attempted} fits failed." if failed else ""
    return Evidence(value, mcse, interval, attempted, usable, failed, note=note)


def _worst_case(note: str) -> str:
    return f"{note} The interval holds whatever they would have shown." if note else ""


def _largest(measure: str, truth: pd.Series) -> float:
    """Largest value that one replicate can have."""
    if measure.endswith("_rate"):
        return 1.0
    return float(truth["p"] - truth["s"] if measure in OF_REST else truth["s"])
