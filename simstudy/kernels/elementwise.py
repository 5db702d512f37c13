"""Methods written for one number, compiled, and evaluated on arrays: how a user's family or penalty gets in.

`self` in a compiled method is a record of the object's numbers, whose memory layout is that of an array of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numba import from_dtype
from numba.core.errors import NumbaError
from numpy.typing import ArrayLike

from simstudy.kernels.arguments import NUMBER, Vector
from simstudy.kernels.calls import compile_function, entry
from simstudy.kernels.loss import pair_at, scalar_at

#: What numba raises where a function is not plain arithmetic; a field that does not exist is a KeyError.
COMPILER_ERRORS = (NumbaError, KeyError, NotImplementedError, TypeError)

# A record has at least one field.
NOTHING = "nothing"


@lru_cache
def parameter_names(kind: type) -> tuple[str, ...]:
    """Fields of a dataclass that are numbers, in order."""
    if not is_dataclass(kind):
        return ()
    return tuple(each.name for each in fields(kind) if each.type in ("float", float, "int", int))


def parameters_of(given: Any, kind: type) -> Vector:
    """The numbers of an object, in the order of its class's fields."""
    return np.array([float(getattr(given, name)) for name in parameter_names(kind)] or [0.0])


def compile_method(kind: type, name: str, arguments: int) -> Any:
    """Compile a method of a class for `arguments` numbers.

    Raises
    ------
    numba.core.errors.NumbaError
        It is not plain arithmetic of its arguments and the object's numbers.
    """
    names = parameter_names(kind) or (NOTHING,)
    record = from_dtype(np.dtype([(each, np.float64) for each in names]))
    return compile_function(getattr(kind, name), NUMBER(record, *[NUMBER] * arguments))


@entry()
def _evaluate(address, parameters, t, out):
    for i in range(t.size):
        out[i] = scalar_at(address, parameters.ctypes, t[i])


@entry()
def _evaluate_pair(address, parameters, y, eta, out):
    for i in range(y.size):
        out[i] = pair_at(address, parameters.ctypes, y[i], eta[i])


def evaluate(address: int, parameters: Vector, arguments: Sequence[ArrayLike]) -> Vector:
    """A compiled method of one or two numbers on arrays, broadcast."""
    given = np.broadcast_arrays(*[np.asarray(each, dtype=float) for each in arguments])
    flat = [np.array(each).ravel() for each in given]
    out = np.empty(flat[0].size)
    (_evaluate if len(flat) == 1 else _evaluate_pair)(address, parameters, *flat, out)
    return out.reshape(given[0].shape)
