"""Each recipe of CONTRIBUTING.md is a plug-in and a study that run as they stand there."""

import re
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import simstudy as ss
from simstudy.cli import main

TEXT = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
RECIPE = re.compile(
    r"^### An? (\w+)\n(?:(?!^#).)*?^```python\n(.*?)^```\n\n```toml\n(.*?)^```", re.MULTILINE | re.DOTALL
)
RECIPES = {name: (plugin, study) for name, plugin, study in RECIPE.findall(TEXT)}


def test_there_is_a_recipe_of_each_kind() -> None:
    assert set(RECIPES) == {"penalty", "family", "estimator", "source", "analysis"}


@pytest.mark.parametrize("kind", RECIPES)
def test_the_recipe_is_one_file_that_fits_and_is_tabulated(kind: str, tmp_path: Path) -> None:
    plugin, text = RECIPES[kind]
    (tmp_path / "recipe.py").write_text(plugin, encoding="utf-8")
    study = tmp_path / "recipe.toml"
    study.write_text(text, encoding="utf-8")
    results = tmp_path / "results"
    for verb in ("check", "run", "table", "figure"):
        options = [] if verb == "check" else ["--out", results]
        done = CliRunner().invoke(main, [verb, str(study), *map(str, options)])
        assert done.exit_code == 0, (verb, done.output)
    rows = ss.load(results / "recipe")
    assert (rows["status"] == "ok").all(), rows[["method", "status", "message"]]
    measures = pd.read_parquet(results / "recipe" / "measures.parquet")
    bias = measures[(measures["measure"] == "bias") & (measures["estimand"] == "beta")]
    # One replicate's error is far below one in each recipe, and a bias that is not finite is no recipe.
    assert len(bias) > 0
    assert (bias["value"].abs() < 1.0).all()
    assert list((results / "recipe" / "tables").glob("*.md"))
