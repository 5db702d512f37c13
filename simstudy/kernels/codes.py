"""Integer codes that cross the border into compiled code.

A kernel takes arrays, scalars and these codes; a Python object, closure or jitclass would be compiled again in every
new process. Where kernels hand one on as a constant it is an `np.int64` (or `np.bool_`): a Python constant has a
literal type of its own, for which the kernel called would be compiled once more.
"""

from enum import IntEnum


class FamilyCode(IntEnum):
    """Response family of the canonical GLM."""

    GAUSSIAN = 0
    BINOMIAL = 1
    POISSON = 2


class PenaltyCode(IntEnum):
    """Shape of the penalty. SCAD and MCP are reached by local linear approximation; LR has r other than 1 and 2."""

    LASSO = 0
    SCAD = 1
    MCP = 2
    ELASTIC_NET = 3
    LR = 4
    RIDGE = 5


class Attack(IntEnum):
    """Where the penalty enters: added to the loss (NONE, T4) or inside it (FGSM, T3, and its WORST_CASE)."""

    NONE = 0
    FGSM = 1
    WORST_CASE = 2


class Outcome(IntEnum):
    """How a fit ended; the solver turns it into a Status with a message."""

    CONVERGED = 0
    ITERATION_LIMIT = 1
    SEPARATED = 2
    DIVERGING = 3
    NON_FINITE = 4
    SINGULAR = 5
