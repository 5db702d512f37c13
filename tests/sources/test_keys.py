"""Keys of the glm source: those under which the results of earlier versions are stored."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from simstudy.sources.designs import Bernoulli, Normal, StudentT
from simstudy.sources.glm import Scenario
from simstudy.sources.noise import StudentTErrors
from simstudy.study.config import read_study

EXPERIMENTS = Path(__file__).parents[2] / "experiments"

#: Study -> number of its scenarios, and a hash of their keys in their order, as version 0.1.0 computed them.
KEYS = {
    "activation": (4, "e24831312b9e1e02"),
    "dispersion": (5, "33da0d6d5e60f8f4"),
    "limit_law": (5, "56cb81f31d87293b"),
    "neutrality": (5, "a1c805a84f051f3c"),
    "oracle": (4, "910b1c3928dc141c"),
    "penalties": (6, "a8ff31a164594563"),
    "root_n": (18, "f756749a6ce6d803"),
    "support": (15, "9420d4e5168856c1"),
    "tradeoff": (7, "2bd0d46b9d42040f"),
    "training": (2, "dfe4784da65288db"),
    "uniformity": (16, "9f8260ae6f9dbf73"),
    "weak_oracle": (10, "090c9382a0da90f0"),
}


@pytest.mark.parametrize("study", KEYS)
def test_every_scenario_of_the_studies_has_the_key_of_its_stored_results(study):
    keys = [scenario.key for scenario in read_study(EXPERIMENTS / f"{study}.toml").scenarios]
    assert (len(keys), sha256(" ".join(keys).encode()).hexdigest()[:16]) == KEYS[study]


def test_keys_that_can_be_read_are_those_of_the_first_version():
    support = read_study(EXPERIMENTS / "support.toml").scenarios
    neutrality = read_study(EXPERIMENTS / "neutrality.toml").scenarios
    oracle = read_study(EXPERIMENTS / "oracle.toml").scenarios
    assert [support[0].key, support[-1].key] == ["1d07a40e1d6d451e", "ca3c089220236f98"]
    assert [neutrality[0].key, neutrality[-1].key] == ["687d8d4e4c77043f", "6d78ebd52833db2f"]
    assert [oracle[0].key, oracle[-1].key] == ["086b5dbbf33cb179", "35b1629137af5f56"]
    # The intercept is not part of the key, but it generates the data all the same.
    assert neutrality[-1].intercept == -3.3775908724222


@pytest.mark.parametrize("design", [Normal(0.5), Bernoulli(0.2), StudentT(5.0)], ids=repr)
def test_new_fields_enter_the_definition_only_where_they_differ_from_their_default(design):
    scenario = Scenario("gaussian", 50, [1.0, 0.0], intercept=0.0, design=design)
    assert "errors" not in scenario.definition()
    assert not {"fixed", "standardise", "matrix"} & set(scenario.definition()["design"])
    changed = [
        replace(scenario, design=replace(design, fixed=True)),
        replace(scenario, design=replace(design, standardise="sample")),
        replace(scenario, errors=StudentTErrors(3.0)),
        replace(scenario, errors=StudentTErrors(4.0)),
    ]
    assert len({scenario.key, *(each.key for each in changed)}) == 5
    assert changed[0].definition()["design"]["fixed"] is True
    assert changed[2].definition()["errors"] == {"law": "t", "df": 3.0}
