"""Compiled kernels are cached on disk: a second process compiles nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FITS = """
import numpy as np
from simstudy.estimators import fgsm, penalized
from simstudy.penalties import Lasso, Scad

X = np.random.default_rng(0).standard_normal((40, 3))
for family in ("gaussian", "binomial", "poisson"):
    y = np.arange(40.0) % 2
    for penalty in (Lasso(0.1), Lasso(0.1, weights=[1, 2, 0]), Scad(0.1, a=3)):
        for shown in (y, y[::-1], y.astype(int), np.broadcast_to(y, (1, 40))[0]):
            fgsm(X, shown, family=family, penalty=penalty, attack="worst_case")
            penalized(X[:, ::-1], shown, family=family, penalty=penalty, fit_intercept=False)
"""


def cached(folder: Path) -> dict[str, int]:
    """Index and code files of the cache with the time at which each was written."""
    return {path.name: path.stat().st_mtime_ns for path in folder.rglob("*.nb?")}


@pytest.mark.slow
def test_a_second_process_compiles_nothing(tmp_path: Path) -> None:
    """Penalties, families and layouts of the data are values to the kernels, never types."""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    found = []
    for _ in range(2):
        subprocess.run([sys.executable, "-c", FITS], check=True, env=environment)
        found.append(cached(tmp_path))
    assert found[0]
    assert found[1] == found[0]
    entry = [name for name in found[0] if name.startswith("linearised.fit_linearised-") and name.endswith(".nbc")]
    assert len(entry) == 1, "one call of the compiled fit, one signature"
