"""Compiled code before the first fit, so that no fit's time, and no time limit, contains a compilation."""

from __future__ import annotations

from collections.abc import Iterable

from simstudy.errors import InputError
from simstudy.families import family as family_named
from simstudy.runner.methods import ResolvedMethod
from simstudy.solvers.warm import warm

#: Families whose kernels this process has loaded or compiled.
_warmed: set[str] = set()


def prepare(methods: Iterable[ResolvedMethod]) -> None:
    """Load or compile what fits of generalised linear models call, once a process and family."""
    wanted = {str(method.arguments["family"]) for method in methods if "family" in method.arguments}
    for name in sorted(wanted - _warmed):
        _warmed.add(name)
        try:
            warm([family_named(name)])
        except InputError:
            # A family whose responses are of another kind compiles at its first fit.
            continue
