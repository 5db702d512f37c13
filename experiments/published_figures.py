"""Figures of the published tilting study: 3 against 7 on MNIST, and the levels of the pairs whose rows are printed.

    .venv/bin/python experiments/published_figures.py results/published_tilting

reads table.csv, fits 3 v 7 at three levels, and writes the pictures levels, distances, plane, weights and mirror.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import simstudy as ss
from simstudy.report.figures import geometry as pictures
from simstudy.report.figures.canvas import Figure
from simstudy.report.figures.save import write_figure

PAIR = "3v7"
LEVELS = (1.0, 0.1, 0.001)
#: Places of the images that are shown with their mirror images: three of each digit.
SHOWN = [0, 1, 2, 3000, 3001, 3002]


def seen(title: str, fit: ss.Fit, data: ss.Data) -> pictures.Seen:
    """A boundary in its tilting plane, the data centred there."""
    w, b = fit.coef, fit.intercept
    plane = ss.geometry.tilting_plane(w, b, data.X, data.y)
    points = plane.coordinates(data.X)
    middle = points.mean(axis=0)
    offset = (b + middle @ [w @ plane.z, w @ plane.n]) / np.linalg.norm(w)
    theta = ss.geometry.tilting_angle(w, b, data.X, data.y)
    return pictures.Seen(title, points - middle, 2.0 * data.y - 1.0, theta, float(offset), (points - middle)[5])


def drawn(table: pd.DataFrame, data: ss.Data, side: int = 28) -> dict[str, Figure]:
    """The figures by name."""
    machines = dict(zip([f"lam = {lam:g}" for lam in LEVELS], ss.svm_path(data.X, data.y, LEVELS), strict=True))
    sparse = {
        "L1": ss.penalized(data.X, data.y, family="binomial", penalty=ss.Lasso(0.01)),
        "FGSM": ss.fgsm(data.X, data.y, family="binomial", penalty=ss.Lasso(0.1)),
    }
    images = data.X[SHOWN]
    parts = [
        (name, ss.geometry.distances(fit.coef, fit.intercept, data.X, data.y), float(np.linalg.norm(fit.coef)))
        for name, fit in machines.items()
    ]
    mirrored = {name: ss.geometry.mirror(fit.coef, fit.intercept, images) for name, fit in machines.items()}
    weights = {"SVM": machines["lam = 0.1"].coef, **{name: fit.coef for name, fit in sparse.items()}}
    return {
        "levels": pictures.levels_figure(
            table[table["d_adv_published"].notna().groupby(table["pair"]).transform("any")]
        ),
        "distances": pictures.distances_figure(parts, ss.geometry.LOSSES["hinge"].value, "hinge loss"),
        "plane": pictures.plane_figure([seen(f"SVM, {name}", fit, data) for name, fit in machines.items()]),
        "weights": pictures.weights_figure(weights, side),
        "mirror": pictures.mirror_figure(images, mirrored, side),
    }


def main(folder: Path) -> None:
    """Read the table, fit and draw."""
    data = ss.Images("mnist", PAIR, per_class=3000).sample(np.random.default_rng(0))
    for name, figure in drawn(pd.read_csv(folder / "table.csv"), data).items():
        write_figure(figure, name, folder, ["svg"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
