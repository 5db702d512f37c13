"""Which law with p fixed is computed beside an exact one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import simstudy as ss
from simstudy.workflow.predicting import has_exact_law, predicted


def study(n: int, laws: tuple[str, ...] | None) -> ss.Study:
    scenario = ss.Scenario("gaussian", n, 0.1 * np.ones(10), intercept=None, label="a")
    method = ss.Method("f", "fgsm", "lasso", lam=ss.FixedLambda(0.05))
    return replace(ss.Study("s", "aim", 3, 10, (scenario,), (method,)), laws=laws)


@pytest.mark.parametrize(
    ("n", "laws", "names"),
    [
        (20, ("proportional",), {"T10"}),
        (400, ("proportional",), {"law", "T17"}),
        (20, ("existence",), {"law", "T17"}),
        (20, None, {"law", "T17"}),
    ],
)
def test_t10_stands_in_where_p_is_large_and_an_exact_law_is_asked_for(
    n: int, laws: tuple[str, ...] | None, names: set[str]
) -> None:
    """p/n is .5 and .025; the switch is at .05."""
    chosen = study(n, laws)
    (scenario,) = chosen.scenarios
    assert has_exact_law(chosen, scenario) == (names == {"T10"})
    frames, reasons = predicted(chosen, scenario)
    assert not reasons
    assert set(frames[0]["law"]) == names
