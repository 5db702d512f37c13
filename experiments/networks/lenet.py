"""LeNet on MNIST beside the published numbers of Tanay & Griffin (2018, last section).

    .venv/bin/python experiments/networks/lenet.py results/networks/lenet [images of each digit]

reads the checkpoints that lenet_training.py has left in FOLDER/RECIPE_SEED and writes FOLDER/lenet.csv, one row each,
and FOLDER/lenet.md. Adversarial examples are the source's: a cyclic permutation of the digits, steps of one pixel value
along the gradient of the target's probability, clipped to 0..255, until that probability, at the temperature of softmax
at which the median score on the test set is .95, reaches .95.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from lenet_training import FOLDER, load, named
from scipy.optimize import brentq

from simstudy.errors import ResultsError, SimstudyError
from simstudy.networks.engine import engine
from simstudy.networks.lenet import CLASSES, WEIGHTS, WHITE, Parameters, logits, training_mean
from simstudy.sources.image_sets import ImageSet, image_set
from simstudy.store.files import write_text

#: Median score on the test set, and score at which an example is adversarial.
SCORE = 0.95
#: Steps of the attack at most, in pixel values.
MOST = 4000
#: Published: test error in %, root mean square of the weights by layer, mean norm of adversarial examples.
PUBLISHED = {"low": (1.6, (0.04, 0.04, 0.02, 0.5), 1.77), "high": (1.2, (0.03, 0.005, 0.001, 0.01), 5.75)}


def scores_of(parameters: Parameters, images: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Scores before softmax (n, 10) of images (n, 784)."""
    run = engine().jax.jit(logits)
    parts = [images[k : k + 200].astype(np.float32) - mean for k in range(0, len(images), 200)]
    return np.concatenate([np.asarray(run(parameters, part)) for part in parts])


def temperature_of(scores: np.ndarray) -> float:
    """Temperature at which the median over images of the largest probability is SCORE."""
    below = scores - scores.max(axis=1, keepdims=True)

    def off(log_t: float) -> float:
        return float(np.median(1.0 / np.exp(below / np.exp(log_t)).sum(axis=1)) - SCORE)

    return float(np.exp(brentq(off, -10.0, 10.0)))


@cache
def attacker() -> Any:
    """Compiled (parameters, images, targets, mean, temperature) -> (adversarial images, steps taken or MOST)."""
    jax, np_ = engine()

    def attack(parameters: Any, images: Any, targets: Any, mean: Any, temperature: Any) -> Any:
        def chance(x: Any) -> Any:
            logs = jax.nn.log_softmax(logits(parameters, x - mean) / temperature, axis=1)
            return np_.take_along_axis(logs, targets[:, None], 1)[:, 0]

        def going(state: Any) -> Any:
            _, logs, count = state
            return (logs.min() < np_.log(SCORE)) & (count < MOST)

        def step(state: Any) -> Any:
            x, logs, count = state
            g = jax.grad(lambda x: chance(x).sum())(x)
            unit = g / np_.maximum(np_.sqrt((g**2).sum(1, keepdims=True)), 1e-30)
            x = np_.where((logs < np_.log(SCORE))[:, None], np_.clip(x + unit, 0.0, WHITE), x)
            return x, chance(x), count + 1

        x, logs, _ = jax.lax.while_loop(going, step, (images, chance(images), 0))
        return x, logs >= np_.log(SCORE)

    return jax.jit(attack)


def norms_of(
    parameters: Parameters, chosen: tuple[np.ndarray, np.ndarray], mean: np.ndarray, temperature: float
) -> Any:
    """Norms (n,) in l_2 and l_inf, pixels/255, of adversarial examples for the next digit; NaN where MOST steps end."""
    images, digits = chosen
    targets = ((digits.astype(np.int32) + 1) % CLASSES).astype(np.int32)
    x, reached = attacker()(parameters, images.astype(np.float32), targets, mean, np.float32(temperature))
    change = np.where(np.asarray(reached)[:, None], np.asarray(x) - images, np.nan) / WHITE
    return np.linalg.norm(change, axis=1), np.abs(change).max(axis=1)


def chosen_of(known: ImageSet, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The first test images of each digit."""
    places = np.concatenate([np.flatnonzero(known.test_digits == digit)[:count] for digit in range(CLASSES)])
    return known.test_images[places], known.test_digits[places]


def row_of(folder: Path, count: int) -> dict[str, Any]:
    """What a checkpoint gives: errors, weights, logits, temperature and adversarial norms.

    Raises
    ------
    ResultsError
        The checkpoint is not readable or of another recipe.
    """
    name, _, seed = folder.name.rpartition("_")
    run = named(f"{name}:{seed}", quick=False)
    state, seconds = load(folder / "state.parquet", run)
    row: dict[str, Any] = {"recipe": name, "seed": int(seed), "epochs": state.epoch, "asked": run.epochs}
    row |= {"status": "ok" if state.is_finite else "error", "loss": state.loss, "gradient": state.gradient}
    row["seconds_an_epoch"] = float(np.median(seconds))
    if not state.is_finite:
        return row
    known = image_set(run.images, FOLDER)
    mean = training_mean(known.images)
    scores = scores_of(state.parameters, known.test_images, mean)
    row["test_error"] = 100.0 * float(np.mean(scores.argmax(axis=1) != known.test_digits))
    weights = [each for each, is_weight in zip(state.parameters, WEIGHTS, strict=True) if is_weight]
    row |= {f"rms_{k + 1}": float(np.sqrt(np.mean(each**2))) for k, each in enumerate(weights)}
    row["logit_scale"] = float(np.median(np.diff(np.sort(scores, axis=1)[:, -2:], axis=1)))
    row["temperature"] = temperature_of(scores)
    chosen = chosen_of(known, count)
    for norm, values in zip(("l2", "linf"), norms_of(state.parameters, chosen, mean, row["temperature"]), strict=True):
        good = values[np.isfinite(values)]
        row |= {f"adversarial_{norm}": good.mean(), f"adversarial_{norm}_mcse": good.std(ddof=1) / np.sqrt(good.size)}
        row |= {f"{norm}_{digit}": np.nanmean(values[chosen[1] == digit]) for digit in range(CLASSES)}
    row["attacks"], row["attacks_failed"] = values.size, int(np.isnan(values).sum())
    return row


def summary(table: pd.DataFrame) -> str:
    """The rows beside what was published."""
    lines = []
    for _, row in table[table["status"] == "ok"].iterrows():
        error, weights, norm = PUBLISHED.get(row["recipe"], (np.nan, (np.nan,) * 4, np.nan))
        ours = " ".join(f"{row[f'rms_{k}']:.2g}" for k in range(1, 5))
        lines.append(
            {
                "recipe": row["recipe"], "seed": row["seed"], "epochs": f"{row['epochs']} of {row['asked']}",
                "test error, %": row["test_error"], "published": error, "weights' RMS": ours,
                "published ": " ".join(f"{each:g}" for each in weights),
                "l_2 norm": f"{row['adversarial_l2']:.2f} ({row['adversarial_l2_mcse']:.2f})", "published  ": norm,
                "l_inf norm": f"{row['adversarial_linf']:.3f}", "median margin of logits": row["logit_scale"],
                "temperature": row["temperature"], "attacks failed": f"{row['attacks_failed']} of {row['attacks']}",
            }
        )  # fmt: skip
    return (
        "# LeNet beside Tanay & Griffin (2018)\n\n"
        + pd.DataFrame(lines).to_markdown(index=False, floatfmt=".4g")
        + "\n"
    )


def main(folder: Path, count: int) -> str:
    """Write both files; returns an error message, empty where all is well."""
    found = sorted(path.parent for path in folder.glob("*/state.parquet"))
    if not found:
        return f"{folder}: no checkpoint, expected those of experiments/networks/lenet_training.py"
    try:
        table = pd.DataFrame([row_of(each, count) for each in found])
    except ResultsError as error:
        return str(error)
    except SimstudyError as error:
        return f"{error}; `make mnist` fetches the files of MNIST"
    write_text(folder / "lenet.csv", table.to_csv(index=False, float_format="%.6g"))
    write_text(folder / "lenet.md", summary(table))
    return ""


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 20) or 0)
