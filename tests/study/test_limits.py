"""Files that ask for too much: an error that names the file or the key, before anything large is made."""

import os
import time
from pathlib import Path

import pytest

from simstudy.errors import ConfigError
from simstudy.study.config import read_study
from simstudy.study.grid import combinations, expand
from simstudy.study.limits import MOST_BYTES, MOST_CELLS, check_grid, parse

STUDY = """
aim = "to be too much"
replicates = 2
[[scenario]]
family = "gaussian"
n = 20
beta = { pattern = "sparse", s = 2 }
p = 6
intercept = 0.5
[[method]]
name = "mle"
estimator = "mle"
"""

LONG = ", ".join(map(str, range(1000, 2200)))

#: What replaces a line of the study -> words of the error.
HOSTILE = {
    ("n = 20", "n = " + "9" * 5000): r"n \(line 6\) is a number of more than 400 digits",
    ("n = 20", "n = 1e30"): r"scenario\[0\]\.n = 1e\+30",
    ("n = 20", f"n = {10**30}"): r"scenario\[0\]\.n = 1000000000000000000000000000000 is not allowed",
    ("n = 20", "n = 0x" + "f" * 5000): r"scenario\[0\]\.n = a number of 20000 bits",
    ("n = 20", f"n = {2**62}"): r"scenario\[0\]\.n = 4611686018427387904 is not allowed: it must be at most",
    ("p = 6", "p = 1e12"): r"scenario\[0\]\.p = 1000000000000\.0",
    ("p = 6", f"p = {10**12}"): r"scenario\[0\]\.p = 1000000000000 is not allowed: it must be at most 1000000",
    ("p = 6", "p = { c = 1.0, power = 9.0 }"): r"scenario\[0\]\.p = 512000000000 is not allowed",
    ("replicates = 2", f"replicates = {10**18}"): r"replicates = 1000000000000000000 is not allowed",
    ("s = 2", f"s = {10**18}"): r"scenario\[0\]\.beta\.s",
    ("n = 20", "n = " + "[" * 100_000): r"n \(line 6\) is nested more than 32 deep",
    ("n = 20", "n = " + "{a=" * 100_000): r"a \(line 6\) is nested more than 32 deep",
    ("n = 20", "n" + ".n" * 500_000 + " = 1"): r"family \(line 6\) is nested more than 32 deep",
    ("[[scenario]]", "[" + "a." * 1000 + "a]\n[[scenario]]"): r"replicates \(line 4\) is nested more than 32 deep",
    ("n = 20\n", f"n = [{LONG}]\nsigma = [{LONG}]\n"): r"scenario\[0\]\.grid of 1440000 scenarios is not allowed",
}  # fmt: skip


@pytest.mark.parametrize(("old", "new"), HOSTILE, ids=[new[:20] for _, new in HOSTILE])
def test_a_study_that_asks_for_too_much_is_an_error_that_names_the_field(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "s.toml"
    path.write_text(STUDY.replace(old, new))
    with pytest.raises(ConfigError, match=HOSTILE[old, new]) as caught:
        read_study(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert len(str(caught.value)) < 500


def test_the_study_without_excess_is_read(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(STUDY)
    assert read_study(tmp_path / "s.toml").scenarios[0].p == 6


def test_a_pipe_a_device_and_a_folder_are_no_study_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        with pytest.raises(ConfigError, match=f"{path}: cannot be read: it is not a regular file"):
            read_study(path)


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text("#" * (MOST_BYTES + 1))
    with pytest.raises(ConfigError, match=r"s\.toml: is too large: 10000001 bytes"):
        read_study(path)


def test_brackets_digits_and_dots_in_texts_and_comments_are_no_nesting() -> None:
    deep = "[" * 100 + "9" * 1000 + "a." * 100
    text = f'a = "{deep}\\"["\nb = \'{deep}\'\n# {deep}\nc = """{deep}\n"{deep}"""\nd = \'\'\'{deep}\'\'\'\n'
    assert set(parse(text)) == {"a", "b", "c", "d"}


@pytest.mark.parametrize("piece", ['"', '"""', "'", "'''", "[", "a.", "9", "a", '"\\', "\\", "= ", "]", "a-", " ."])
def test_reading_takes_time_in_proportion_to_the_file(piece: str) -> None:
    """Growth, not seconds: four times the text may take at most ten times as long (quadratic would take sixteen)."""

    def seconds(size: int) -> float:
        best = float("inf")
        for _ in range(3):
            began = time.process_time()
            with pytest.raises(ConfigError):
                parse("x = " + piece * size + "\n=")
            best = min(best, time.process_time() - began)
        return best

    assert seconds(80_000) < 10 * seconds(20_000) + 0.2


def test_combinations_are_counted_as_they_are_made() -> None:
    table = {
        "n": [1, 2, [3, 4]],
        "beta": {"pattern": "explicit", "values": [[1.0, 2.0], [3.0]]},
        "design": ["normal", {"law": "normal", "rho": [0.1, 0.2, 0.3]}],
        "sigma": 1.0,
    }
    assert combinations(table) == len(expand(table)) == 4 * 2 * 4
    assert combinations({"values": [1.0, 2.0]}) == 1
    check_grid(MOST_CELLS)
    with pytest.raises(ConfigError, match="grid of 1000001 scenarios"):
        check_grid(MOST_CELLS + 1)
