"""The boundaries along a path of levels, and the data of the slider, against the geometry's own functions."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import simstudy as ss
from simstudy import geometry
from simstudy.analyses.boundary_path import BoundaryPath, boundary_path, figure, levelled, needs, rows, slider, table
from simstudy.errors import PluginError
from simstudy.report import cells
from simstudy.report.figures.save import content
from simstudy.report.slider import is_slider, signed_bytes
from simstudy.runner.replicate import data
from simstudy.store.fingerprint import noted, record
from simstudy.store.layout import Layout
from simstudy.study.config import read_study
from simstudy.study.study import Study
from simstudy.workflow.report import report

#: FGSM at the largest level has no weights; at the smallest no minimiser, since the digits are separated.
IMAGES = 'source = "images", images = "digits", pair = "3v8", per_class = 60'
STUDY = """
aim = "Levels"
replicates = 2
analyses = ["boundary_path"]
estimands = ["test_error"]
scenario = [{ source = "images", images = "digits", pair = "3v8", per_class = 60 }]
method = [
    { name = "svm_1", label = "SVM, lam = 1", estimator = "svm", lam = 1.0 },
    { name = "svm_2", label = "SVM, lam = 0.01", estimator = "svm", lam = 0.01 },
    { name = "fgsm", label = "FGSM-LASSO", estimator = "fgsm", penalty = "lasso", lam = 0.2 },
    { name = "mle", estimator = "nearest_centroid" },
]
"""


def study_of(text: str, folder: Path) -> Study:
    (folder / "levels.toml").write_text(text)
    return read_study(folder / "levels.toml")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return study_of(STUDY, tmp_path_factory.mktemp("levels"))


@pytest.fixture(scope="module")
def path(study: Study) -> BoundaryPath:
    return boundary_path(study)


@pytest.fixture(scope="module")
def drawn(path: BoundaryPath) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(slider(path), allow_nan=False))
    return made


def unpacked(text: str, top: float = 1.0) -> np.ndarray:
    return (np.frombuffer(b64decode(text), np.uint8).astype(float) - 128.0) / 127.0 * top


def test_levels_lie_between_those_of_the_study_and_methods_without_one_are_left_out(path: BoundaryPath) -> None:
    assert list(path.fits) == ["SVM", "FGSM-LASSO"]
    assert path.lams[0] == 1.0
    assert path.lams[-1] == 0.01
    assert len(path.lams) == 11
    assert (np.diff(path.lams) < 0.0).all()


def test_numbers_are_those_of_a_direct_fit_to_the_studys_first_data_set(study: Study, path: BoundaryPath) -> None:
    own = data(study.seed, study.scenarios[0], 0)
    found = rows(path).query("series == 'SVM'").reset_index(drop=True)
    for place, fit in enumerate(ss.svm_path(own.X, own.y, path.lams)):
        w, b = fit.coef, fit.intercept
        theta = np.degrees(geometry.tilting_angle(w, b, own.X, own.y))
        assert found["theta"][place] == pytest.approx(theta, abs=0.02)
        assert found["d_adv"][place] == pytest.approx(geometry.adversarial_distance(w, b, own.X, own.y), abs=1e-4)
        assert own.test is not None
        wrong = 1.0 - geometry.robust_accuracy(w, b, *own.test, 0.0)
        assert found["test_error"][place] == pytest.approx(100.0 * wrong)


def test_a_fit_without_a_boundary_stays_in_the_table_with_the_reason(path: BoundaryPath) -> None:
    found = rows(path).query("series == 'FGSM-LASSO'")
    assert found["problem"].iloc[0] == "all weights are zero"
    assert found["problem"].iloc[-1] == "no minimiser"
    assert (found["problem"] == "").any()
    assert found.loc[found["problem"] != "", "theta"].isna().all()
    assert len(cells(table(path))) == 2 * len(path.lams)


def test_the_slider_has_what_mirror_images_and_curves_are_drawn_from(path: BoundaryPath, drawn: dict[str, Any]) -> None:
    assert is_slider(drawn)
    X, y = path.data.X, path.data.y
    shown = np.concatenate([np.flatnonzero(y == label)[:3] for label in (0.0, 1.0)])
    images = np.array([unpacked(each) for each in drawn["images"]])
    assert images == pytest.approx(X[shown], abs=0.5 / 127)
    seen = 0
    for each in drawn["series"]:
        for fit, level in zip(path.fits[each["name"]], each["levels"], strict=True):
            if level["problem"]:
                assert "w" not in level
                continue
            w, b = fit.coef, fit.intercept
            pixels = unpacked(level["w"])
            mirrored = images - 2.0 * np.outer(level["d"], pixels / np.linalg.norm(pixels))
            assert mirrored == pytest.approx(geometry.mirror(w, b, X)[shown], abs=0.1)
            assert sum(level["counts"]) == len(y)
            d = geometry.distances(w, b, X, y)
            wrong = sum(count for edge, count in zip(drawn["bins"], level["counts"], strict=False) if edge < -1e-9)
            assert wrong == np.sum(d < 0.0)
            hinge = geometry.LOSSES[each["loss"]].value(np.linalg.norm(w) * np.array(drawn["bins"]))
            assert level["loss"] == pytest.approx(hinge, rel=0.01, abs=1e-3)
            assert path.data.test is not None
            exact = geometry.robust_accuracy(w, b, *path.data.test, geometry.ATTACKS[np.inf], np.inf)
            assert np.array(level["robust"][1]) / 1000.0 == pytest.approx(exact, abs=5.1e-4)
            # In the tilting plane the sides of the boundary are those of the data.
            z, n = (unpacked(column, each["top"]) for column in level["plane"])
            angle = np.radians(level["theta"])
            side = z * np.cos(angle) + n * np.sin(angle) + level["offset"]
            points = np.concatenate([shown, *(np.flatnonzero(y == label)[3:100] for label in (0.0, 1.0))])
            assert side == pytest.approx((X[points] @ w + b) / np.linalg.norm(w), abs=0.03)
            seen += 1
    assert seen > len(path.lams), "both series have boundaries"


def test_the_figure_has_the_weights_of_each_series_and_keeps_its_bytes(path: BoundaryPath) -> None:
    shown, again = figure(path), figure(path)
    assert [each.get_title().partition("\n")[0] for each in shown.axes] == ["SVM", "FGSM-LASSO"]
    assert content(shown, "boundary_path", "svg") == content(again, "boundary_path", "svg")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ((IMAGES, 'source = "mixture", n = 40, p = 3'), "images"),
        (("lam = 0.01", "lam = 1.0"), "levels"),
    ],
)
def test_a_study_without_images_or_without_levels_says_what_it_needs(
    change: tuple[str, str], what: str, study: Study, tmp_path: Path
) -> None:
    assert needs(study) == ""
    text = STUDY.replace(*change).replace('analyses = ["boundary_path"]\n', "").replace("lam = 0.2", "lam = 1.0")
    other = study_of(text, tmp_path)
    assert what in needs(other)
    assert len(levelled(other)) == 3


def test_bytes_come_back_within_half_a_step_and_are_cut_beyond_the_top() -> None:
    values = np.linspace(-3.0, 3.0, 101)
    assert unpacked(signed_bytes(values, 3.0), 3.0) == pytest.approx(values, abs=1.5 / 127)
    assert unpacked(signed_bytes([-9.0, 0.0, 9.0], 3.0), 3.0).tolist() == [-3.0, 0.0, 3.0]
    assert unpacked(signed_bytes([0.0, 0.0], 0.0)).tolist() == [0.0, 0.0]


@pytest.fixture(scope="module")
def results(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of results with the file of the slider, in which tests may change that file."""
    folder = tmp_path_factory.mktemp("results")
    ss.run(study, results=folder)
    report([], results=folder)
    return folder


@pytest.fixture
def place(study: Study, results: Path) -> Iterator[Path]:
    path = Layout(results / study.name).slider("boundary_path")
    before, made_from = path.read_bytes(), noted(Layout(results / study.name), [path])[path]
    yield path
    path.write_bytes(before)
    record(Layout(results / study.name), [path], str(made_from))


@pytest.mark.parametrize("text", ["[]", "{}", "not JSON", '{"lams": [1]}', "[" * 100_000, '{"lams": NaN}'])
def test_a_file_that_is_no_slider_is_named_and_left_out(text: str, place: Path, results: Path) -> None:
    layout = Layout(place.parents[1])
    made_from = noted(layout, [place])[place]
    place.write_text(text)
    record(layout, [place], str(made_from))
    _, notes = report([], results=results)
    assert any(f"cannot read {place}" in note for note in notes)
    assert 'class="levels"' not in (results / "report.html").read_text()


def test_a_slider_that_was_changed_is_made_again(place: Path, results: Path) -> None:
    made = place.read_bytes()
    assert is_slider(json.loads(made))
    place.write_text("{}")
    assert report([], results=results)[1] == ()
    assert place.read_bytes() == made
    assert 'class="levels"' in (results / "report.html").read_text()


PLUGIN = """
import numpy as np
import simstudy as ss

@ss.estimator("shrunken")
def shrunken(data, rng, *, lam: float):
    w = data.X[data.y == 1].mean(axis=0) - data.X[data.y == 0].mean(axis=0)
    return {"beta": w / (1.0 + lam), "intercept": 0.0}

@ss.estimator("numberless")
def numberless(data, rng, *, lam: float):
    return {"gap": lam}

@ss.estimator("broken")
def broken(data, rng, *, lam: float):
    raise RuntimeError("no boundary today")
"""


def of_plugin(name: str, folder: Path) -> BoundaryPath:
    """Its path at two levels or more."""
    (folder / "mine.py").write_text(PLUGIN)
    methods = ", ".join(f'{{ name = "m{k}", estimator = "{name}", lam = {lam} }}' for k, lam in enumerate((1.0, 0.1)))
    text = f'aim = "a"\nplugins = ["mine.py"]\nreplicates = 2\nscenario = [{{ {IMAGES} }}]\nmethod = [{methods}]\n'
    return boundary_path(study_of(text, folder))


def test_an_estimator_of_ones_own_has_a_path_without_a_loss(tmp_path: Path) -> None:
    found = of_plugin("shrunken", tmp_path)
    assert found.losses == {}
    assert (rows(found)["problem"] == "").all()
    assert is_slider(json.loads(json.dumps(slider(found), allow_nan=False)))


def test_an_estimator_without_coefficients_says_so_at_each_level(tmp_path: Path) -> None:
    found = of_plugin("numberless", tmp_path)
    assert set(rows(found)["problem"]) == {"its estimator gives no coefficients"}
    assert is_slider(json.loads(json.dumps(slider(found), allow_nan=False)))
    assert figure(found) is not None


def test_an_estimator_that_raises_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"(?s)estimator broken failed: RuntimeError: no boundary today.*mine\.py"):
        of_plugin("broken", tmp_path)
