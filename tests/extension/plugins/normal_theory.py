"""A law: the mean of n normal steps is normal with variance 1/n."""

import numpy as np

import simstudy as ss


@ss.law("normal_steps")
def normal_steps(source, method):
    if method.estimator != "mean_step" or method.arguments.get("keep", 1.0) != 1.0:
        return {}
    n = source.n
    return {
        ("drift", "bias"): 0.0,
        ("drift", "empirical_se"): 1 / np.sqrt(n),
        ("drift", "coverage"): (0.95, 0.01),
        ("step_error", "mean"): 1 + 1 / n,
    }
