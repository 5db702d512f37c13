"""What a scenario is told before any simulation: the law to trust, the best levels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simstudy.errors import ConfigError
from simstudy.penalties import Lasso
from simstudy.sources.designs import Normal
from simstudy.sources.glm import Scenario
from simstudy.theory.proportional import best_pair
from simstudy.theory.proportional.best import best_levels, criterion_named, law_choice
from simstudy.workflow.theory import best

PROPORTIONAL = Path(__file__).parents[3] / "experiments" / "proportional.toml"


def scenario(family: str = "gaussian", n: int = 100, p: int = 50, rho: float = 0.0) -> Scenario:
    beta = np.append(np.full(p // 5, 2.0 / np.sqrt(p)), np.zeros(p - p // 5))
    return Scenario(family, n, beta, intercept=0.0 if family == "poisson" else None, design=Normal(rho))


@pytest.mark.parametrize(
    ("change", "law", "why"),
    [
        ({}, "T20", "proportional"),
        ({"n": 1000}, "T6-T17", "small against n"),
        ({"n": 999}, "T20", "proportional"),
        ({"rho": 0.5}, "T6-T17, with care", "independent normal covariates"),
        ({"family": "poisson"}, "T6-T17, with care", "gaussian, binomial only"),
    ],
)
def test_the_choice_of_a_law_is_stated(change: dict[str, object], law: str, why: str) -> None:
    row = law_choice(scenario(**change))
    assert row["law"] == law
    assert why in row["why"]


def test_best_levels_are_per_observation_and_silence_is_explained() -> None:
    frame, reasons = best_levels([scenario(), scenario(rho=0.5)], criterion_named("error"))
    pair = best_pair("gaussian", 2.0, [0.0, 2.0], [0.8, 0.2], Lasso(1.0))
    assert len(frame) == 1
    assert frame["ratio"][0] == pytest.approx(pair.ratio, rel=1e-6)
    assert frame["fgsm_lam"][0] == pytest.approx(pair.fgsm.level / np.sqrt(50), rel=1e-3)
    assert len(reasons) == 1
    assert "independent normal covariates" in reasons[0]


@pytest.mark.parametrize(
    ("name", "level", "message"),
    [
        ("eror", 0.0, "best: unknown 'eror'.*'error'"),
        ("risk", -1.0, r"attack-level = -1\.0"),
        ("error", 0.5, "nothing is attacked"),
    ],
)
def test_what_cannot_be_smallest_is_named(name: str, level: float, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        criterion_named(name, level)


def test_the_verb_gives_a_table_of_every_scenario() -> None:
    (table,), reasons = best(PROPORTIONAL, "adversarial_error", 0.5)
    assert len(table.data) == 5
    assert reasons == ()
    assert table.data["ratio"].between(0.99, 1.01).all()
