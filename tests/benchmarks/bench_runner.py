"""Replicates per second of a whole run on one core beside the script that a user would write, and two-core efficiency.

The script is joblib with scikit-learn, and with skglm where it is installed: data of the same law, the MLE, and
penalised likelihood with lasso and scad at the same lam, on one thread. It has no statuses, no storage, no resumption
and no measures, which the run has. Figures are medians of interleaved runs.
"""

import tempfile
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from joblib import Parallel, delayed
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

import simstudy as ss
from simstudy.run.options import Options
from simstudy.run.runner import run_study

P, BETA, LAM = 8, [1.0, -1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0], 0.05
METHODS = (
    ss.Method("mle", "mle"),
    ss.Method("lasso", "penalized", "lasso", lam=ss.FixedLambda(LAM)),
    ss.Method("scad", "penalized", "scad", lam=ss.FixedLambda(LAM)),
)
SIZES = (200, 500)
REPLICATES = 1000
RUNS = 5


def study(replicates: int) -> ss.Study:
    scenarios = tuple(ss.Scenario("binomial", n, BETA, intercept=0.5, design=ss.Normal(0.5)) for n in SIZES)
    return ss.Study("runner", "Speed of a run", 1, replicates, scenarios, METHODS, ("coefficients",))


def whole_run(jobs: int, replicates: int = REPLICATES) -> float:
    """Seconds of a run with shards and measures."""
    with tempfile.TemporaryDirectory() as folder:
        start = perf_counter()
        ss.run(study(replicates), results=folder, jobs=jobs)
        return perf_counter() - start


def draw(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    covariance = 0.5 ** np.abs(np.subtract.outer(np.arange(P), np.arange(P)))
    X = rng.multivariate_normal(np.zeros(P), covariance, n)
    return X, rng.binomial(1, 1 / (1 + np.exp(-(0.5 + X @ BETA))))


def scikit_learn(n: int, seed: int) -> list[np.ndarray]:
    """MLE and lasso by the faster solver (which shrinks the intercept too); a second lasso stands in for scad."""
    X, y = draw(n, seed)
    mle = LogisticRegression(C=np.inf, tol=1e-7, max_iter=1000)
    lasso = LogisticRegression(l1_ratio=1.0, solver="liblinear", C=1 / (n * LAM), tol=1e-7, max_iter=1000)
    return [model.fit(X, y).coef_ for model in (mle, lasso, lasso)]


def with_skglm(n: int, seed: int) -> list[np.ndarray]:
    """MLE by scikit-learn, lasso and scad by skglm."""
    skglm, datafits, penalties = (import_module(f"skglm{part}") for part in ("", ".datafits", ".penalties"))
    solver = import_module("skglm.solvers").ProxNewton(fit_intercept=True, tol=1e-7)
    X, y = draw(n, seed)
    mle = LogisticRegression(C=np.inf, tol=1e-7, max_iter=1000).fit(X, y)
    fits = [
        skglm.GeneralizedLinearEstimator(datafits.Logistic(), penalty, solver).fit(X, 2 * y - 1)
        for penalty in (penalties.L1(LAM), penalties.SCAD(LAM, 3.7))
    ]
    return [mle.coef_, *(fit.coef_ for fit in fits)]


def script(fit: Callable[[int, int], list[np.ndarray]], replicates: int) -> float:
    """Seconds of a user's loop on one core."""
    start = perf_counter()
    with threadpool_limits(1):
        Parallel(n_jobs=1)(delayed(fit)(n, seed) for n in SIZES for seed in range(replicates))
    return perf_counter() - start


def compare(name: str, fit: Callable[[int, int], list[np.ndarray]], replicates: int) -> None:
    script(fit, 2)
    seconds = [(whole_run(1), script(fit, replicates)) for _ in range(RUNS)]
    ours, theirs = (median(column) for column in zip(*seconds, strict=True))
    rates = [len(SIZES) * REPLICATES / ours, len(SIZES) * replicates / theirs]
    ratio = median((b / replicates) / (a / REPLICATES) for a, b in seconds)
    print(f"simstudy {rates[0]:.0f} replicates/s, {name} {rates[1]:.0f} replicates/s: {ratio:.1f} times")


def efficiency(path: Path, replicates: int) -> None:
    """How many times faster two processes are than one on a study file; without start-up and measures."""
    example = ss.read_study(path, replicates=replicates)
    ratios = []
    for _ in range(RUNS):
        seconds = []
        for jobs in (1, 2):
            with tempfile.TemporaryDirectory() as folder:
                run_study(ss.read_study(path, replicates=2), Path(folder) / "warm", options=Options(jobs))
                start = perf_counter()
                run_study(example, Path(folder) / "study", options=Options(jobs))
                seconds.append(perf_counter() - start)
        ratios.append(seconds[0] / seconds[1])
    print(f"{path.name}, R = {replicates}: two processes {median(ratios):.2f} times one")


def main() -> None:
    whole_run(1, 20)  # compiles, imports
    compare("joblib + scikit-learn (two lassos)", scikit_learn, REPLICATES // 10)
    if find_spec("skglm"):
        compare("joblib + scikit-learn + skglm", with_skglm, REPLICATES // 10)
    efficiency(Path(__file__).parents[2] / "experiments" / "root_n.toml", 200)


if __name__ == "__main__":
    main()
