"""What a whole path of a penalty has found, whichever of its levels was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from simstudy.errors import InputError, bad_value
from simstudy.estimands.registry import estimand
from simstudy.records import Data


@estimand("path_contains_truth", bounds=(0.0, 1.0))
def path_contains_truth(fit: Any, data: Data, truth: Mapping[str, Any]) -> float:  # noqa: ARG001 - one form for all
    """1 where some level of the path that the rule has compared selects the true support exactly, else 0."""
    if fit.supports is None:
        allowed = "chosen by a rule that compares levels, such as bic: the others see no path"
        raise InputError(bad_value("lam of path_contains_truth", fit.lam, allowed))
    if "beta" not in truth:
        raise InputError(bad_value("source of path_contains_truth", sorted(truth), "one that knows its beta"))
    return float((fit.supports == (np.asarray(truth["beta"]) != 0.0)).all(axis=1).any())
