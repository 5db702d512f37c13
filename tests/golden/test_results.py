"""Committed measures are computed again from their seeds, one scenario of each study.

Results are the same bit for bit on one machine; on another one rounding can differ, and with it a selection, so that
0.1 % of the numbers of a whole study may. A cell is small: all but 2 % of its numbers must agree to 1e-6.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simstudy.runner.runner import simulate
from simstudy.study.config import read_study
from simstudy.study.study import Study
from simstudy.workflow.measuring import measured
from simstudy.workflow.studies import study_of

ROOT = Path(__file__).parents[2]
FULL = sorted(path.parent for path in (ROOT / "results" / "full").glob("*/measures.parquet"))
KEYS = ["method", "reference", "measure", "parameter"]
SHARE = 0.02
#: Studies whose full profile is a sample of all.
SAMPLE = {"neutrality", "root_n"}


def shown(folder: Path) -> str:
    return str(folder.relative_to(ROOT / "results"))


def again(study: Study, replicates: int) -> pd.DataFrame:
    """Measures of the study's first scenario."""
    # Claims may be about other scenarios, but decide with the whole study on the contrasts that are measured.
    one = replace(study, scenarios=study.scenarios[:1], replicates=replicates, full=None, claims=())
    return measured(study, *simulate(one))


@pytest.mark.parametrize(
    "folder",
    [pytest.param(each, marks=pytest.mark.slow) for each in FULL if each.name in SAMPLE],
    ids=shown,
)
def test_a_scenario_has_the_committed_measures(folder: Path) -> None:
    study = study_of(ROOT / "experiments" / f"{folder.name}.toml")
    stored = pd.read_parquet(folder / "measures.parquet")
    stored = stored[stored["scenario_key"] == study.scenarios[0].key]
    found = again(study, int(stored["attempted"].max()))
    both = stored.merge(found, on=KEYS, how="outer", suffixes=("", "_again"), indicator="where")
    # Version 0.1.0, which computed the committed results, had no measures of what a handful of replicates carries.
    assert set(both.loc[both["where"] != "both", "measure"]) <= {"top_share", "median_bias"}
    both = both[both["where"] == "both"]
    for column in ("value", "mcse", "lower", "upper", "attempted", "usable"):
        agree = np.isclose(both[column], both[f"{column}_again"], rtol=1e-6, atol=1e-9, equal_nan=True)
        assert np.mean(~agree) <= SHARE, both.loc[~agree, [*KEYS, column, f"{column}_again"]].to_string()


@pytest.mark.parametrize("folder", FULL, ids=shown)
def test_the_results_are_those_of_the_study_file(folder: Path) -> None:
    study = study_of(ROOT / "experiments" / f"{folder.name}.toml")
    assert read_study(folder / "study.toml").fingerprint == study.fingerprint
    claims = pd.read_parquet(folder / "claims.parquet")
    assert {claim.id for claim in study.claims} == set(claims.loc[claims["role"] == "claim", "claim"])
    assert not claims["outcome"].isin(["unexpected", "missed"]).any()
    assert (claims["power"].dropna() >= 0.99).all()


@pytest.mark.parametrize("folder", FULL, ids=shown)
def test_the_full_profile_decides_every_claim_and_control(folder: Path) -> None:
    claims = pd.read_parquet(folder / "claims.parquet")
    assert set(claims["outcome"]) <= {"as expected", "caught"}
