"""What a performance measure is, the registry of them, and the decorator by which a user adds one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import numpy as np

from simstudy.errors import ConfigError, InputError, bad_value, unknown_name
from simstudy.measures.estimate import Estimate, FloatArray, unknown, with_interval
from simstudy.plugins import users_code
from simstudy.registry import Registry
from simstudy.seeding import Stream, generator

#: What a measure can ask for, by the names of its function's arguments.
ARGUMENTS = {
    "values": "estimates, shape (R, k)",
    "errors": "estimates minus the truth, shape (R, k); only where there is a truth",
    "truth": "true values, shape (k,)",
    "standard_errors": "the estimator's own standard errors, shape (R, k)",
    "reference": "values of another method on the same data, shape (R, k); its errors beside an argument `errors`",
    "failed": "whether each attempted fit failed, shape (A, 1)",
}
#: Arguments without an axis of replicates.
FIXED = {"truth"}
#: Bootstrap samples behind the MCSE of a measure that gives none.
RESAMPLES = 200
#: Replicates, vectors and components with which a measure is tried out.
MADE_UP = (5, 2, 3)

Bounds = tuple[float, float]


class Of(Enum):
    """What a measure is a number of."""

    COMPONENT = auto()
    """Each component of an estimand apart; a number is its own component."""
    VECTOR = auto()
    """A vector as a whole: arguments have shape (R, m, k), m vectors of k components side by side."""
    BOTH = auto()
    """Each component, and the Euclidean norm of a vector's errors as if it were the error of one number."""


class Default(Enum):
    """When a measure is computed without being asked for."""

    ALWAYS = auto()
    """Wherever there is what it needs."""
    WITHOUT_TRUTH = auto()
    """For an estimand whose truth is not known."""
    CARRIED = auto()
    """Where a handful of replicates carries the mean (`quantiles.carried`)."""
    NEVER = auto()


@dataclass(frozen=True)
class Measure:
    """One performance measure: how it is computed, what it needs, what can be said about it.

    Parameters
    ----------
    name : str
    function : callable
        Returns an `Estimate`, a value, or a value and its MCSE; treats the components (or the vectors) side by side
        alike, each apart from the others.
    takes : tuple of str
        Names of `ARGUMENTS`, in the order of the function's.
    description, formula, mcse : str
        In a phrase; in symbols (`catalogue`); how its Monte Carlo standard error is found.
    of : Of
    default : Default
    sparse : bool
        Whether it is about exact zeros, and asked only of vectors whose truth has some and of the coefficients.
    share : bool
        Whether it is the share of replicates in which something happens, each on its own: its count is binomial.
    bounds : (low, high), or a function from the truth of a vector to them
        Values that one replicate can have.
    power : float
        Estimates that converge at rate root n bring the measure to zero like n^-power; 0 where they do not.
    """

    name: str
    function: Callable[..., Any]
    takes: tuple[str, ...]
    description: str = ""
    formula: str = ""
    mcse: str = ""
    of: Of = Of.COMPONENT
    default: Default = Default.NEVER
    sparse: bool = False
    share: bool = False
    bounds: Bounds | Callable[[FloatArray], Bounds] = (-np.inf, np.inf)
    power: float = 0.0

    @property
    def paired(self) -> bool:
        """Whether it compares a method with another one on the same data."""
        return "reference" in self.takes

    @property
    def of_fits(self) -> bool:
        """Whether it is about the fits and not about an estimand."""
        return "failed" in self.takes

    @property
    def needs_errors(self) -> bool:
        """Whether the fits have to have standard errors."""
        return "standard_errors" in self.takes

    @property
    def needs_truth(self) -> bool:
        """Whether the truth has to be known."""
        return "errors" in self.takes or "truth" in self.takes

    def range(self, truth: FloatArray) -> Bounds:
        """Values that one replicate can have, given the truth of the vector, shape (k,)."""
        return self.bounds(truth) if callable(self.bounds) else self.bounds

    def evaluate(self, arguments: Mapping[str, Any]) -> Estimate:
        """Estimate from arrays by the names of `ARGUMENTS`, of which those that are needed are used.

        Parameters
        ----------
        arguments : mapping
            Arrays with the replicates first; for a measure of vectors, the components last.

        Returns
        -------
        Estimate
            Shape (k,), or (m,) for a measure of vectors. NaN where R = 0. Where the function gives no MCSE, it is the
            standard deviation over `RESAMPLES` bootstrap samples of the replicates, drawn with a fixed seed; one
            argument is sorted before, so that its order does not matter.

        Raises
        ------
        InputError
            The function returns another shape.
        PluginError
            The function of a plug-in raises.
        """
        used = [np.asarray(arguments[name]) for name in self.takes]
        sampled = used[self._sampled[0]]
        size = sampled.shape[1]
        if not len(sampled):
            return unknown(size)
        with np.errstate(invalid="ignore", divide="ignore"), users_code(f"measure {self.name!r}"):
            found = self.function(*used)
            if isinstance(found, Estimate):
                return found
            value, *given = self._parts(found)
            mcse = given[0] if given else self._bootstrap(used)
        low, high = (-np.inf, np.inf) if callable(self.bounds) else self.bounds
        return with_interval(self._checked(value, size), self._checked(mcse, size), len(sampled), low, high)

    def try_out(self) -> None:
        """Call the function on made-up replicates, for what it returns to be told before there are real ones.

        What it raises on them proves nothing: it may need what real replicates have.

        Raises
        ------
        InputError
            It returns something else than a value for each component, or such a value and its MCSE.
        """
        rng = generator(0, f"measure {self.name}", Stream.BOOTSTRAP)
        R, m, k = MADE_UP
        shape = (R, m, k) if self.of is Of.VECTOR else (R, k)
        size = m if self.of is Of.VECTOR else k
        made_up = {name: np.abs(rng.standard_normal(shape)) for name in ARGUMENTS}
        made_up |= {name: made_up[name][0] for name in FIXED}
        if self.of_fits:
            made_up["failed"], size = (made_up["failed"][..., :1] > 1.0).astype(np.float64), 1
        try:
            with np.errstate(all="ignore"):
                found = self.function(*(made_up[name] for name in self.takes))
        except Exception:  # noqa: BLE001 - a user's code, and data of no study
            return
        if isinstance(found, Estimate):
            return
        for part in self._parts(found):
            self._checked(part, size)

    def _parts(self, found: Any) -> tuple[Any, ...]:
        """What the function has returned: the value, and its MCSE if there is one."""
        parts = found if isinstance(found, tuple) else (found,)
        if len(parts) not in {1, 2}:
            allowed = "a value, or a value and its MCSE"
            raise InputError(bad_value(f"what measure {self.name} returns", f"{len(parts)} things", allowed))
        return parts

    @property
    def _sampled(self) -> list[int]:
        """Positions of the arguments that have replicates."""
        return [position for position, name in enumerate(self.takes) if name not in FIXED]

    def _bootstrap(self, used: Sequence[FloatArray]) -> FloatArray:
        replicates = len(used[self._sampled[0]])
        if replicates < 2:
            return np.full(used[self._sampled[0]].shape[1], np.nan)
        rng = generator(0, f"measure {self.name}", Stream.BOOTSTRAP)
        if len(self._sampled) == 1 and self.of is Of.COMPONENT:
            used = [np.sort(each, axis=0) if position in self._sampled else each for position, each in enumerate(used)]
        values = []
        for _ in range(RESAMPLES):
            rows = rng.integers(replicates, size=replicates)
            again = [each[rows] if position in self._sampled else each for position, each in enumerate(used)]
            values.append(self.function(*again))
        return np.asarray(np.std(np.array(values), axis=0, ddof=1))

    def _checked(self, numbers: object, size: int) -> FloatArray:
        try:
            found = np.asarray(numbers, dtype=np.float64)
        except (TypeError, ValueError):
            allowed = f"numbers, of shape {(size,)}"
            raise InputError(bad_value(f"what measure {self.name} returns", numbers, allowed)) from None
        if found.shape != (size,):
            raise InputError(bad_value(f"shape of what measure {self.name} returns", found.shape, str((size,))))
        return found


#: Every measure, ours and everybody's.
MEASURES: Registry[Measure] = Registry("measure")


def measure(name: str, *, whole: bool = False, **what: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator that makes a function a performance measure, which a study can then ask for by name.

    Parameters
    ----------
    name : str
        Letters, digits and underscores; no other measure has it.
    whole : bool
        Whether it is one number of a vector; its arguments then have shape (R, m, k), m vectors side by side, and it
        returns m numbers. Else it returns k numbers from arguments of shape (R, k), each from its own column.
    **what
        Other fields of `Measure`: `bounds`, `power`, `sparse`, `share`, `description`, `formula`, `mcse`.

    Raises
    ------
    ConfigError
        The name is taken, a field is not one of a measure's, or the function asks for what no measure gets.

    Examples
    --------
    >>> import numpy as np
    >>> from simstudy.measures.measure import measure
    >>> @measure("largest_error")
    ... def largest_error(errors):
    ...     return np.abs(errors).max(axis=0)
    """
    for field in what:
        if field not in FIELDS:
            raise ConfigError(unknown_name(f"field of measure {name}", field, FIELDS))

    def registered(function: Callable[..., Any]) -> Callable[..., Any]:
        first = (inspect.getdoc(function) or "").partition("\n")[0]
        described = {"description": first, "mcse": f"bootstrap of {RESAMPLES} samples where none is returned", **what}
        parameters = inspect.signature(function).parameters.values()
        takes = tuple(each.name for each in parameters if each.default is each.empty)
        add(Measure(name, function, takes, of=Of.VECTOR if whole else Of.COMPONENT, **described))
        return function

    return registered


def add(entry: Measure) -> Measure:
    """Put a measure into the registry.

    Raises
    ------
    ConfigError
        The name is taken or not allowed, or the function asks for what no measure gets, or for no sample.
    """
    for argument in entry.takes:
        if argument not in ARGUMENTS:
            raise ConfigError(unknown_name(f"argument of measure {entry.name}", argument, ARGUMENTS))
    if FIXED.issuperset(entry.takes):
        samples = ", ".join(name for name in ARGUMENTS if name not in FIXED)
        raise ConfigError(bad_value(f"arguments of measure {entry.name}", entry.takes, f"some of {samples}"))
    return MEASURES.register(entry.name, entry)


FIELDS = ("bounds", "power", "sparse", "share", "description", "formula", "mcse")
