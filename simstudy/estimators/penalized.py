"""Penalised likelihood."""

from __future__ import annotations

from numpy.typing import ArrayLike

from simstudy.estimators.fit import Fit, fit_problem
from simstudy.penalties import Penalty
from simstudy.solvers.problem import Attack


def penalized(X: ArrayLike, y: ArrayLike, *, family: str, penalty: Penalty, fit_intercept: bool = True) -> Fit:
    """Penalised likelihood estimate: minimises the mean loss plus P_lam(beta) (T4).

    Parameters
    ----------
    X : (n, p) array
        Covariates; finite. They are not standardised.
    y : (n,) array
        Responses in the family's support.
    family : {"gaussian", "binomial", "poisson"}
    penalty : Lasso, ElasticNet, Lr, Scad or Mcp
        Its lam is per observation. Scad and Mcp are the fixed point of the local linear approximation (Zou & Li 2008)
        started at the MLE, or at the lasso with the same lam where the MLE is not unique; Lr with r < 1 is the lowest
        of the minima from the starts MLE, zero and lasso.
    fit_intercept : bool
        Whether the model has an intercept; it is not penalised.

    Returns
    -------
    Fit
        Status NO_MINIMISER where a bounded penalty meets separable data (T18), DEGENERATE_RESPONSE for a constant y.

    Raises
    ------
    InputError
        If X or y is not finite, their shapes disagree, y is outside the family's support, or the penalty's weights
        are not p in number.
    """
    return fit_problem(X, y, family, penalty, Attack.NONE, fit_intercept)
