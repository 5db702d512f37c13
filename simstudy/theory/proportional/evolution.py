"""State evolution at n/p fixed as a map of free coordinates (T20).

The coordinates (m / sqrt(q), log q, log V, log P, b / sqrt(1 + q)) have no bounds that matter and no units,
so that one tolerance fits all; log P is one of them for FGSM only, b for labels with an intercept only.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from simstudy.families.outputs import Hats, Overlaps
from simstudy.theory.proportional.model import Model

FloatArray = NDArray[np.float64]

# Logarithms stay where exp neither overflows nor vanishes: estimates that are zero but for odds of e^-300.
LARGEST_LOG = 300.0


def threshold(model: Model, hats: Hats) -> tuple[float, float]:
    """(mu, D) of the input side w = S(h, mu) / D."""
    multiplier = model.ratio * (hats.kappa if model.inside else 1.0)
    return multiplier * model.absolute, hats.Vh + multiplier * model.quadratic


def input_side(model: Model, hats: Hats, b: float) -> Overlaps:
    """Overlaps of w given the hats; P is P_lam(betahat), wherever the penalty is."""
    mu, D = threshold(model, hats)
    w = model.prior.moments(hats.mh, hats.qh, mu)
    q = w.square / D**2
    P = model.absolute * w.absolute / D + model.quadratic * q / 2
    return Overlaps(w.with_truth / D, q, w.active / D, P, b)


def has_b(model: Model) -> bool:
    """Whether the intercept is an unknown; gaussian fits find the true one."""
    return model.has_intercept and model.output.has_labels


def coordinates(model: Model, state: Overlaps) -> FloatArray:
    """Free coordinates of a state."""
    q, V, P = (max(each, math.exp(-LARGEST_LOG)) for each in (state.q, state.V, state.P))
    free = [state.m / math.sqrt(q), math.log(q), math.log(V)]
    if model.inside:
        free.append(math.log(P))
    if has_b(model):
        free.append(state.b / math.sqrt(1.0 + q))
    return np.array(free)


def state_of(model: Model, y: FloatArray) -> Overlaps:
    """State of free coordinates, P as the loss sees it: zero for a penalty beside the likelihood."""
    free = y.tolist()
    bound = math.sqrt(model.truth.rho)
    q, V = (math.exp(min(max(each, -LARGEST_LOG), LARGEST_LOG)) for each in free[1:3])
    P = math.exp(min(max(free[3], -LARGEST_LOG), LARGEST_LOG)) if model.inside else 0.0
    b = free[-1] * math.sqrt(1.0 + q) if has_b(model) else model.truth.b0
    return Overlaps(min(max(free[0], -bound), bound) * math.sqrt(q), q, V, P, b)


def update(model: Model, y: FloatArray, fineness: int = 1) -> FloatArray:
    """One step of the state evolution; its fixed points are the solutions of T20."""
    state = state_of(model, y)
    hats = model.output.hats(state, model.truth, model.ratio, fineness)
    return coordinates(model, input_side(model, hats, state.b + hats.gap))


def start_of(model: Model) -> FloatArray:
    """A state to iterate from: half of the truth, found with the width of least squares."""
    q = model.truth.rho / 2 + 0.05
    P = min(model.absolute * math.sqrt(q) / 2 + model.quadratic * q / 2, 1.0)
    return coordinates(model, Overlaps(model.truth.rho / 2, q, 1 / model.ratio, P, model.truth.b0))
