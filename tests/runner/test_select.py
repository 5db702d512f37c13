import pytest

from simstudy.errors import ConfigError
from simstudy.runner.plan import Cell
from simstudy.runner.select import select
from simstudy.sources.glm import Scenario

CELLS = tuple(
    Cell(scenario, method, 0, ((0, 5),))
    for scenario in (
        Scenario("gaussian", 30, [1.0], label="g30"),
        Scenario("binomial", 60, [1.0], prevalence=0.1, label="b60"),
        Scenario("poisson", 60, [1.0], label="p60"),
    )
    for method in ("mle", "fgsm")
)


@pytest.mark.parametrize(
    ("only", "labels"),
    [
        ([], ["g30", "b60", "p60"]),
        (["family=poisson"], ["p60"]),
        (["n=60"], ["b60", "p60"]),
        (["n=60", "family=binomial"], ["b60"]),
        (["family=gaussian", "family=poisson"], ["g30", "p60"]),
        (["prevalence=0.10"], ["b60"]),
        (["scenario=g30"], ["g30"]),
    ],
)
def test_scenarios_are_chosen(only: list[str], labels: list[str]) -> None:
    assert list(dict.fromkeys(cell.scenario.label for cell in select(CELLS, only))) == labels


def test_a_method_is_chosen() -> None:
    assert {cell.method for cell in select(CELLS, ["method=fgsm"])} == {"fgsm"}


@pytest.mark.parametrize(
    ("only", "message"),
    [
        (["famly=poisson"], "did you mean 'family'"),
        (["family=poison"], "did you mean 'poisson'"),
        (["n=61"], "unknown '61'; allowed are 30, 60"),
        (["family"], "KEY=VALUE"),
        (["=poisson"], "KEY=VALUE"),
        (["n=30", "family=binomial"], "unknown 'binomial'; allowed are gaussian"),
    ],
)
def test_what_does_not_exist_is_named(only: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        select(CELLS, only)
