"""A whole run: its speed beside the script that a user would write, its second core, its memory, and loading.

Targets: 5 times the script on one core; two processes 1.8 times one on root_n; peak memory of the parent grows by less
than 20 % from 1e3 to 1e5 replicates at p = 20; 1e6 rows of p = 20 load in under 5 seconds.

The script is joblib with scikit-learn, and with skglm: data of the same law, the MLE, and
penalised likelihood with lasso and scad at the same lam, on one thread. It has no statuses, no storage, no resumption
and no measures, which the run has. Figures are medians of interleaved runs.
"""

import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from joblib import Parallel, delayed
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

import simstudy as ss
from simstudy.runner.options import Options
from simstudy.runner.runner import run_study

P, BETA, LAM = 8, [1.0, -1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0], 0.05
METHODS = (
    ss.Method("mle", "mle"),
    ss.Method("lasso", "penalized", "lasso", lam=ss.FixedLambda(LAM)),
    ss.Method("scad", "penalized", "scad", lam=ss.FixedLambda(LAM)),
)
SIZES = (200, 500)
REPLICATES = 1000
RUNS = 5
TABLE = Path("results/benchmarks/runner.md")


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


def compare(name: str, fit: Callable[[int, int], list[np.ndarray]], replicates: int) -> str:
    """Replicates per second of both on one core."""
    script(fit, 2)
    seconds = [(whole_run(1), script(fit, replicates)) for _ in range(RUNS)]
    ours, theirs = (median(column) for column in zip(*seconds, strict=True))
    rates = [len(SIZES) * REPLICATES / ours, len(SIZES) * replicates / theirs]
    ratio = median((b / replicates) / (a / REPLICATES) for a, b in seconds)
    return f"simstudy {rates[0]:.0f} replicates/s, {name} {rates[1]:.0f} replicates/s: {ratio:.1f} times (goal 5)"


def efficiency(path: Path, replicates: int) -> str:
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
    return f"{path.name}, R = {replicates}: two processes {median(ratios):.2f} times as fast as one (goal 1.8)"


def wide_study(replicates: int) -> ss.Study:
    scenario = ss.Scenario("gaussian", 40, [1.0] * 3 + [0.0] * 17)
    return ss.Study("memory", "Memory of a run", 1, replicates, (scenario,), METHODS[:1], ("coefficients",))


def peak(replicates: int) -> None:
    """Print the largest resident size, in MiB, of a process that runs a study on two others and makes its measures."""
    with tempfile.TemporaryDirectory() as folder:
        ss.run(wide_study(replicates), results=folder, jobs=2)
        # `getrusage` would include what the process held that this one was forked from.
        print(int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024)


def memory() -> str:
    """Peak memory of the parent at few and at many replicates, each in a fresh process."""
    small, large = (
        float(subprocess.run([sys.executable, __file__, str(R)], check=True, capture_output=True, text=True).stdout)
        for R in (1_000, 100_000)
    )
    growth = 100 * (large / small - 1)
    return f"parent: {small:.0f} MiB at 1e3 replicates, {large:.0f} MiB at 1e5: {growth:+.0f} % (goal below 20)"


def loading() -> str:
    """Seconds for the rows of a million fits at p = 20."""
    with tempfile.TemporaryDirectory() as folder:
        run_study(wide_study(1_000_000), Path(folder) / "memory", options=Options(2))
        seconds = []
        for _ in range(RUNS):
            start = perf_counter()
            rows = len(ss.load(Path(folder) / "memory"))
            seconds.append(perf_counter() - start)
    return f"ss.load: {rows} rows of p = 20 in {median(seconds):.1f} s (goal 5)"


def main() -> None:
    if len(sys.argv) > 1:
        peak(int(sys.argv[1]))
        return
    whole_run(1, 20)  # compiles, imports
    found = [
        compare("joblib + scikit-learn (two lassos)", scikit_learn, REPLICATES // 10),
        compare("joblib + scikit-learn + skglm", with_skglm, REPLICATES // 10),
        efficiency(Path(__file__).parents[2] / "experiments" / "root_n.toml", 200),
        memory(),
        loading(),
    ]
    text = "\n".join(
        [
            "# A whole run",
            "",
            f"Medians of {RUNS} interleaved runs. Binomial, n = 200 and 500, p = 8, MLE, lasso and scad, on one core:",
            "",
            *[f"- {line}" for line in found],
            "",
            f"Python {platform.python_version()}.",
            "",
        ]
    )
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
