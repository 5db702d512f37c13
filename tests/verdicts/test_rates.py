import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from simstudy.measures import summarise
from simstudy.records import SCENARIO_SCHEMA
from simstudy.verdicts.found import Found
from simstudy.verdicts.rates import curvature, of_slope, of_slope_difference, pre_asymptotic

SIZES = (100, 200, 400, 800, 1600)
N = np.array(SIZES, dtype=float)
KEYS = [(f"key{n}", n) for n in SIZES]


@dataclass(frozen=True)
class Study:
    """Normal errors of two methods with the same noise: `rate` is the exponent of the second one."""

    replicates: int = 200
    rate: float = -0.5
    extra: float = 0.0
    failed: int = 0

    def results(self, seed: int) -> Found:
        rng = np.random.default_rng(seed)
        rows = []
        for key, n in KEYS:
            noise = rng.normal(size=self.replicates)
            for method, scale in (("a", n**-0.5 + self.extra / n), ("b", 2 * n**self.rate)):
                for r, z in enumerate(noise):
                    status = "not_converged" if method == "a" and n == 100 and r < self.failed else "ok"
                    rows.append((key, r, method, status, np.nan, np.array([1 + scale * z])))
        names = ["scenario_key", "replicate", "method", "status", "intercept_hat", "beta_hat"]
        frame = pd.DataFrame(rows, columns=names)
        truth = pd.DataFrame([{"scenario": k, "scenario_key": k, "beta_true": np.ones(1)} for k, _ in KEYS])
        truth = truth.reindex(columns=SCENARIO_SCHEMA.names)
        return Found(summarise(frame, truth), truth, lambda key: frame[frame["scenario_key"] == key])


def test_slope_curvature_and_counts() -> None:
    found = of_slope(Study().results(1), KEYS, "a", "rmse", "all")
    assert abs(found.value + 0.5) < 5 * found.mcse
    assert (found.attempted, found.usable, found.cells) == (1000, 1000, 5)
    assert found.note == ""
    assert found.curvature_p > 0.01


def test_curvature_names_the_sample_sizes_that_are_too_small() -> None:
    found = of_slope(Study(replicates=2000, extra=20.0).results(2), KEYS, "a", "rmse", "beta_1")
    assert found.curvature_p < 1e-6
    assert found.note.startswith("Not a straight line: n = 100")
    assert found.value < -0.6


def test_curvature_is_calibrated() -> None:
    """P(p < 0.05) over 2000 straight lines: binomial, 4.9 standard errors (false-alarm rate 1e-6) are 2.4 %."""
    rng, relative = np.random.default_rng(3), np.array([0.05, 0.04, 0.06, 0.03, 0.05])
    lines = np.exp(1 - 0.5 * np.log(N) + relative * rng.normal(size=(2000, 5)))
    p = [curvature(N, line, relative * line) for line in lines]
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.024)
    assert math.isnan(curvature(N[:2], N[:2], N[:2]))


def test_pre_asymptotic_sizes_are_the_smallest_ones() -> None:
    bent = np.where(N < 300, 3.0, 1.0) * N**-0.5
    assert pre_asymptotic(N, bent, 0.01 * bent) == [100.0, 200.0]
    straight = N**-0.5
    assert pre_asymptotic(N, straight, 0.01 * straight) == []
    never = np.exp(0.1 * np.log(N) ** 2)
    assert pre_asymptotic(N, never, 0.001 * never) == [100.0, 200.0, 400.0]


def test_slopes_of_methods_on_the_same_data_are_compared_in_pairs() -> None:
    results = Study(rate=-0.45).results(4)
    found = of_slope_difference(results, KEYS, "a", "b", "all")
    apart = [of_slope(results, KEYS, method, "rmse", "all").mcse for method in "ab"]
    # The two methods have the same noise, so that the difference is known exactly.
    assert found.value == pytest.approx(-0.05)
    assert found.mcse < 0.05 * math.hypot(*apart)
    assert of_slope_difference(results, KEYS, "a", "b", "all").mcse == found.mcse


def test_a_failing_sample_size_decides_nothing_and_a_missing_one_is_named() -> None:
    results = Study(failed=5).results(5)
    for found in (of_slope(results, KEYS, "a", "rmse", "all"), of_slope_difference(results, KEYS, "a", "b", "all")):
        assert found.interval(0.5) == (-math.inf, math.inf)
        assert found.note.startswith("5 of 1000 fits failed.")
    assert of_slope(results, [*KEYS, ("key3200", 3200)], "a", "rmse", "all").note == "Results for 5 of 6 sample sizes."
    few = of_slope(Study(replicates=1).results(6), KEYS, "a", "rmse", "all")
    assert few.note == "The rmse or its MCSE is unknown at some n, or it is not positive."
