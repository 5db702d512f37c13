"""A measure: half the distance between the largest and the smallest error."""

import numpy as np

import simstudy as ss


@ss.measure("half_range")
def half_range(errors):
    """Half the range of the errors."""
    return np.ptp(errors, axis=0) / 2
