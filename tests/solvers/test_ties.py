"""Equal observations sit on their kinks together: their multipliers are one, and the fit is exact."""

from __future__ import annotations

import numpy as np
import pytest

from cases import PENALTIES
from simstudy.estimators import fgsm
from simstudy.penalties import Lasso
from simstudy.records import Status


@pytest.mark.parametrize("n", [1, 5, 30])
@pytest.mark.parametrize("lam", [0.3, 0.5, 0.999])
def test_a_kink_is_met_exactly(n: int, lam: float) -> None:
    """x = 1, y = 1: for lam < 1 the FGSM LASSO fits every response."""
    result = fgsm(np.ones((n, 1)), np.ones(n), family="gaussian", penalty=Lasso(lam), fit_intercept=False)
    assert result.status == Status.OK
    assert result.coef[0] == pytest.approx(1.0, abs=1e-11)


@pytest.mark.parametrize("penalty", ["lasso", "scad", "bridge 0.5", "ridge"])
@pytest.mark.parametrize("family", ["gaussian", "poisson"])
def test_whole_responses_on_dummies(family: str, penalty: str) -> None:
    """A handful of distinct rows: one in nine of these bridge fits ran out of steps."""
    for seed in range(25):
        rng = np.random.default_rng(seed)
        n, p = int(rng.integers(20, 200)), int(rng.integers(1, 5))
        X = (rng.random((n, p)) < 0.4).astype(float)
        y = np.round(2.0 * X[:, 0] + rng.standard_normal(n))
        y = y if family == "gaussian" else rng.poisson(np.exp(0.5 + 0.5 * X[:, 0])).astype(float)
        for lam in (0.05, 0.3):
            assert fgsm(X, y, family=family, penalty=PENALTIES[penalty](lam, p)).status == Status.OK
