"""Golden rows: the first replicates of every cell of every study, as the first version fitted them.

Statuses are equal, and coefficients to 1e-8 where the minimiser is unique; a concave penalty may end in another local
minimum where rounding decides, which one row in a hundred may.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simstudy.runner.runner import simulate
from simstudy.study.config import read_study

ROOT = Path(__file__).parents[2]
ROWS = sorted((Path(__file__).parent / "rows").glob("*.parquet"))
KEYS = ["scenario_key", "method", "replicate"]


def again(name: str, replicates: int) -> pd.DataFrame:
    study = read_study(ROOT / "experiments" / f"{name}.toml")
    rows, _ = simulate(replace(study, replicates=replicates, full=None, claims=()))
    return rows


def largest_difference(rows: pd.DataFrame) -> np.ndarray:
    pairs = zip(rows["beta_hat"], rows["beta_hat_again"], strict=True)
    slopes = np.array([np.abs(a - b).max() for a, b in pairs])
    return np.fmax(slopes, np.abs(rows["intercept_hat"] - rows["intercept_hat_again"]).to_numpy())


@pytest.mark.parametrize(
    ("path", "replicates"),
    [pytest.param(path, 1, id=path.stem, marks=[pytest.mark.slow] * (path.stem == "training")) for path in ROWS]
    + [pytest.param(path, 20, id=f"{path.stem}-all", marks=pytest.mark.slow) for path in ROWS],
)
def test_the_first_version_is_found_again(path: Path, replicates: int) -> None:
    stored = pd.read_parquet(path).astype({"scenario_key": str, "method": str, "status": str})
    stored = stored[stored["replicate"] < replicates]
    both = stored.merge(again(path.stem, replicates), on=KEYS, suffixes=("", "_again"), how="outer", indicator="where")
    assert set(both["where"]) == {"both"}
    assert (both["status"] == both["status_again"]).all()
    differ = largest_difference(both) > 1e-8
    assert differ.mean() <= 0.01, both.loc[differ, KEYS].to_string()
