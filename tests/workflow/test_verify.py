"""Published measures are computed again: equal ones are said to be equal, a changed or damaged one is named."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from click.testing import CliRunner

import simstudy as ss
from simstudy.cli import main
from simstudy.errors import ResultsError
from simstudy.store.files import read_table, write_table
from simstudy.store.layout import Layout
from simstudy.workflow.verify import verify

STUDY = """
aim = "One"
replicates = 4
method = [{ name = "mle", estimator = "mle" }]
scenario = [{ family = "gaussian", n = [40, 80], intercept = 0, beta = { pattern = "explicit", values = [1.0] } }]
"""


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    (tmp_path / "one.toml").write_text(STUDY)
    ss.run(tmp_path / "one.toml", results=tmp_path / "results")
    return Layout(tmp_path / "results" / "one")


def tampered(layout: Layout, measure: str, factor: float) -> None:
    """The stored measures with one measure changed in every scenario, in a file that is whole."""
    table = read_table(layout.measures)
    chosen = pc.equal(table["measure"], measure)
    values = pc.if_else(chosen, pc.multiply(table["value"], factor), table["value"])
    place = table.schema.get_field_index("value")
    write_table(layout.measures, table.set_column(place, table.schema.field(place), pa.chunked_array(values)))


def test_measures_without_replicates_are_found_again(layout: Layout) -> None:
    layout.replicates.rename(layout.folder / "away")
    (found,) = verify(results=layout.folder.parent)
    assert found.is_equal
    assert found.numbers > 10
    assert found.apart == 0
    done = CliRunner().invoke(main, ["verify", "--results", str(layout.folder.parent)])
    assert done.exit_code == 0
    assert f"{found.numbers} of {found.numbers} measures equal" in done.output


def test_a_tampered_measure_is_named_with_both_values(layout: Layout) -> None:
    tampered(layout, "empirical_se", 1.0001)
    (found,) = verify(results=layout.folder.parent)
    assert not found.is_equal
    assert found.apart == 2
    assert all("empirical_se of" in each for each in found.different)
    done = CliRunner().invoke(main, ["verify", "one", "--results", str(layout.folder.parent)])
    assert done.exit_code == 1
    assert "empirical_se of beta_1, mle" in done.output
    assert "again" in done.output


def test_a_damaged_file_is_not_compared_and_fails(layout: Layout) -> None:
    content = bytearray(layout.measures.read_bytes())
    content[len(content) // 2] ^= 1
    layout.measures.write_bytes(bytes(content))
    done = CliRunner().invoke(main, ["verify", "--results", str(layout.folder.parent)])
    assert done.exit_code == 1
    assert "one: not compared" in done.output


def test_a_study_that_is_not_there_is_named(layout: Layout) -> None:
    with pytest.raises(ResultsError, match="holds no study 'two'; it has one"):
        list(verify(["two"], results=layout.folder.parent))
