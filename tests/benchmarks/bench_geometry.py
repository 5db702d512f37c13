"""Paths on MNIST: FGSM over 30 levels on 12,396 images, support vector machines over 81 levels on 6,000."""

import platform
from pathlib import Path
from time import perf_counter

import numpy as np
from threadpoolctl import threadpool_limits

import simstudy as ss

TABLE = Path("results/benchmarks/geometry.md")


def main() -> None:
    """Time both on one core and write the table; without the files of `make mnist` say so."""
    if not Path("data/mnist/train-images-idx3-ubyte").is_file():
        print("no images: `make mnist` fetches them")
        return
    data = ss.Images("mnist", "3v7").sample(np.random.default_rng(0))
    pair = ss.Images("mnist", "7v9", per_class=3000).sample(np.random.default_rng(0))
    with threadpool_limits(1):
        ss.fgsm(data.X[:100], data.y[:100], family="binomial", penalty=ss.Lasso(0.2))
        start = perf_counter()
        lams = np.geomspace(0.3, 0.01, 30).tolist()
        fits = ss.path(data.X, data.y, family="binomial", penalty=ss.Lasso(1.0), lams=lams)
        fgsm = perf_counter() - start
        start = perf_counter()
        machines = ss.svm_path(pair.X, pair.y, [10.0 ** (2.0 - 0.1 * k) for k in range(81)])
        svm = perf_counter() - start
    table = [
        "# Paths on MNIST",
        "",
        f"One core. Python {platform.python_version()}. The whole published table, 45 pairs, is timed in",
        "results/published_tilting/printed.md.",
        "",
        "| path | levels | images x pixels | certified | largest kkt or gap | seconds | goal |",
        "| --- | ---: | --- | ---: | ---: | ---: | ---: |",
    ]
    for name, found, shape, seconds, goal in (
        ("FGSM-LASSO, 3 v 7", fits, data.X.shape, fgsm, "60"),
        ("support vector machine, 7 v 9", machines, pair.X.shape, svm, "53"),
    ):
        certified, worst = sum(str(fit.status) == "ok" for fit in found), max(fit.kkt for fit in found)
        size = " x ".join(map(str, shape))
        table.append(f"| {name} | {len(found)} | {size} | {certified} | {worst:.0e} | {seconds:.1f} | {goal} |")
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text("\n".join([*table, ""]))
    print("\n".join(table))


if __name__ == "__main__":
    main()
