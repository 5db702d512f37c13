"""Integer codes that cross the border into compiled code.

Where kernels hand one on as a constant it is an `np.int64` (or `np.bool_`): a Python constant has a literal type of its
own, for which the function called would be compiled once more.
"""

from enum import IntEnum


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
