"""Results of version 0.1.0 are read, tabulated and extended."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import simstudy as ss

HERE = Path(__file__).parent / "version_0_1_0"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    shutil.copytree(HERE / "old", tmp_path / "old")
    return tmp_path


def test_rows_are_read(results: Path) -> None:
    rows = ss.load(results / "old")
    assert len(rows) == 120
    assert (rows["status"] == "ok").all()
    assert rows.loc[rows["method"] == "mle", "se_hat"].notna().all()


def test_rows_are_read_in_long_form(results: Path) -> None:
    rows = ss.load(results / "old", long=True)
    assert rows.groupby("estimand").size().to_dict() == {"beta": 360, "intercept": 120}
    assert sorted(rows.loc[rows["estimand"] == "beta", "truth"].unique()) == [-0.7, 0.0, 1.0]
    assert (rows.loc[rows["estimand"] == "intercept", "truth"] == -0.5).all()


def test_tables_are_made(results: Path) -> None:
    made, _ = ss.table(HERE / "old.toml", results=results)
    assert [each.name for each in made] == ["support", "coefficients"]
    assert pd.read_parquet(results / "old" / "measures.parquet")["estimand"].notna().any()


def test_a_run_extends_them_with_the_rows_of_a_fresh_run(results: Path, tmp_path: Path) -> None:
    report = ss.run(HERE / "old.toml", results=results, replicates=30)
    assert report.replicates == 20
    ss.run(HERE / "old.toml", results=tmp_path / "fresh", replicates=30)
    extended, fresh = (ss.load(folder / "old") for folder in (results, tmp_path / "fresh"))
    assert extended["group_key"].tolist() == fresh["group_key"].tolist()
    columns = ["scenario_key", "replicate", "method", "status"]
    pd.testing.assert_frame_equal(extended[columns], fresh[columns])
    for name in ("beta_hat", "intercept_hat"):
        old, new = (np.vstack(frame[name].to_numpy()) for frame in (extended, fresh))
        np.testing.assert_allclose(old, new, atol=1e-8)
    added, same = (frame[frame["replicate"] >= 20].drop(columns="seconds") for frame in (extended, fresh))
    assert len(added) == 60
    pd.testing.assert_frame_equal(added, same[added.columns], check_exact=True, check_dtype=False)


def test_another_definition_is_refused_with_what_changed(results: Path, tmp_path: Path) -> None:
    changed = (HERE / "old.toml").read_text().replace("c = 1.0", "c = 2.0")
    (tmp_path / "old.toml").write_text(changed)
    with pytest.raises(ss.ResultsError, match=r"lam.c was 1.0, is 2.0"):
        ss.run(tmp_path / "old.toml", results=results)
