"""One small study with every analysis, run once for all tests of tables, figures and the report."""

from pathlib import Path

import pytest

import simstudy as ss
from simstudy.analyses.results import Results

STUDY = """
aim = "to draw"
replicates = 25
analyses = ["root_n", "support", "limit_law", "oracle", "dispersion", "tradeoff", "weak_oracle", "proportional",
    "uniformity",
            "neutrality", "coefficients", "coverage",
            "performance", "best"]

[[scenario]]
family = ["gaussian", "binomial"]
n = [60, 120]
beta = { pattern = "explicit", values = [1.0, 0.0] }
intercept = 0.2

[[method]]
name = "oracle"
estimator = "oracle"
se = true

[[method]]
name = "fgsm_scad"
estimator = "fgsm"
penalty = "scad"
lam = 0.2
se = true

[[method]]
name = "penalized_scad"
estimator = "penalized"
penalty = "scad"
lam = { matched = "fgsm_scad" }
"""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with draw.toml and its results; tests may read it and write figures and reports, nothing else."""
    path = tmp_path_factory.mktemp("draw")
    (path / "draw.toml").write_text(STUDY)
    ss.run(path / "draw.toml", results=path / "results")
    return path


@pytest.fixture(scope="session")
def summary(folder: Path) -> Results:
    return ss.table(folder / "draw.toml", results=folder / "results")[1]
