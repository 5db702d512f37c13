"""Time of one fit, on one core, next to a bare IRLS and a conic solver on the same data in the same run.

Targets: FGSM lasso at n=200 p=8 in 0.20 ms or 0.9 IRLS fits, at n=500 p=20 in 0.55 ms or 1.2 IRLS fits (medians).
"""

import platform
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter

import cvxpy as cp
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from simstudy.estimators import fgsm, mle, penalized
from simstudy.model.penalties import Lasso, Scad

Array = NDArray[np.float64]
TABLE = Path("results/benchmarks/solver.md")
SIZES = ((200, 8), (500, 20))
DATA_SETS = 200
CONIC_DATA_SETS = 5
RHO = 0.5


def draw(n: int, p: int, seed: int) -> tuple[Array, Array]:
    """Binomial data, AR(0.5) covariates, a third of the slopes nonzero, of alternating signs."""
    rng = np.random.default_rng([seed, n, p])
    X = rng.standard_normal((n, p))
    for j in range(1, p):
        X[:, j] = RHO * X[:, j - 1] + np.sqrt(1 - RHO**2) * X[:, j]
    beta = np.where(np.arange(p) < p // 3, (-1.0) ** np.arange(p), 0.0)
    return X, (rng.random(n) < 1 / (1 + np.exp(-(0.3 + X @ beta)))).astype(float)


def irls(X: Array, y: Array) -> Array:
    """Binomial MLE by Newton's method, as short as numpy allows: no checks, no step control."""
    Z = np.column_stack([np.ones(y.size), X])
    b = np.zeros(Z.shape[1])
    for _ in range(25):
        mu = 1 / (1 + np.exp(-Z @ b))
        step = np.linalg.solve((Z * (mu * (1 - mu))[:, None]).T @ Z, Z.T @ (y - mu))
        b += step
        if np.max(np.abs(step)) < 1e-8:
            break
    return b


def conic(X: Array, y: Array, lam: float) -> None:
    """FGSM lasso as a conic program."""
    b, b0 = cp.Variable(X.shape[1]), cp.Variable()
    losses = cp.logistic(lam * cp.norm1(b) - cp.multiply(2 * y - 1, X @ b + b0))
    cp.Problem(cp.Minimize(cp.sum(losses) / y.size)).solve(solver=cp.CLARABEL)


def seconds(fit: Callable[[Array, Array], object], X: Array, y: Array) -> float:
    start = perf_counter()
    fit(X, y)
    return perf_counter() - start


def candidates(lam: float) -> dict[str, Callable[[Array, Array], object]]:
    options = {"family": "binomial"}
    return {
        "FGSM lasso": partial(fgsm, **options, penalty=Lasso(lam)),
        "FGSM scad": partial(fgsm, **options, penalty=Scad(lam)),
        "penalised lasso": partial(penalized, **options, penalty=Lasso(lam)),
        "MLE": partial(mle, **options),
        "IRLS, bare numpy": irls,
        "FGSM lasso, cvxpy and Clarabel": partial(conic, lam=lam),
    }


def medians(n: int, p: int) -> dict[str, float]:
    """Median seconds of each candidate; taking turns, so that a slow moment hits them alike."""
    lam = 0.45 * np.sqrt(np.log(p) / n)
    fits = candidates(lam)
    times: dict[str, list[float]] = {name: [] for name in fits}
    for seed in range(DATA_SETS + 1):
        X, y = draw(n, p, seed)
        for name, fit in fits.items():
            if "cvxpy" not in name or seed <= CONIC_DATA_SETS:
                times[name].append(seconds(fit, X, y))
    # The first data set compiles and warms up.
    return {name: median(each[1:]) for name, each in times.items()}


def rows() -> list[str]:
    lines = []
    for n, p in SIZES:
        found = medians(n, p)
        unit = found["IRLS, bare numpy"]
        lines += [f"| {n} | {p} | {name} | {1e3 * t:.3f} | {t / unit:.2f} |" for name, t in found.items()]
    return lines


def processor() -> str:
    """Model of the processor where the system tells, else its architecture."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def main() -> None:
    with threadpool_limits(1):
        body = rows()
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "cvxpy", "clarabel"))
    table = [
        "# Time of one binomial fit",
        "",
        f"Medians over {DATA_SETS} data sets ({CONIC_DATA_SETS} for cvxpy), one thread; on each, all take their turn.",
        f"Python {platform.python_version()}, {packages}; {processor()}.",
        "",
        "| n | p | fit | ms | times IRLS |",
        "| ---: | ---: | --- | ---: | ---: |",
        *body,
        "",
    ]
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text("\n".join(table))
    print("\n".join(table))


if __name__ == "__main__":
    main()
