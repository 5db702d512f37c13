"""Samples of an estimand, from replicates or from a law, as the arguments of measures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from simstudy.measures.estimate import Estimate, FloatArray
from simstudy.measures.measure import MEASURES, Measure, Of


def arguments(of: Callable[[str], FloatArray], measure: Measure, whole: bool) -> dict[str, FloatArray]:
    """What a measure takes: of components side by side (R, m k), of vectors (R, m, k), of their norms (R, m).

    Parameters
    ----------
    of : callable
        Gives `values`, `reference` (another method's estimates on the same data) and `standard_errors` of m vectors of
        k components side by side, shape (R, m, k), and their `truth`, shape (m, k). What is not taken need not exist.
    measure : Measure
    whole : bool
        Whether it is asked of the vectors as wholes.
    """
    found = {name: _argument(of, name, measure) for name in measure.takes}
    if measure.of is Of.VECTOR:
        return found
    if whole:
        return {name: np.asfortranarray(np.linalg.norm(each, axis=-1)) for name, each in found.items()}
    return {name: each.reshape(*each.shape[:-2], each.shape[-2] * each.shape[-1]) for name, each in found.items()}


def _argument(of: Callable[[str], FloatArray], name: str, measure: Measure) -> FloatArray:
    if name == "errors":
        return of("values") - of("truth")
    if name == "reference" and "errors" in measure.takes:
        return of("reference") - of("truth")
    return of(name)


def estimate(
    name: str, values: FloatArray, truth: FloatArray, reference: FloatArray | None = None, *, whole: bool = False
) -> Estimate:
    """A measure of a sample: of draws from the law of an estimator, say, as it is computed from replicates.

    Parameters
    ----------
    name : str
        An entry of `measure.MEASURES` that needs no standard errors.
    values : ndarray, shape (R, k)
        Draws of the estimate of a vector; k = 1 for a number.
    truth : ndarray, shape (k,)
    reference : ndarray, shape (R, k), optional
        Another method's, drawn together with them.
    whole : bool
        Whether the measure is asked of the vector as a whole.

    Returns
    -------
    Estimate
        Shape (k,), or (1,) of the whole.

    Raises
    ------
    ConfigError
        Unknown measure.
    """
    one = {"values": values[:, np.newaxis], "truth": truth[np.newaxis]}
    if reference is not None:
        one["reference"] = reference[:, np.newaxis]
    return MEASURES[name].evaluate(arguments(one.__getitem__, MEASURES[name], whole))
