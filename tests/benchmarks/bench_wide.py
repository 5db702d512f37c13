"""Residual, time and memory at n = 200, p = 5000 with ten nonzero slopes. Target: peak within 3 times the size of X."""

import platform
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import numpy as np
from threadpoolctl import threadpool_limits

import simstudy as ss
from simstudy.families import FAMILIES

TABLE = Path("results/benchmarks/wide.md")
N, P, NONZERO = 200, 5000, 10
C = {"penalized": 1.0, "fgsm": 1.2}


def peak() -> float:
    """Largest resident size of this process so far, MiB (`getrusage` includes what its parent held when it forked)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def one(family: str, estimator: str) -> str:
    """One row of the table; the peak is that of a process that has fitted a small problem before."""
    law = FAMILIES[family]
    rng = np.random.default_rng(1)
    fit, unit = getattr(ss, estimator), {"gaussian": 1.0, "binomial": 0.5, "poisson": 1.0}[family]
    if estimator == "fgsm":
        unit = 1.0
    small = rng.standard_normal((60, 50))
    fit(small, law.sample(small[:, 0], rng), family=family, penalty=ss.Lasso(0.3 * unit))
    X = rng.standard_normal((N, P))
    size = 0.3 if family == "poisson" else 1.0
    y = law.sample(X[:, :NONZERO] @ (size * (-1.0) ** np.arange(NONZERO)), rng)
    lam = C[estimator] * unit * np.sqrt(np.log(P) / N)
    before, start = peak(), perf_counter()
    with threadpool_limits(1):
        found = fit(X, y, family=family, penalty=ss.Lasso(lam))
    seconds, grown = perf_counter() - start, peak() - before
    nonzero = int(np.count_nonzero(found.coef))
    times = grown / (X.nbytes / 2**20)
    return (
        f"| {family} | {estimator} | {found.status.value} | {found.kkt:.0e} | {nonzero} | {1e3 * seconds:.0f} | "
        f"{times:.2f} |"
    )


def main() -> None:
    if len(sys.argv) > 1:
        print(one(*sys.argv[1:]))
        return
    rows = [
        subprocess.run([sys.executable, __file__, family, estimator], check=True, capture_output=True, text=True).stdout
        for family in FAMILIES
        for estimator in C
    ]
    table = [
        f"# Lasso at n = {N}, p = {P}, {NONZERO} nonzero slopes",
        "",
        "The residual is taken over all columns. Memory: growth of the peak resident size by the fit, in sizes of X",
        f"(7.6 MiB), in a fresh process that has fitted a small problem before. Python {platform.python_version()}.",
        "",
        "| family | estimator | status | kkt | nonzero | ms | memory / X |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: |",
        *[row.strip() for row in rows],
        "",
    ]
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text("\n".join(table))
    print("\n".join(table))


if __name__ == "__main__":
    main()
