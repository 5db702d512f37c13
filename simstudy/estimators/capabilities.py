"""What an estimator can say about itself, so that nothing outside compares its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from simstudy.penalties import Penalty


class Placement(StrEnum):
    """Where the penalty acts."""

    NONE = "none"
    #: Added to the likelihood (T4): every observation feels it alike.
    OUTSIDE = "outside"
    #: Inside of it (T3): an observation feels it as far as it is badly fitted.
    INSIDE = "inside"


class LevelScale(StrEnum):
    """Whether lam scales with the response (T13)."""

    RESPONSE = "response"
    FREE = "free"


class Law(StrEnum):
    """The estimator's limit law, at a level that does not depend on the data."""

    FGSM = "T6"
    PENALISED = "T7"
    #: Normal, that of maximum likelihood.
    LIKELIHOOD = "mle"
    #: The same on the true support, zero elsewhere.
    ORACLE = "oracle"


class Errors(StrEnum):
    """How the estimator's standard errors are computed."""

    #: Inverse information of the selected support.
    MODEL = "model"
    #: From its estimating equation.
    SANDWICH = "sandwich"


class Freedom(StrEnum):
    """How its degrees of freedom are found."""

    #: Number of nonzeros and the intercept.
    COUNT = "count"
    #: From its estimating equation.
    EQUATION = "equation"


@dataclass(frozen=True)
class Accepts:
    """Which penalties an estimator takes.

    Parameters
    ----------
    words : str
        As an error message says it: "bounded, such as scad".
    holds : callable
        Question to a penalty's own properties.
    """

    words: str
    holds: Callable[[Penalty], bool]


EVERY_PENALTY = Accepts("any penalty", lambda penalty: True)  # noqa: ARG005 - the question has one form
BOUNDED = Accepts("bounded, such as scad or mcp", lambda penalty: penalty.bounded)
#: The adaptive estimators put their weights on the penalty.
WEIGHTED = Accepts("one with weights, the lasso", lambda penalty: hasattr(penalty, "weights"))
