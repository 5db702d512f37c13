"""Maximum likelihood."""

from __future__ import annotations

from numpy.typing import ArrayLike

from simstudy.estimators.capabilities import Errors, Freedom, Law, Placement
from simstudy.estimators.fit import Fit, fit_problem
from simstudy.estimators.registry import estimator_of_arrays
from simstudy.solvers.problem import Attack


@estimator_of_arrays(
    "mle", words="MLE", placement=Placement.NONE, errors=Errors.MODEL, freedom=Freedom.COUNT, law=Law.LIKELIHOOD
)
def mle(X: ArrayLike, y: ArrayLike, *, family: str, fit_intercept: bool = True) -> Fit:
    """Maximum likelihood estimate of a canonical GLM: T4 with lam = 0.

    Parameters
    ----------
    X : (n, p) array
        Covariates; finite.
    y : (n,) array
        Responses in the family's support.
    family : {"gaussian", "binomial", "poisson"}
    fit_intercept : bool
        Whether the model has an intercept.

    Returns
    -------
    Fit
        Status RANK_DEFICIENT where p >= n or the columns are dependent, NO_MINIMISER on separable data (T18),
        DEGENERATE_RESPONSE for a constant y.

    Raises
    ------
    InputError
        If X or y is not finite, their shapes disagree, or y is outside the family's support.
    """
    return fit_problem(X, y, family, None, Attack.NONE, fit_intercept)
