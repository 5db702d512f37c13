"""Adversarial training by the fast gradient sign method, generalised to any penalty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from numpy.typing import ArrayLike

from simstudy.errors import InputError, unknown_name
from simstudy.estimators.capabilities import Errors, Freedom, Law, LevelScale, Placement
from simstudy.estimators.estimating_equation import attacked_equation
from simstudy.estimators.fit import Fit, fit_path, fit_problem
from simstudy.estimators.input import ALIKE, FloatArray, PerRow, Rows, check_penalty
from simstudy.estimators.levels import free_level
from simstudy.estimators.registry import Objective, estimator_of_arrays
from simstudy.penalties import Penalty
from simstudy.solvers.problem import Attack

AttackName = Literal["fgsm", "worst_case"]
ATTACKS = {"fgsm": Attack.FGSM, "worst_case": Attack.WORST_CASE}


def fgsm_path(
    X: FloatArray, y: FloatArray, lams: Sequence[float], *, family: str, penalty: Penalty, fit_intercept: bool,
    attack: str = "fgsm", rows: Rows = ALIKE,
) -> list[Fit]:  # fmt: skip
    """Fits of `fgsm` at each level."""
    return fit_path(X, y, lams, family, penalty, attack_named(attack), fit_intercept, rows)


def inside(*, penalty: Penalty, attack: str = "fgsm") -> Objective:
    """T3."""
    check_penalty(penalty)
    return penalty, attack_named(attack)


@estimator_of_arrays(
    "fgsm",
    words="FGSM-{}",
    placement=Placement.INSIDE,
    objective=inside,
    margin_loss="softplus",
    largest_lam=free_level,
    path=fgsm_path,
    level_scale=LevelScale.FREE,
    pivotal=True,
    errors=Errors.SANDWICH,
    equation=attacked_equation,
    freedom=Freedom.EQUATION,
    law=Law.FGSM,
)
def fgsm(
    X: ArrayLike,
    y: ArrayLike,
    *,
    family: str,
    penalty: Penalty,
    fit_intercept: bool = True,
    attack: AttackName = "fgsm",
    weights: PerRow = None,
    offset: PerRow = None,
) -> Fit:
    """Generalised FGSM estimate: minimises the mean loss at eta_i - sign(y_i - mu_i) P_lam(beta) (T3).

    Parameters
    ----------
    X : (n, p) array
        Covariates; finite. They are not standardised.
    y : (n,) array
        Responses in the family's support.
    family : {"gaussian", "binomial", "poisson"}
    penalty : Lasso, ElasticNet, Lr, Scad or Mcp
        The attack's P_lam; Lasso(lam) is the FGSM step of size lam (T1). Scad and Mcp are the fixed point of the local
        linear approximation started at the MLE, or at the FGSM lasso with the same lam where the MLE is not unique; Lr
        with r < 1 is the lowest of the minima from the starts MLE, zero and lasso.
    fit_intercept : bool
        Whether the model has an intercept; it is neither penalised nor perturbed.
    attack : {"fgsm", "worst_case"}
        The one-step sign, or the worse of the two signs for each observation. They differ for poisson only, where
        "fgsm" is the stationary point with self-consistent signs (theory, section 1).
    weights, offset : (n,) arrays, optional
        As in `mle`.

    Returns
    -------
    Fit
        Status NO_MINIMISER where binomial data are separated beyond the attack (T18), DEGENERATE_RESPONSE for a
        constant y.

    Raises
    ------
    InputError
        If X or y is not finite, their shapes disagree, y is outside the family's support, the penalty's weights are
        not p in number, or the attack is unknown.
    """
    check_penalty(penalty)
    return fit_problem(X, y, family, penalty, attack_named(attack), fit_intercept, weights, offset)


def attack_named(name: str) -> Attack:
    """Attack of a name; InputError with the nearest one where there is none."""
    if name not in ATTACKS:
        raise InputError(unknown_name("attack", name, ATTACKS))
    return ATTACKS[name]
