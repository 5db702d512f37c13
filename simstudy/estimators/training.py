"""Adversarial training as it is practised: attack the data, take a step on the attacked data's loss, repeat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simstudy.errors import InputError, bad_value
from simstudy.estimators.capabilities import Freedom, LevelScale, Placement
from simstudy.estimators.estimating_equation import penalty_total
from simstudy.estimators.fit import Fit
from simstudy.estimators.input import check_data, check_penalty
from simstudy.estimators.levels import free_level
from simstudy.estimators.options import Interval
from simstudy.estimators.registry import estimator_of_arrays
from simstudy.families import Family
from simstudy.families import family as family_named
from simstudy.penalties import Penalty
from simstudy.records import Status

FloatArray = NDArray[np.float64]

#: Steps of the first epoch.
EPOCH = 50
#: An epoch whose net movement is less than this share of its path went back and forth: the next one has half its rate
#: and is longer by `GROWTH`, so that what is left of the way can still be covered.
PROGRESS = 0.5
GROWTH = 1.5
#: Halvings after which an epoch that went back and forth is the last one.
HALVINGS = 10
#: Times that steps which diverge are begun again, at a quarter of the rate.
RESTARTS = 5
#: Net movement of an epoch, in units of the response, at which the loop stands still.
STILL = 1e-10
#: Largest mean gradient of the last epoch, in the units of kkt, of a fit that counts as converged.
TOLERANCE = 1e-3


@dataclass(frozen=True)
class Loop:
    """Data in the loop's units: with an intercept, whose ones come first, columns are centred; their rms is one.

    `weights` (m,) are those of the columns' penalties, zero for the intercept; `means` and `rms` (m,) the columns'
    origins and scales; `start` (m,) is the null model and `unit` the mean size of its score, m of theory section 1.
    """

    Z: FloatArray
    y: FloatArray
    law: Family
    penalty: Penalty
    weights: FloatArray
    means: FloatArray
    rms: FloatArray
    start: FloatArray
    unit: float

    def gradient(self, b: FloatArray) -> FloatArray:
        """Gradient (m,) of the mean loss at the adversarial examples of b, which are held fixed (T2)."""
        t = np.abs(b) / self.rms
        ratio = np.divide(self.penalty.value(t), t, out=np.zeros_like(t), where=t > 0.0)
        perturbation = self.weights * ratio * np.sign(b) / self.rms
        eta = self.Z @ b
        s = np.sign(self.y - self.law.mean(eta))
        slopes = self.law.slope(self.y, eta - s * (perturbation @ b))
        return np.asarray((self.Z.T @ slopes - perturbation * (s @ slopes)) / self.y.size)


class Epoch(NamedTuple):
    """Steps of one rate: where they end, their mean, their extremes (m,) and the length of their path."""

    end: FloatArray
    mean: FloatArray
    lowest: FloatArray
    highest: FloatArray
    path: float


class Trained(NamedTuple):
    """Where the loop ended: mean point of the last epoch (m,), mean gradient (m,), steps, and whether it settled."""

    b: FloatArray
    gradient: FloatArray
    steps: int
    settled: bool


@estimator_of_arrays(
    "fgsm_training",
    words="Training loop, {}",
    placement=Placement.INSIDE,
    largest_lam=free_level,
    level_scale=LevelScale.FREE,
    pivotal=True,
    freedom=Freedom.COUNT,
    loop=True,
)
def fgsm_training(
    X: ArrayLike,
    y: ArrayLike,
    *,
    family: str,
    penalty: Penalty,
    fit_intercept: bool = True,
    max_iter: Annotated[int, Interval(0)] = 50_000,
) -> Fit:
    """Estimate that the adversarial-training loop converges to.

    Repeats: at the current beta build the adversarial examples x_i - s_i d with
    d_j = sign(beta_j) p_lam(|beta_j|)/|beta_j| (T2), then take one gradient step on the mean loss at these examples,
    held fixed. With the lasso that gradient is the gradient of T3, so that the loop ends at T3's minimiser. With other
    penalties it is not: the loop has p(|b|)/|b| where T3 has the derivative p'(|b|), so it ends elsewhere (a scad that
    leaves large coefficients alone in T3 still shrinks them here). Nothing of the solver behind `fgsm` is used.

    Around a kink, at a coefficient of zero or at y_i = mu_i, the steps go back and forth; the rate is then halved.

    Parameters
    ----------
    X, y, family, fit_intercept
        As in `fgsm`; steps are taken on columns scaled to root mean square one, centred with an intercept, so that
        no origin and no scale of a column matters.
    penalty : Penalty
    max_iter : int
        No epoch begins after so many steps.

    Returns
    -------
    Fit
        `coef` is the mean over the last epoch, zero for a coefficient that changed its sign there. `objective` is the
        mean loss at the result's adversarial examples (T3). `kkt` is the mean gradient of the last epoch in the units
        of theory section 1: near zero at a stationary point of the loop, which is one of T3 for the lasso only; the
        loop finds it to about three digits. Status NOT_CONVERGED where kkt is above 1e-3 or the steps did not become
        small, DEGENERATE_RESPONSE where the null model fits every response. `n_iter` counts steps.

    Raises
    ------
    InputError
        As `fgsm`, and if max_iter < 1.
    """
    X, y = check_data(X, y)
    law = family_named(family)
    law.check_response(y)
    check_penalty(penalty)
    if max_iter < 1:
        raise InputError(bad_value("max_iter", max_iter, "1 or more"))
    loop = _loop(X, y, law, penalty, int(fit_intercept))
    if loop.unit == 0.0 or (fit_intercept and y.min() == y.max()):
        return _without_estimate(X, Status.DEGENERATE_RESPONSE, f"every response equals {y[0]:g}")
    # Steps that run away overflow on their way; they are begun again, or end as a status.
    with np.errstate(over="ignore", invalid="ignore"):
        trained = _train(loop, max_iter)
    if not np.isfinite(trained.b).all():
        return _without_estimate(X, Status.NOT_CONVERGED, f"the steps diverge within {trained.steps}")
    return _result(loop, trained, int(fit_intercept))


def _loop(X: FloatArray, y: FloatArray, law: Family, penalty: Penalty, k: int) -> Loop:
    """Data in the loop's units; k = 1 with an intercept."""
    p = X.shape[1]
    means = X.mean(axis=0) if k else np.zeros(p)
    moved = X - means
    # A column whose deviations are rounding is constant, and an intercept absorbs it.
    moved[:, np.ptp(X, axis=0) == 0.0] *= 1 - k
    # The largest entry first, so that no square overflows.
    largest = np.max(np.abs(moved), axis=0)
    largest[largest == 0.0] = 1.0
    rms = largest * np.sqrt(np.mean((moved / largest) ** 2, axis=0))
    rms[rms == 0.0] = 1.0
    start = np.zeros(p + k)
    if k and y.min() < y.max():
        start[0] = law.link(np.array([y.mean()]))[0]
    unit = float(np.mean(np.abs(law.slope(y, np.full(y.size, start[0] if k else 0.0)))))
    Z, ahead = np.column_stack([np.ones((y.size, k)), moved / rms]), np.zeros(k)
    weights = np.append(ahead, penalty.multipliers(p))
    return Loop(Z, y, law, penalty, weights, np.append(ahead, means), np.append(ahead + 1.0, rms), start, unit)


def _without_estimate(X: FloatArray, status: Status, message: str) -> Fit:
    return Fit(np.full(X.shape[1], np.nan), np.nan, np.nan, np.nan, status, message, 0)


def _result(loop: Loop, trained: Trained, k: int) -> Fit:
    b = trained.b / loop.rms
    coef, intercept = b[k:], float(b[0] - loop.means @ b) if k else 0.0
    eta = loop.Z @ trained.b
    s = np.sign(loop.y - loop.law.mean(eta))
    step = s * penalty_total(loop.penalty, coef)
    # Residuals take the place of y and eta where only their difference counts: a far y costs no digits.
    losses = 0.5 * (loop.y - eta + step) ** 2 if loop.law.quadratic else loop.law.loss(loop.y, eta - step)
    objective = float(np.mean(losses))
    kkt = float(np.max(np.abs(trained.gradient)) / loop.unit)
    if trained.settled and kkt <= TOLERANCE:
        return Fit(coef, intercept, objective, kkt, Status.OK, "converged", trained.steps)
    message = f"the loop still moves after {trained.steps} steps, its mean gradient is {kkt:.1e}"
    return Fit(coef, intercept, objective, kkt, Status.NOT_CONVERGED, message, trained.steps)


def _train(loop: Loop, max_iter: int) -> Trained:
    """Run the loop from the null model."""
    start = b = loop.start
    # Stable where b'' has a bound, or is nowhere larger than at the start; else steps go back and forth or diverge.
    bound = loop.law.largest_variance
    curvature = bound if np.isfinite(bound) else float(np.max(loop.law.curvature(loop.y, loop.Z @ b)))
    rate = loop.y.size / (curvature * float(np.linalg.norm(loop.Z, 2)) ** 2)
    length, taken, halvings, restarts = float(EPOCH), 0, 0, 0
    while True:
        epoch = _epoch(loop, b, rate, int(length))
        taken += int(length)
        moved = float(np.linalg.norm(epoch.end - b))
        if not np.isfinite(moved) and restarts < RESTARTS:
            # A Poisson b'' has no bound.
            b, rate, restarts = start, 0.25 * rate, restarts + 1
            continue
        gradient = (b - epoch.end) / (rate * int(length))
        b = epoch.end
        still = moved <= STILL * loop.unit
        back_and_forth = moved < PROGRESS * epoch.path
        settled = still or (back_and_forth and halvings == HALVINGS)
        if settled or taken >= max_iter or not np.isfinite(moved):
            hovers = (loop.weights > 0.0) & (epoch.lowest < 0.0) & (epoch.highest > 0.0)
            return Trained(np.where(hovers, 0.0, epoch.mean), gradient, taken, settled)
        if back_and_forth:
            rate, length, halvings = 0.5 * rate, GROWTH * length, halvings + 1


def _epoch(loop: Loop, b: FloatArray, rate: float, length: int) -> Epoch:
    total, lowest, highest, path = np.zeros_like(b), b, b, 0.0
    for _ in range(length):
        step = rate * loop.gradient(b)
        b = b - step
        total += b
        lowest, highest = np.minimum(lowest, b), np.maximum(highest, b)
        path += float(np.sqrt(step @ step))
    return Epoch(b, total / length, lowest, highest, path)
