"""Fits of many data sets by one compiled call: the same rows, bit for bit, as one at a time."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from simstudy.estimators.rules import Bic
from simstudy.records import Data
from simstudy.runner import together
from simstudy.runner.methods import resolve
from simstudy.runner.replicate import Row, replicate_rows
from simstudy.runner.together import rows_together
from simstudy.solvers import newton
from simstudy.sources.glm import Scenario
from simstudy.study.method import FixedLambda, Method

LEVEL = FixedLambda(0.05)
METHODS = (
    Method("mle", "mle"),
    Method("lasso", "penalized", "lasso", lam=LEVEL, se=True),
    Method("one_step", "penalized", "scad", lam=LEVEL, options={"steps": 1}),
    Method("mcp", "fgsm", "mcp", lam=LEVEL),
    Method("bridge", "fgsm", "lr", parameters={"r": 0.5}, lam=LEVEL),
    Method("bic", "fgsm", "lasso", lam=Bic()),
    Method("oracle", "oracle"),
)
SEED = 11


def bits(value: Any) -> Any:
    """A value such that equality is equality of bits."""
    if isinstance(value, float):
        return struct.pack("d", value)
    return (value.shape, value.tobytes()) if isinstance(value, np.ndarray) else value


def comparable(rows: Iterable[Row]) -> list[tuple[Any, ...]]:
    return [
        (*(bits(value) for value in row._replace(seconds=0.0, values={})), {k: bits(v) for k, v in row.values.items()})
        for row in rows
    ]


@pytest.mark.parametrize(
    ("scenario", "failure"),
    [
        (Scenario("binomial", 12, [2.0, -1.0, 0.0], intercept=1.0), "no_minimiser"),
        (Scenario("binomial", 60, [2.0, -1.0, 0.0]), None),
        (Scenario("poisson", 30, [0.5, 0.0], intercept=-1.5), None),
        (Scenario("poisson", 12, [0.5, 0.0], intercept=-2.5), "degenerate_response"),
        (Scenario("gaussian", 5, [1.0] * 7, intercept=0.0), "rank_deficient"),
    ],
)
@pytest.mark.parametrize(("numbers", "patience"), [(2**17, 0.2), (100, 0.2), (2**17, 0.0)])
def test_together_as_alone(
    scenario: Scenario, failure: str | None, numbers: int, patience: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Separated, constant and rank deficient data sets among them; whatever is drawn at once, fitted by one call."""
    monkeypatch.setattr(together, "NUMBERS", numbers)
    monkeypatch.setattr(newton, "PATIENCE", patience)
    methods = resolve(scenario, METHODS)
    alone = [row for r in range(3, 43) for row in replicate_rows(SEED, scenario, methods, r, ("model_error",))]
    found = list(rows_together(SEED, scenario, methods, range(3, 43), ("model_error",)))
    assert comparable(found) == comparable(alone)
    assert {"ok", failure or "ok"} <= {row.status for row in found}
    assert all(0.0 <= row.seconds < 10.0 for row in found)


def test_methods_are_fitted_by_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """What declares its objective, and no other."""
    sizes = []
    once = newton.fit_each

    def counted(*arguments: Any) -> Any:
        sizes.append(arguments[6].shape[0])
        return once(*arguments)

    monkeypatch.setattr(newton, "fit_each", counted)
    scenario = Scenario("gaussian", 30, [1.0, 0.0], intercept=0.0)
    methods = resolve(scenario, (METHODS[0], METHODS[1], METHODS[6]))
    list(rows_together(SEED, scenario, methods, range(20), ()))
    assert sizes == [20, 20, *[1] * 20]


@dataclass(frozen=True)
class Uneven:
    """Data of many kinds: floats, whole numbers, another shape, a missing number, an error."""

    name: str = "uneven"
    key: str = "uneven"
    label: str = "uneven"
    family: str = "gaussian"
    has_intercept: bool = True
    n: int = 20
    p: int = 2

    def sample(self, rng: np.random.Generator) -> Data:
        X, y = rng.standard_normal((20, 2)), rng.standard_normal(20)
        kind = int(rng.integers(5))
        if kind == 1:
            X = np.round(X).astype(int)
        if kind == 2:
            X, y = X[:-1], y[:-1]
        if kind == 3:
            X[2, 1] = np.nan
        if kind == 4:
            raise ValueError("no data today")
        return Data(X, y)

    def truth(self) -> dict[str, Any]:
        return {"beta": [0.0, 0.0], "intercept": 0.0}


def test_data_of_many_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "NUMBERS", 150)
    source: Any = Uneven()
    methods = resolve(source, METHODS[:2])
    alone = [row for r in range(40) for row in replicate_rows(SEED, source, methods, r)]
    found = list(rows_together(SEED, source, methods, range(40), ()))
    assert comparable(found) == comparable(alone)
    assert {row.status for row in found} == {"ok", "error"}
    assert {row.message.partition(":")[0] for row in found} >= {"InputError", "ValueError", "converged"}


def test_a_ctrl_c_in_compiled_code_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> Iterator[Any]:
        raise SystemError from KeyboardInterrupt()

    monkeypatch.setattr(newton, "fit_each", interrupted)
    scenario = Scenario("gaussian", 30, [1.0, 0.0], intercept=0.0)
    with pytest.raises(KeyboardInterrupt):
        list(rows_together(SEED, scenario, resolve(scenario, METHODS[:1]), range(5), ()))
