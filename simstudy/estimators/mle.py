"""Maximum likelihood."""

from __future__ import annotations

from numpy.typing import ArrayLike

from simstudy.estimators.capabilities import Errors, Freedom, Law, Placement
from simstudy.estimators.fit import Fit, fit_problem
from simstudy.estimators.input import PerRow
from simstudy.estimators.registry import Objective, estimator_of_arrays
from simstudy.solvers.problem import Attack


def without_penalty() -> Objective:
    """The likelihood alone."""
    return None, Attack.NONE


@estimator_of_arrays(
    "mle",
    words="MLE",
    placement=Placement.NONE,
    objective=without_penalty,
    margin_loss="softplus",
    errors=Errors.MODEL,
    freedom=Freedom.COUNT,
    law=Law.LIKELIHOOD,
)
def mle(
    X: ArrayLike,
    y: ArrayLike,
    *,
    family: str,
    fit_intercept: bool = True,
    weights: PerRow = None,
    offset: PerRow = None,
) -> Fit:
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
    weights : (n,) array, optional
        What each observation counts: frequencies, so that a weight of two is the same row twice, and n their sum. Any
        numbers >= 0 are allowed; for importance weights multiply them such that their sum is the number of observations
        that `standard_errors` shall reckon with. Levels lam are per unit of weight.
    offset : (n,) array, optional
        Added to the linear predictor, such as log exposure; neither penalised nor perturbed.

    Returns
    -------
    Fit
        Status RANK_DEFICIENT where p >= n or the columns are dependent, NO_MINIMISER on separable data (T18),
        DEGENERATE_RESPONSE for a constant y without an offset.

    Raises
    ------
    InputError
        If X or y is not finite, their shapes disagree, a weight is negative, or y is outside the family's support.
    """
    return fit_problem(X, y, family, None, Attack.NONE, fit_intercept, weights, offset)
