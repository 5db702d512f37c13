"""The fit on the columns that matter: working sets."""

import numpy as np
from numba import types

from simstudy.kernels.arguments import COUNT, DESIGN, FLAG, LOSS, STATE, TERMS, Design, State, Terms
from simstudy.kernels.calls import KERNELS, kernel, part
from simstudy.kernels.certificate import gradient_at
from simstudy.kernels.codes import Outcome
from simstudy.kernels.interior_point import interior_point
from simstudy.kernels.kinks import follow_kinks, solve_kinks
from simstudy.kernels.lapack import gram_of, symmetric_product
from simstudy.kernels.loss import has_gram, has_kinks, smoothed
from simstudy.kernels.states import assign_state, copy_state
from simstudy.kernels.tolerances import KINK_TOL, SMALL
from simstudy.kernels.vectors import any_positive, copy, full, gradient_in, mean, order_of, put, take, take_columns
from simstudy.kernels.weighted import weighted

CONVERGED = np.int64(Outcome.CONVERGED)
ITERATION_LIMIT = np.int64(Outcome.ITERATION_LIMIT)

SMALLEST_ADDITION = 20
MAX_ROUNDS = 100
# Columns that the null model would let in, as a share of the observations, from which on many end on their kinks.
WEAK = 0.5
NO = np.bool_(False)


@part
def _violations(q, b, c, scale, inside):
    """How well each column outside the working set keeps optimality at zero (negative: violates it), over `scale`."""
    m = b.size
    room = np.empty(m)
    for j in range(m):
        room[j] = np.inf if inside[j] else (c[j] * q[m] - abs(q[j])) / scale[j]
    return room


@part
def _indices(inside):
    count = 0
    index = np.empty(inside.size, np.int64)
    for j in range(inside.size):
        if inside[j]:
            index[count] = j
            count += 1
    return index[:count]


@part
def _gradient(loss, attack, design, terms, state):
    return gradient_at(loss, attack, design, terms, State(state.b, state.eta, copy(state.sigma)))[2]


@part
def _is_weak(loss, attack, design, terms):
    """Whether more columns violate optimality at zero than working sets are made for."""
    y, n = design.y, design.y.size
    q, d_eta, zero = np.empty(terms.c.size + 1), np.empty(n), full(n, 0.0)
    q[-1] = smoothed(
        loss, attack, y, zero, terms.offset, 1e-3 * design.unit, np.empty(n), d_eta, np.empty(n), np.empty(n)
    )[1]
    gradient_in(design.Z, d_eta, q)
    entering = 0
    for j in range(terms.c.size):
        entering += abs(q[j]) > terms.c[j] * q[-1]
    return entering > WEAK * n


@part
def _on_interior_points(loss, attack, design, terms, warm, state):
    """An attacked quadratic loss at a weak level, on all columns: (whether it is solved, n_iter)."""
    used = 0
    if warm:
        trial = copy_state(state)
        solved, _, used = solve_kinks(loss, 0.0, design, terms, NO, trial)
        if solved:
            assign_state(state, trial)
            return True, used
    solved, n_iter = interior_point(loss, design, terms, state)
    return solved, used + n_iter


@part
def _gram(loss, design, Z_in, columns):
    """Gram matrix of some columns for a quadratic loss: out of that of all where it is known."""
    if not loss.quadratic:
        return np.empty((0, 0))
    if design.gram.size == 0:
        return gram_of(Z_in)
    gram = np.empty((columns.size, columns.size))
    for j in range(columns.size):
        for k in range(columns.size):
            gram[j, k] = design.gram[columns[j], columns[k]]
    return gram


@kernel(
    types.UniTuple(COUNT, 2)(LOSS, COUNT, DESIGN, TERMS, FLAG, STATE),
    weighted,
    gradient_at,
    symmetric_product,
    order_of,
)
def on_working_sets(loss, attack, design, terms, warm, state):
    """`weighted` for r = 1, on the columns that matter.

    An attacked quadratic loss at a level so weak that most do is left to the interior points. Else the columns that
    most violate optimality join the working set until none does, which is checked over all of them;
    memory is O(n m) and the cost that of the working set. Parameters and result as in `weighted`.
    """
    y, n = design.y, design.y.size
    b, c, scale = state.b, terms.c, design.scale
    used = 0
    attacked = has_kinks(loss, attack) and any_positive(c) and not any_positive(terms.ridge)
    if attacked and has_gram(loss) and loss.offset.size == 0 and _is_weak(loss, attack, design, terms):
        solved, used = _on_interior_points(loss, attack, design, terms, warm, state)
        if solved:
            return CONVERGED, used
    first = True
    inside = np.empty(b.size, np.bool_)
    for j in range(b.size):
        inside[j] = b[j] != 0.0 or c[j] == 0.0
    if not warm:
        centre = mean(y)
        for i in range(n):
            state.sigma[i] = np.sign(y[i] - centre)
        np.dot(design.Z, b, state.eta)
    outcome = ITERATION_LIMIT
    q = _gradient(loss, attack, design, terms, state)
    for _ in range(MAX_ROUNDS):
        room = _violations(q, b, c, scale, inside)
        order = order_of(room)[: max(SMALLEST_ADDITION, _indices(inside).size)]
        added = 0
        for j in order:
            # The first set takes columns that will soon violate along with those that do: a second round costs more.
            if -room[j] > KINK_TOL or (first and added < SMALLEST_ADDITION):
                inside[j] = True
                added += 1
        if added == 0 and not first:
            break
        first = False
        columns = _indices(inside)
        Z_in = take_columns(design.Z, columns)
        gram_in = _gram(loss, design, Z_in, columns)
        design_in = Design(Z_in, gram_in, y, design.direction, take(scale, columns), design.unit)
        terms_in = Terms(take(c, columns), take(terms.ridge, columns), 1.0, terms.offset)
        b_in = take(b, columns)
        outcome, n_iter = weighted(loss, attack, design_in, terms_in, warm, State(b_in, state.eta, state.sigma))
        used += max(n_iter, 1)
        put(b, columns, b_in)
        if outcome not in (CONVERGED, ITERATION_LIMIT):
            break
        warm = True
        q = _gradient(loss, attack, design, terms, state)
    return outcome, used


@part
def on_columns(loss, attack, design, terms, narrow, warm, state):
    """`weighted` for r = 1 on all columns where there are few (`narrow`), else on working sets."""
    if narrow:
        return weighted(loss, attack, design, terms, warm, state)
    return on_working_sets(loss, attack, design, terms, warm, state)


def prepare(columns: int, *, kinks: bool) -> None:
    """Build what not every fit needs: the kernels of kinks, and of working sets for a design of many columns."""
    if kinks:
        KERNELS[follow_kinks].build()
    if columns > SMALL:
        KERNELS[on_working_sets].build()
        if kinks:
            KERNELS[interior_point].build()
