"""An estimand: how well the estimated drift foretells the steps of a fresh walk."""

import numpy as np

import simstudy as ss


@ss.estimand("step_error", bounds=(0, float("inf")))
def step_error(fit, data, truth):
    """Mean squared error of the drift as a forecast of fresh steps."""
    _, fresh = data.test
    return np.mean((fresh - fit["drift"]) ** 2)
