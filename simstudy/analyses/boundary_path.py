"""The boundaries of one data set of images along the levels of regularisation, for figures that a slider moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isqrt, log10
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simstudy import geometry
from simstudy.analyses.boundaries import series
from simstudy.analyses.registry import analysis
from simstudy.analyses.results import Results
from simstudy.analyses.sentences import NOTHING
from simstudy.estimators.fit import Fit
from simstudy.plugins import users_code
from simstudy.records import Data, Status
from simstudy.report.columns import number, text
from simstudy.report.figures.canvas import Figure
from simstudy.report.figures.geometry import weights_figure
from simstudy.report.figures.style import no_data
from simstudy.report.slider import rounded, signed_bytes
from simstudy.report.table import Table
from simstudy.runner.block import thread_controller
from simstudy.runner.methods import resolve_one
from simstudy.runner.replicate import data, randomness
from simstudy.sources.images import Images
from simstudy.sources.registry import Source
from simstudy.sources.setting import Setting
from simstudy.study.method import FixedLambda, Method
from simstudy.study.study import Study

Array = NDArray[np.float64]

#: Levels in each decade, of so many significant digits.
PER_DECADE, DIGITS = 5, 2
#: Which data set of the study.
REPLICATE = 0
#: Images of each digit that are shown with their mirror images, and those that the plane shows.
SHOWN, IN_PLANE = 3, 100
#: Bins of the histogram, about.
BINS = 40
NUMBERS = ("theta", "d_adv", "training_error", "test_error", "nonzero")
NO_WEIGHT, NO_COEFFICIENTS = "all weights are zero", "its estimator gives no coefficients"


@dataclass(frozen=True)
class BoundaryPath:
    """Fits of each series at each level to one data set.

    Attributes
    ----------
    data : Data
    lams : (k,) array
        Falling.
    fits : mapping of str to list of Fit
        By series; k each.
    losses : mapping of str to str
        Names of `geometry.LOSSES`, by series; series whose loss is not one of the margin are left out.
    """

    data: Data
    lams: Array
    fits: Mapping[str, list[Fit]]
    losses: Mapping[str, str]

    @property
    def signs(self) -> Array:
        """Labels (n,) as -1 and 1."""
        return np.asarray(2.0 * self.data.y - 1.0)

    @property
    def side(self) -> int:
        """Pixels of a side of an image."""
        return isqrt(self.data.X.shape[1])


def problem(fit: Fit) -> str:
    """Why a fit has no boundary, in words; empty where it has one."""
    if fit.status != Status.OK.value:
        return str(fit.status).replace("_", " ")
    if not len(fit.coef):
        return NO_COEFFICIENTS
    return "" if fit.coef.any() else NO_WEIGHT


def levelled(study: Study) -> list[Method]:
    """Methods whose level is a number."""
    return [each for each in study.methods if isinstance(each.lam, FixedLambda)]


def image_scenarios(study: Study) -> list[Source]:
    """Scenarios that draw images."""
    return [each for each in study.scenarios if isinstance(each, Setting) and isinstance(each.source, Images)]


def needs(study: Study) -> str:
    """What a study lacks."""
    if not image_scenarios(study):
        return "a scenario with source = 'images'"
    return "" if len({each.lam for each in levelled(study)}) > 1 else "methods at two levels or more, lam = a number"


def boundary_path(study: Study) -> BoundaryPath:
    """The first data set of the first scenario of images, fitted by each series at levels in the range of the study."""
    scenario, kinds = image_scenarios(study)[0], series(study)
    methods = levelled(study)
    given = [each.lam.value_at(1, 1) for each in methods if isinstance(each.lam, FixedLambda)]
    least, largest = min(each for each in given if each > 0.0), max(given)
    spaced = np.geomspace(largest, least, max(2, round(PER_DECADE * log10(largest / least)) + 1))
    lams = np.array([float(f"{lam:.{DIGITS}g}") for lam in spaced])
    drawn, by_name = data(study.seed, scenario, REPLICATE), {each.name: each for each in study.methods}
    firsts: dict[str, Method] = {}
    for each in methods:
        firsts.setdefault(kinds[each.name], each)
    fits: dict[str, list[Fit]] = {}
    with thread_controller().limit(limits=1):
        for name, method in firsts.items():
            for lam in lams:
                resolved = resolve_one(replace(method, lam=FixedLambda(float(lam))), scenario, by_name)
                rng = randomness(study.seed, scenario, resolved, REPLICATE)
                with users_code(f"estimator {method.estimator}"):
                    fits.setdefault(name, []).append(resolved.fit(drawn, rng))
    losses = {name: each.entry.margin_loss for name, each in firsts.items() if each.entry.margin_loss}
    return BoundaryPath(drawn, lams, fits, losses)


def rows(path: BoundaryPath) -> pd.DataFrame:
    """One row for each series and level: `series`, `lam`, `theta` (degrees), `d_adv`, errors (%), counts, `problem`."""
    found = []
    for name, fits in path.fits.items():
        for lam, fit in zip(path.lams, fits, strict=True):
            numbers = dict.fromkeys(NUMBERS, np.nan)
            if not problem(fit):
                numbers = of_boundary(path.data, fit)
            found.append({"series": name, "lam": float(lam), **numbers, "problem": problem(fit)})
    return pd.DataFrame(found)


def of_boundary(drawn: Data, fit: Fit) -> dict[str, float]:
    """Numbers of one boundary."""
    w, b = fit.coef, fit.intercept
    parts = {"training_error": (drawn.X, drawn.y)} | ({} if drawn.test is None else {"test_error": drawn.test})
    errors = {name: 100.0 * float(np.mean(geometry.distances(w, b, X, y) <= 0.0)) for name, (X, y) in parts.items()}
    return {
        "theta": round(float(np.degrees(geometry.tilting_angle(w, b, drawn.X, drawn.y))), 2),
        "d_adv": round(geometry.adversarial_distance(w, b, drawn.X, drawn.y), 4),
        "training_error": errors["training_error"],
        "test_error": errors.get("test_error", np.nan),
        "nonzero": float(np.count_nonzero(w)),
    }


def slider(path: BoundaryPath) -> dict[str, Any]:
    """What the report draws at each level: histogram, plane, angles, mirror images, robust accuracy, weights."""
    X, y = path.data.X, path.signs
    shown = np.concatenate([np.flatnonzero(y == label)[:SHOWN] for label in (-1.0, 1.0)])
    rest = [np.flatnonzero(y == label)[SHOWN:IN_PLANE] for label in (-1.0, 1.0)]
    points = np.concatenate([shown, *rest])
    distances = {
        (name, place): geometry.distances(fit.coef, fit.intercept, X, path.data.y)
        for name, fits in path.fits.items()
        for place, fit in enumerate(fits)
        if not problem(fit)
    }
    ends = [end for each in distances.values() for end in (float(each.min()), float(each.max()))] or [-1.0, 1.0]
    # An end of a bin lies at zero, so that no bin has both sides.
    width = (max(ends) - min(ends)) / BINS or 1.0
    edges = width * np.arange(np.floor(min(ends) / width), np.ceil(max(ends) / width) + 1.0)
    table = rows(path)
    drawn = [
        {"name": name, "loss": path.losses.get(name, "")}
        | levels_of(path, name, table[table["series"] == name], distances, edges, points)
        for name in path.fits
    ]
    return {
        "caption": caption(path),
        "lams": rounded(path.lams, 3),
        "start": middle(path),
        "side": path.side,
        "images": [signed_bytes(X[place], 1.0) for place in shown],
        "points": [int(label) for label in y[points]],
        "bins": rounded(edges),
        "robust": [
            {"title": title, "sizes": rounded(geometry.ATTACKS[norm])} for title, norm in (("l₂", 2.0), ("l∞", np.inf))
        ],
        "series": drawn,
    }


def levels_of(
    path: BoundaryPath,
    name: str,
    own: pd.DataFrame,
    distances: Mapping[tuple[str, int], Array],
    edges: Array,
    points: NDArray[np.int64],
) -> dict[str, Any]:
    """All levels of a series, whose planes have one scale."""
    fits, shown = path.fits[name], points[: 2 * SHOWN]
    planes = {place: in_plane(path, fit, points) for place, fit in enumerate(fits) if not problem(fit)}
    top = max((float(np.nanmax(np.abs(each))) for each, _ in planes.values()), default=1.0)
    levels: list[dict[str, Any]] = []
    for place, (fit, row) in enumerate(zip(fits, own.to_dict("records"), strict=True)):
        level: dict[str, Any] = {key: rounded([float(row[key])])[0] for key in NUMBERS} | {"problem": problem(fit)}
        if place in planes:
            coordinates, offset = planes[place]
            d = distances[name, place]
            level |= drawn_level(path, name, fit, d, edges)
            level |= {"d": rounded((d * path.signs)[shown]), "offset": rounded([offset])[0]}
            level["plane"] = [signed_bytes(column, top) for column in np.nan_to_num(coordinates).T]
        levels.append(level)
    return {"top": rounded([top])[0], "levels": levels}


def in_plane(path: BoundaryPath, fit: Fit, points: NDArray[np.int64]) -> tuple[Array, float]:
    """Coordinates (k, 2) of some data in the tilting plane, whose origin is their mean, and b/||w|| there (G6)."""
    w, b, X = fit.coef, fit.intercept, path.data.X
    plane = geometry.tilting_plane(w, b, X, path.data.y)
    middle = X.mean(axis=0)
    return plane.coordinates(X[points] - middle), float((b + middle @ w) / np.linalg.norm(w))


def drawn_level(path: BoundaryPath, name: str, fit: Fit, d: Array, edges: Array) -> dict[str, Any]:
    """Histogram with the scaled loss over it, weights, and robust accuracies of the test images, in thousandths."""
    w, size = fit.coef, float(np.linalg.norm(fit.coef))
    scaled = geometry.LOSSES[path.losses[name]].value(size * edges) if name in path.losses else np.empty(0)
    X, y = path.data.test if path.data.test is not None else (path.data.X, path.data.y)
    robust = [geometry.robust_accuracy(w, fit.intercept, X, y, geometry.ATTACKS[norm], norm) for norm in (2.0, np.inf)]
    return {
        "norm": rounded([size])[0],
        "counts": np.histogram(d, edges)[0].tolist(),
        "loss": rounded(scaled, 3),
        "w": signed_bytes(w, float(np.abs(w).max())),
        "robust": [np.round(1000.0 * each).astype(int).tolist() for each in robust],
    }


def caption(path: BoundaryPath) -> str:
    """What the slider shows, in words."""
    n, tested = len(path.data.y), 0 if path.data.test is None else len(path.data.test[1])
    return (
        f"Boundaries of one data set, the first of the study, of {n:,} training and {tested:,} test images, from the "
        "largest to the smallest level. Numbers are of this data set and have no Monte Carlo error. The loss over the "
        "distances is drawn at the size of the weights, that of FGSM without the attack, and has a scale of its own."
    )


def table(path: BoundaryPath) -> Table:
    """One row for each series and level."""
    found = rows(path)
    columns = (
        text("Estimator", "series"),
        number("λ", "lam", r"$\lambda$"),
        number("Angle", "theta", r"$\theta$"),
        number("Distance", "d_adv", r"$d_{adv}$"),
        number("Training error", "training_error"),
        number("Test error", "test_error"),
        number("Weights", "nonzero"),
        text("No boundary because", "problem"),
    )
    notes = (
        f"{caption(path)} Angle: between the boundary's normal and the line through the classes' centroids, in "
        "degrees. Distance: mean signed l_2 distance of the training images to the boundary. Errors in %. Weights: how "
        "many are not zero.",
    )
    return Table("boundary_path", "Boundary of one data set at each level", columns, notes, found)


def sentence(path: BoundaryPath) -> str:
    """For the series that turns most, by how much."""
    known = rows(path).dropna(subset=["theta"])
    if known.empty:
        return NOTHING
    ends = known.groupby("series", sort=False)["theta"].agg(["first", "last"])
    turned = ends["last"] - ends["first"]
    name = str(turned.idxmax())
    return (
        f"On one data set the boundary of {name} turns by {turned[name]:.2g} degrees away from the line through the "
        "centroids as its level falls."
    )


def middle(path: BoundaryPath) -> int:
    """Place of the level in the middle of those at which most series have a boundary."""
    there = np.array([[not problem(fit) for fit in fits] for fits in path.fits.values()]).sum(axis=0)
    best = np.flatnonzero(there == there.max())
    return int(best[len(best) // 2])


def figure(path: BoundaryPath) -> Figure:
    """Weights of the pixels of each estimator at one level, red where they speak for the second digit."""
    place = middle(path)
    there = {name: fits[place].coef for name, fits in path.fits.items() if not problem(fits[place])}
    if not there:
        return no_data("No fit has a boundary.")
    drawn = weights_figure(there, path.side)
    drawn.set_label(f"At level {path.lams[place]:.2g}. {drawn.get_label()}")
    return drawn


@analysis("boundary_path", table=table, sentence=sentence, figure=figure, needs=needs, slider=slider)
def frame(results: Results) -> BoundaryPath:
    """Boundaries of one data set at each level, moved by a slider in the report."""
    return boundary_path(results.study)
