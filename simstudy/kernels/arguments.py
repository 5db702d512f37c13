"""What kernels are given, as named tuples with their types for signatures."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import types
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

VECTOR = types.float64[::1]
MATRIX = types.float64[:, ::1]
NUMBER = types.float64
COUNT = types.int64
ADDRESS = types.int64
FLAG = types.boolean
VOID = types.void
#: Parameters of a family or penalty: the address of its numbers, one after the other.
PARAMETERS = types.CPointer(types.float64)


#: Weights of observations that all count alike, and an offset that is zero.
NONE_GIVEN = np.zeros(0)


class Loss(NamedTuple):
    """A family: addresses of its compiled functions (`kernels.loss` has their signatures), and what it is.

    `quadratic`: the loss is (y - eta)^2 / 2 up to what does not depend on eta. `kinked`: the sign of y - mu, which is
    the attack's, depends on eta. `weights` (n,), of mean one, are what each observation counts in every mean, and
    `offset` (n,) is added to its linear predictor; each is empty where there is none. `attained`: the objective is
    known to have a minimiser.
    """

    plain: int
    smoothed: int
    sided: int
    kink: int
    value: int
    slope: int
    curvature: int
    link: int
    recession: int
    quadratic: bool
    kinked: bool
    parameters: Vector
    weights: Vector = NONE_GIVEN
    offset: Vector = NONE_GIVEN
    attained: bool = False


class Shape(NamedTuple):
    """A penalty: linear t^power + square t^2 / 2, or (`tangents`) its tangents by the addresses of value and slope.

    `linear` is the slope at zero where tangents are used. `bounded`: the value is.
    """

    value: int
    slope: int
    linear: float
    square: float
    power: float
    tangents: bool
    bounded: bool
    parameters: Vector


class Design(NamedTuple):
    """One data set.

    `Z` (n, m) are the columns, the intercept's ones first if there is one; `gram` (m, m) is Z'Z/n, read for a quadratic
    loss without weights only; `direction` (n,) is, where each observation's loss falls for ever in one direction of
    eta, that direction, else empty; `scale` (m,) is rms(column j) * unit, the unit of the optimality residual; `unit`
    is the mean absolute deviation of y.
    """

    Z: Matrix
    gram: Matrix
    y: Vector
    direction: Vector
    scale: Vector
    unit: float


class Terms(NamedTuple):
    """P(b) = offset + sum_j (c_j |b_j|^r + ridge_j b_j^2 / 2); c and ridge (m,) are zero for the intercept.

    A ridge needs r = 1.
    """

    c: Vector
    ridge: Vector
    r: float
    offset: float


class Units(NamedTuple):
    """What kernels took off: `centre` off y, `means` (m,) off the columns, which were divided by `size` (m,) then."""

    centre: float
    means: Vector
    size: Vector


class State(NamedTuple):
    """Where a kernel starts, updated in place: b (m,), its linear predictor eta (n,), the attack's signs sigma (n,)."""

    b: Vector
    eta: Vector
    sigma: Vector


def _type(kind: type, *members: Any) -> Any:
    return types.BaseTuple.from_types(members, kind)


LOSS = _type(Loss, *[ADDRESS] * 9, FLAG, FLAG, VECTOR, VECTOR, VECTOR, FLAG)
SHAPE = _type(Shape, ADDRESS, ADDRESS, NUMBER, NUMBER, NUMBER, FLAG, FLAG, VECTOR)
DESIGN = _type(Design, MATRIX, MATRIX, VECTOR, VECTOR, VECTOR, NUMBER)
TERMS = _type(Terms, VECTOR, VECTOR, NUMBER, NUMBER)
UNITS = _type(Units, NUMBER, VECTOR, VECTOR)
STATE = _type(State, VECTOR, VECTOR, VECTOR)
#: A fit to one data set: (loss, attack, shape, weights, Z, y, has_intercept) -> as `linearised.fit_linearised` has it.
FIT = types.Tuple((COUNT, VECTOR, NUMBER, NUMBER, COUNT, NUMBER, FLAG))(
    LOSS, COUNT, SHAPE, VECTOR, MATRIX, VECTOR, FLAG
)
