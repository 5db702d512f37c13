"""Time of a run that is neither data generation nor fits, against these: planning, rows, tables, shards.

Targets: 10 % at n = 500, p = 20 and 25 % at n = 100, p = 8.
"""

import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from unittest.mock import patch

from simstudy.records import Data
from simstudy.runner import replicate
from simstudy.runner.replicate import data
from simstudy.runner.runner import run_study
from simstudy.sources.glm import Scenario
from simstudy.store.load import load
from simstudy.study.method import MatchedLambda, Method, RateLambda
from simstudy.study.study import Study

RATE = RateLambda(c=0.5, power=-0.5, log_p=True)
METHODS = (
    Method("mle", "mle"),
    Method("oracle", "oracle"),
    Method("fgsm_lasso", "fgsm", "lasso", lam=RATE),
    Method("penalized_lasso", "penalized", "lasso", lam=MatchedLambda("fgsm_lasso")),
)
RUNS = 7


def study(n: int, p: int, replicates: int) -> Study:
    scenario = Scenario("binomial", n, [1.0, -1.0, 1.0] + [0.0] * (p - 3), intercept=0.5)
    return Study("harness", "Overhead of a run", 1, replicates, (scenario,), METHODS)


def overhead(example: Study) -> tuple[float, float]:
    """Rest of one serial run's wall time over that of data and fits, and microseconds of it for each replicate."""
    drawing: list[float] = []

    def timed(seed: int, scenario: Scenario, index: int) -> Data:
        start = perf_counter()
        dataset = data(seed, scenario, index)
        drawing.append(perf_counter() - start)
        return dataset

    with tempfile.TemporaryDirectory() as folder, patch.object(replicate, "data", timed):
        start = perf_counter()
        run_study(example, Path(folder))
        wall = perf_counter() - start
        work = load(folder)["seconds"].sum() + sum(drawing)
    return (wall - work) / work, 1e6 * (wall - work) / example.replicates


def main() -> None:
    overhead(study(100, 8, 20))  # compiles, imports
    for n, p in ((100, 8), (500, 20)):
        shares, microseconds = zip(*(overhead(study(n, p, 1000)) for _ in range(RUNS)), strict=True)
        print(
            f"n={n} p={p}: harness {100 * median(shares):.1f} % of data and fits, "
            f"{median(microseconds):.0f} microseconds a replicate (medians of {RUNS} runs, {len(METHODS)} methods)"
        )


if __name__ == "__main__":
    main()
