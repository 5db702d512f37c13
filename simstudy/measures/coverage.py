"""How good an estimator's own standard errors are.

Both functions take the standard errors of the replicates that have them, shape (R, k), and return an `Estimate` of k
numbers. A coefficient estimated as exactly zero has a standard error of zero (Fan & Li 2001): its interval is the point
zero, which covers a coefficient that is zero and no other.
"""

from __future__ import annotations

import numpy as np

from simstudy.measures.estimate import Z_95, Estimate, FloatArray
from simstudy.measures.moments import rmse
from simstudy.measures.proportion import proportion


def coverage(errors: FloatArray, standard_errors: FloatArray) -> Estimate:
    """Share of replicates whose 95 % interval betahat +- 1.96 se holds the true coefficient, with Wilson's interval.

    Parameters
    ----------
    errors : ndarray, shape (R, k)
        betahat - beta0.
    standard_errors : ndarray, shape (R, k)
    """
    return proportion(np.abs(errors) <= Z_95 * standard_errors)


def model_se(standard_errors: FloatArray) -> Estimate:
    """Root mean square of the standard errors, to be compared with the empirical SE (Morris et al. 2019, table 6)."""
    return rmse(standard_errors)
