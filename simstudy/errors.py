"""Errors that a user of simstudy can meet, and the sentences that they are made of."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class SimstudyError(Exception):
    """Base class: ``except SimstudyError`` catches every error raised on purpose."""


class ConfigError(SimstudyError, ValueError):
    """A study file, a scenario or a command line asks for something that does not exist."""


class InputError(SimstudyError, ValueError):
    """Data or arguments that an estimator cannot accept (NaN, wrong length, outside the support)."""


class MissingError(ConfigError, InputError):
    """What is asked for needs an optional package, or data, that is not here; the sentence says what to install."""


class NoSolution(SimstudyError):  # noqa: N818 - an answer of the theory (T22), not a mistake
    """An exact law does not exist because the estimator has no minimiser there."""


class ResultsError(SimstudyError, RuntimeError):
    """A results folder that cannot be used as asked (another study's, not writable, damaged)."""


class PluginError(SimstudyError, RuntimeError):
    """Code of a plug-in raised: says which, and at which line of its file."""


def bad_value(field: str, value: object, allowed: str) -> str:
    """Sentence for a value outside its range: names the field, the value and what is allowed."""
    return f"{field} = {value!r} is not allowed: it must be {allowed}"


def unknown_name(field: str, name: object, choices: Iterable[str]) -> str:
    """Sentence for a misspelt name: lists what is allowed and suggests the nearest one."""
    options = sorted(choices)
    close = difflib.get_close_matches(str(name), options, n=1, cutoff=0.5)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"{field}: unknown {name!r}; allowed are {', '.join(options)}{hint}"
