"""What estimators accept as data: numbers, finite, of the right shapes; everything else is refused by its name."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Annotated, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simstudy.errors import InputError, bad_value
from simstudy.estimators.options import OF_DATA
from simstudy.penalties import Penalty

FloatArray = NDArray[np.float64]

#: Kinds of numpy types that are numbers: truth values, whole numbers, floating point.
NUMBERS = "biuf"


#: An array with a value for each observation, or none.
PerRow = Annotated[ArrayLike | None, OF_DATA]


@dataclass(frozen=True)
class Rows:
    """What each observation counts and what is added to its linear predictor; None: all alike, and nothing."""

    weights: FloatArray | None = None
    offset: FloatArray | None = None

    def counts(self, n: int) -> FloatArray:
        """Weights (n,)."""
        return np.ones(n) if self.weights is None else self.weights

    def added(self, n: int) -> FloatArray:
        """Offset (n,)."""
        return np.zeros(n) if self.offset is None else self.offset

    def take(self, chosen: NDArray[np.bool_]) -> Rows:
        """Those of the chosen observations."""
        return Rows(*(None if each is None else each[chosen] for each in (self.weights, self.offset)))


#: All observations count alike, and have no offset.
ALIKE = Rows()


def check_rows(
    X: ArrayLike, y: ArrayLike, weights: ArrayLike | None, offset: ArrayLike | None
) -> tuple[FloatArray, FloatArray, Rows]:
    """`check_data`, with the observations' weights and offset; what has weight zero is left out.

    Raises
    ------
    InputError
        As `check_data`; a negative weight, or none that is positive.
    """
    X, y = check_data(X, y)
    if weights is None and offset is None:
        return X, y, ALIKE
    rows = Rows(_for_each("weights", weights, y.size), _for_each("offset", offset, y.size))
    counts = rows.counts(y.size)
    if counts.min() < 0.0:
        first = int(np.argmax(counts < 0.0))
        raise InputError(bad_value(f"weights[{first}]", float(counts[first]), "at least 0"))
    if not counts.max() > 0.0:
        raise InputError(bad_value("weights", "all 0", "positive for at least one observation"))
    if counts.min() > 0.0:
        return X, y, rows
    kept = counts > 0.0
    return X[kept], y[kept], rows.take(kept)


def _for_each(name: str, values: ArrayLike | None, n: int) -> FloatArray | None:
    """A finite number for each of n observations."""
    if values is None:
        return None
    found = numbers(name, values)
    if found.shape != (n,):
        raise InputError(bad_value(f"{name}.shape", found.shape, f"({n},), the number of rows of X"))
    check_finite(name, found)
    return found


def check_data(X: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Float arrays X (n, p) and y (n,).

    Raises
    ------
    InputError
        Names what is wrong and where: a shape, a value that is not finite, a masked entry, a sparse matrix, complex
        numbers, texts, dates, or anything else that is no number.
    """
    X, y = numbers("X", X), numbers("y", y)
    if X.ndim != 2 or X.shape[0] < 1 or X.shape[1] < 1:
        raise InputError(bad_value("X.shape", X.shape, "(n, p) with n >= 1 and p >= 1"))
    if y.shape != (X.shape[0],):
        raise InputError(bad_value("y.shape", y.shape, f"({X.shape[0]},), the number of rows of X"))
    for name, values in (("X", X), ("y", y)):
        check_finite(name, values)
    return X, y


def check_finite(name: str, values: FloatArray) -> None:
    """Refuse values that are not finite.

    Raises
    ------
    InputError
        Names the first.
    """
    if np.isfinite(values).all():
        return
    where = np.argwhere(~np.isfinite(values))[0]
    raise InputError(bad_value(entry(name, where), float(values[tuple(where)]), "finite"))


def numbers(name: str, values: Any) -> FloatArray:
    """Values as a float array; frames and series with nullable types give NaN where a value is missing.

    Raises
    ------
    InputError
        They are not real numbers.
    """
    if type(values) is np.ndarray and values.dtype == np.float64:
        return values
    if isinstance(values, np.ma.MaskedArray):
        return _unmasked(name, values)
    if hasattr(values, "toarray"):
        raise InputError(bad_value(name, f"a sparse {type(values).__name__}", f"dense: {name}.toarray()"))
    try:
        array = np.asarray(values)
    except (ValueError, TypeError) as error:
        raise InputError(bad_value(name, type(values).__name__, f"an array of numbers ({error})")) from None
    if array.dtype.kind == "O":
        return _from_objects(name, array)
    if array.dtype.kind not in NUMBERS:
        raise InputError(bad_value(f"{name}.dtype", str(array.dtype), "that of real numbers"))
    return np.asarray(array, dtype=float)


def check_penalty(penalty: object) -> None:
    """Refuse what is no penalty.

    Raises
    ------
    InputError
        Names it.
    """
    if not isinstance(penalty, Penalty):
        raise InputError(bad_value("penalty", penalty, "a penalty, such as Lasso(0.1)"))


def entry(name: str, where: Any) -> str:
    """An entry as it is written, X[3, 1]; the name alone where it is no array."""
    if len(where) == 0:
        return name
    return f"{name}[{', '.join(str(int(k)) for k in where)}]"


def _unmasked(name: str, values: np.ma.MaskedArray[Any, Any]) -> FloatArray:
    mask = np.ma.getmaskarray(values)
    if mask.any():
        raise InputError(bad_value(entry(name, np.argwhere(mask)[0]), "masked", "finite"))
    return numbers(name, np.asarray(values))


def _from_objects(name: str, array: NDArray[Any]) -> FloatArray:
    """Numbers out of an array of objects, as frames with columns of several types give it."""
    for where, value in np.ndenumerate(array):
        # pandas.NA has no truth value and is no number: it is asked for by its name.
        missing = value is None or type(value).__name__ in {"NAType", "NaTType"}
        if missing:
            raise InputError(bad_value(entry(name, where), None, "finite: it is missing"))
        if not isinstance(value, Real | np.bool_):
            raise InputError(bad_value(entry(name, where), value, "a real number"))
    return np.asarray(array, dtype=float)
