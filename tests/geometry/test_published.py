"""The script of the published table, on a small set of images, and on MNIST where its files are there."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import simstudy as ss

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "data" / "mnist"
SCRIPT = runpy.run_path(str(ROOT / "experiments" / "published_tilting.py"))


def table(source: ss.Images, levels: tuple[int, ...]) -> pd.DataFrame:
    found: pd.DataFrame = SCRIPT["pair_table"](source, levels)
    return found


def test_all_pairs_and_the_source_s_levels() -> None:
    assert len(set(SCRIPT["PAIRS"])) == 45
    assert [SCRIPT["level"](k) for k in (0, 20, 80)] == pytest.approx([1e2, 1.0, 1e-6])
    assert set(SCRIPT["PUBLISHED"]) <= set(SCRIPT["PAIRS"])


def test_table_of_small_images() -> None:
    """G5 within rounding on balanced data, G7 within .5 % where every margin is violated."""
    found = table(ss.Images("digits", "3v8", per_class=100), (0, 20, 40))
    assert (found["status"] == "ok").all()
    data = ss.Images("digits", "3v8", per_class=100).sample(np.random.default_rng(0))
    half = 0.5 * np.linalg.norm(data.X[data.y == 1].mean(axis=0) - data.X[data.y == 0].mean(axis=0))
    np.testing.assert_allclose(found["d_adv"], half * np.cos(found["theta"]), atol=1e-10)
    assert found["inverse_norm"][0] == pytest.approx(found["inverse_norm_predicted"][0], rel=5e-3)
    assert found["theta"][0] < 1e-6
    assert found["theta"][2] > 0.1
    assert found["d_adv_published"].isna().all()


@pytest.mark.slow
@pytest.mark.skipif(not (FOLDER / "train-images-idx3-ubyte").is_file(), reason="`make mnist` fetches the images")
@pytest.mark.parametrize("pair", ["7v9", "3v7"])
def test_printed_rows_come_back(pair: str) -> None:
    levels = tuple(SCRIPT["PUBLISHED"][pair])
    found = table(ss.Images("mnist", pair, per_class=3000, folder=str(FOLDER)), levels)
    np.testing.assert_allclose(found["d_adv"], found["d_adv_published"], atol=0.002)
    images = np.abs(found["training_error"] - found["training_error_published"]) * 60.0
    assert images.max() <= 1.05, "one image, and the rounding of what is printed"
    count = ss.Images("mnist", pair, folder=str(FOLDER)).sample(np.random.default_rng(0)).test[1].size
    assert (np.abs(found["test_error"] - found["test_error_published"]) * count / 100.0).max() <= 2.05


def test_rows_that_are_off_are_said_to_be() -> None:
    """One image more is still agreement of a training error, two are not."""
    found = table(ss.Images("digits", "3v8", per_class=100), (0, 20))
    published = found[["d_adv", "training_error", "test_error"]].to_numpy()
    found[list(SCRIPT["NAMES"])] = published + np.array([[0.0, 0.5, 0.0], [0.0021, 1.0, 3 * 100 / 72]])
    said = SCRIPT["printed"](found).filter(like="agrees")
    assert said.to_numpy().tolist() == [["yes", "yes", "yes"], ["NO", "NO", "NO"]]
    assert "Of the 6 published values that are known 3 agree" in SCRIPT["summary"](found, 1.0, 2)


def test_the_committed_table_is_what_its_summary_says() -> None:
    folder = ROOT / "results" / "published_tilting"
    committed = pd.read_csv(folder / "table.csv")
    assert len(committed) == 45 * 81
    assert SCRIPT["printed"](committed).filter(like="agrees").eq("yes").all(axis=None)
    text = (folder / "printed.md").read_text(encoding="utf-8")
    assert "Of the 30 published values that are known 30 agree" in text


def test_figures_of_the_study_on_small_images() -> None:
    """The script draws all of its figures, here on a pair of 8 x 8 pixels."""
    figures = runpy.run_path(str(ROOT / "experiments" / "published_figures.py"))
    figures["drawn"].__globals__["SHOWN"] = [0, 1, 100, 101]
    found = table(ss.Images("digits", "3v8", per_class=100), (0, 20)).assign(d_adv_published=[0.8, np.nan])
    data = ss.Images("digits", "3v8", per_class=100).sample(np.random.default_rng(0))
    drawn = figures["drawn"](found, data, 8)
    assert set(drawn) == {"levels", "distances", "plane", "weights", "mirror"}
    assert all(len(str(each.get_label())) > 40 for each in drawn.values())
