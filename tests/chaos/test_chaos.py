"""Trials of chaos, small: `make reliability` runs them in full and writes results/benchmarks/reliability.md."""

import random
from pathlib import Path

import pytest

from chaos import disk, flips, hostile, kills
from chaos.trial import reference


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("done")
    return folder, reference(folder)


@pytest.mark.slow
def test_two_undisturbed_studies_are_the_same_bit_for_bit(done: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    assert reference(tmp_path) == done[1]


@pytest.mark.slow
def test_kills(tmp_path: Path) -> None:
    found = kills.kill_all(tmp_path, reference(tmp_path), random.SystemRandom(), share=0.1)
    assert found["faults"] == []


@pytest.mark.slow
def test_full_disks(done: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    found = disk.fill(tmp_path, *done, sizes=4)
    assert found["faults"] == []
    assert found["failed"] >= 2


@pytest.mark.slow
def test_flipped_bits(tmp_path: Path) -> None:
    rows = flips.flip_many(tmp_path, reference(tmp_path), random.SystemRandom(), len(flips.KINDS))
    assert [each for row in rows for each in row["faults"]] == []


@pytest.mark.slow
def test_hostile_study_files_and_folders(done: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    assert hostile.count() >= 40
    assert hostile.files(tmp_path / "files")["faults"] == []
    assert hostile.folders(tmp_path / "folders", *done)["faults"] == []
