from pathlib import Path

import pytest

from simstudy.errors import ResultsError
from simstudy.store.definition import check_same_study, differences, read_definition, write_definition
from simstudy.store.layout import Layout

STUDY = """
name = "s"
aim = "to see"
seed = 7
replicates = 10
[[scenario]]
n = 100
beta = [1.0, 0.0]
design = { law = "normal", rho = 0.5 }
[[method]]
name = "mle"
"""


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "s")


def test_the_same_definition_claims_its_folder_again(layout: Layout) -> None:
    check_same_study(layout, STUDY)
    write_definition(layout, STUDY)
    check_same_study(layout, STUDY)
    assert layout.study.read_text() == STUDY


@pytest.mark.parametrize(("asked", "kept"), [(20, 20), (5, 10)])
def test_the_stored_study_asks_for_the_most_replicates_so_far(layout: Layout, asked: int, kept: int) -> None:
    write_definition(layout, STUDY)
    changed = STUDY.replace("replicates = 10", f"replicates = {asked}").replace("to see", "to look")
    check_same_study(layout, changed)
    write_definition(layout, changed)
    assert read_definition(layout)["replicates"] == kept


@pytest.mark.parametrize(("full", "kept"), [(40, 40), (30, 30)])
def test_of_two_plans_with_equal_replicates_the_current_one_is_kept(layout: Layout, full: int, kept: int) -> None:
    write_definition(layout, STUDY.replace("replicates = 10", "replicates = { quick = 10, full = 35 }"))
    write_definition(layout, STUDY.replace("replicates = 10", f"replicates = {{ quick = 10, full = {full} }}"))
    assert read_definition(layout)["replicates"] == {"quick": 10, "full": kept}


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("seed = 7", "seed = 8", "seed was 7, is 8"),
        ("n = 100", "n = 200", r"scenario\[0\].n was 100, is 200"),
        ("rho = 0.5", "rho = 0.4", r"scenario\[0\].design.rho was 0.5, is 0.4"),
        ("[1.0, 0.0]", "[1.0, 0.5]", r"scenario\[0\].beta was"),
        ('name = "mle"', 'name = "mle"\nlam = 0.1', r"method\[0\].lam was 'absent', is 0.1"),
    ],
)
def test_another_definition_is_refused_and_the_difference_shown(layout: Layout, old: str, new: str, shown: str) -> None:
    write_definition(layout, STUDY)
    assert old in STUDY
    with pytest.raises(ResultsError, match=shown):
        check_same_study(layout, STUDY.replace(old, new))


def test_many_differences_are_counted() -> None:
    before = {f"k{k}": 0 for k in range(9)}
    assert len(differences(before, dict.fromkeys(before, 1))) == 9


def test_an_unreadable_study_file_is_named(layout: Layout) -> None:
    layout.folder.mkdir()
    layout.study.write_text("name = ")
    with pytest.raises(ResultsError, match=r"study\.toml"):
        check_same_study(layout, STUDY)
