"""Compile whatever a first fit would compile, before anything is timed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import InputError
from simstudy.families import FAMILIES, Family
from simstudy.kernels.calls import LISTENERS
from simstudy.kernels.limit_law import minimise_expansion, minimise_limit
from simstudy.kernels.tolerances import SMALL
from simstudy.kernels.working_sets import prepare
from simstudy.penalties import Lasso, Lr, Penalty, Scad
from simstudy.solvers.newton import solve
from simstudy.solvers.path import solve_path
from simstudy.solvers.problem import Attack, Problem

#: One penalty for each way in which the kernels treat them.
WAYS: tuple[Penalty, ...] = (Lasso(0.1), Scad(0.1), Lr(0.1, 0.5))


def warm(families: list[Family] | None = None) -> None:
    """Compile every kernel, those of the limit laws too, or load it from the cache of an earlier process.

    Parameters
    ----------
    families : list of Family, optional
        Those whose own functions are compiled too; by default all of the registry.
    """
    for law in FAMILIES.values() if families is None else families:
        X, y = np.linspace(-1.0, 1.0, 12).reshape(-1, 1), _responses(law)
        for attack in (Attack.NONE, Attack.FGSM):
            for penalty in WAYS:
                solve(Problem(X, y, law, penalty, attack, True))
        solve_path(Problem(X, y, law, WAYS[0], Attack.NONE, True), WAYS[0], [0.2, 0.1])
    prepare(SMALL + 1, kinks=True)
    one, H = np.ones(1), np.diag([1.0, 0.0])
    for penalty in WAYS:
        minimise_limit(H, np.ones((1, 1)), one, 0.0, penalty.kernel_shape(), one, one, np.ones((1, 1)), np.ones((1, 1)))
    minimise_expansion(H, np.ones(2), one.copy(), one, np.zeros(1), 1.0, 1e-10)


def _responses(law: Family) -> NDArray[np.float64]:
    """Twelve responses in the support of a family."""
    for low, high in ((1.0, 2.0), (0.0, 1.0)):
        y = np.tile([low, high, high], 4)
        if law.in_support(y).all():
            return y
    raise InputError(f"family {law.name!r}: neither 0 and 1 nor 1 and 2 are responses; fit it once to warm it up")


def when_compiling(call: Callable[[str], None]) -> None:
    """Call a function with the name of each kernel of ours before it is compiled in this process.

    Nothing is called for a kernel that comes from the cache; the first call may print that compiling happens once.
    """
    LISTENERS.append(call)
