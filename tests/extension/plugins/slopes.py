"""Estimators: of a number with its standard error, of a vector, and one that fails on purpose."""

import numpy as np

import simstudy as ss


@ss.estimator("mean_step")
def mean_step(data, rng, *, keep: float = 1.0):
    steps = rng.permutation(data.y)[: max(2, int(keep * len(data.y)))]
    return {
        "drift": steps.mean(),
        "drift_se": steps.std(ddof=1) / np.sqrt(len(steps)),
        "quartiles": np.quantile(steps, [0.25, 0.75]),
    }


@ss.estimator("unlucky")
def unlucky(data, rng, *, failing: float = 0.5):
    if rng.random() < failing:
        raise ZeroDivisionError("an unlucky draw")
    return ss.Fit(estimates={"drift": data.y[0]}, message="lucky")
