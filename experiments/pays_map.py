"""Does the extra bias pay where p is comparable to n? FGSM and LASSO at their best levels by theory (T21), and why.

    .venv/bin/python experiments/pays_map.py results/full/pays_map

writes map.csv, one row a point, regression.csv, least squares of the log ratio of errors on the points' constants, and
summary.csv, geometric means of the ratio over what is not named; docs/pays.md says what they mean.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import simstudy as ss

GAUSSIAN = {
    "ratios": np.geomspace(0.3, 10.0, 15).round(3).tolist(),
    "sparsities": np.geomspace(0.02, 1.0, 12).round(4).tolist(),
    "signals": np.geomspace(0.3, 10.0, 12).round(3).tolist(),
}
BINOMIAL = {
    "ratios": [1.5, 2.5, 4.0, 6.0, 10.0],
    "sparsities": [0.03, 0.1, 0.3, 1.0],
    "signals": [1.0, 3.0, 9.0, 16.0],
    "prevalences": [0.5, 0.2, 0.05],
}


def inside(table: pd.DataFrame) -> pd.DataFrame:
    """Points with a ratio whose best levels are inside the levels searched."""
    known = table.dropna(subset=["error_ratio"])
    return known[~known["fgsm_at_edge"].astype(bool) & ~known["penalized_at_edge"].astype(bool)]


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Geometric mean, extremes and share below one of the error ratio, by sparsity and signal of each family."""
    known = inside(table)
    grouped = known.assign(log_ratio=np.log(known["error_ratio"].astype(float))).groupby(
        ["family", "sparsity", "signal"], sort=True
    )
    return grouped.agg(
        points=("error_ratio", "size"),
        geometric_mean=("log_ratio", lambda each: float(np.exp(each.mean()))),
        smallest=("error_ratio", "min"),
        largest=("error_ratio", "max"),
        share_below_one=("error_ratio", lambda each: float((each < 1.0).mean())),
    ).reset_index()


def regression(table: pd.DataFrame) -> pd.DataFrame:
    """Least squares of log(error ratio) on standardised constants: slope for one standard deviation, and R^2."""
    known = inside(table)
    columns = {name: np.log(known[name].astype(float)) for name in ("ratio", "sparsity", "signal", "penalized_P")}
    columns["penalized_fdp"] = known["penalized_fdp"].astype(float)
    if known["prevalence"].notna().any():
        columns["prevalence"] = np.log(known["prevalence"].astype(float))
    x = pd.DataFrame(columns)
    z = (x - x.mean()) / x.std(ddof=0)
    y = np.log(known["error_ratio"].astype(float))
    design = np.column_stack([np.ones(len(z)), z])
    slopes, *_ = np.linalg.lstsq(design, y, rcond=None)
    share = 1.0 - np.var(y - design @ slopes) / np.var(y)
    alone = [np.corrcoef(z[name], y)[0, 1] for name in z]
    return pd.DataFrame(
        {"constant": ["mean", *z], "slope": slopes, "correlation": [np.nan, *alone], "r_squared": share}
    )


def main(folder: Path) -> None:
    """Compute and write both tables of each family."""
    folder.mkdir(parents=True, exist_ok=True)
    maps, slopes = [], []
    for family, grid in (("gaussian", GAUSSIAN), ("binomial", BINOMIAL)):
        maps.append(ss.pays_map(family, **grid))
        slopes.append(regression(maps[-1]).assign(family=family))
        pd.concat(maps, ignore_index=True).to_csv(folder / "map.csv", index=False, float_format="%.6g")
        pd.concat(slopes, ignore_index=True).to_csv(folder / "regression.csv", index=False, float_format="%.4g")
    summary(pd.concat(maps, ignore_index=True)).to_csv(folder / "summary.csv", index=False, float_format="%.4g")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
