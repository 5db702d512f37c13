"""Numbers of replicates by profile."""

import pytest

from simstudy.errors import ConfigError
from simstudy.study.config import read_study
from simstudy.study.profiles import read_replicates
from simstudy.study.study import study_toml

FILE = """
aim = "aim"
replicates = { quick = 5, full = 40 }

[[scenario]]
family = "gaussian"
n = 50
beta = { pattern = "explicit", values = [1.0] }
intercept = 0.0

[[method]]
name = "mle"
estimator = "mle"
"""


@pytest.mark.parametrize(
    ("value", "profile", "given", "numbers"),
    [
        (5, "quick", None, (5, None)),
        (5, "full", None, (5, None)),
        (5, "quick", 4, (4, None)),
        ({"quick": 5, "full": 40}, "quick", None, (5, 40)),
        ({"quick": 5, "full": 40}, "full", None, (40, None)),
        ({"quick": 5, "full": 40}, "full", 7, (7, 40)),
        ({"quick": 5, "full": 40}, "quick", 70, (70, None)),
    ],
)
def test_a_number_that_is_given_wins_over_the_profile(value, profile, given, numbers):
    assert read_replicates(value, profile, given) == numbers


@pytest.mark.parametrize(
    ("value", "profile", "words"),
    [
        (5, "ful", "profile: unknown 'ful'.*did you mean 'full'"),
        ("5", "quick", "replicates = '5'"),
        (True, "quick", "replicates = True"),
        ({"quick": 5}, "quick", "replicates.full is missing"),
        ({"quick": 5, "fulll": 6, "full": 6}, "quick", "'fulll'"),
        ({"quick": 5, "full": 4}, "quick", r"replicates.full = 4.*at least quick = 5"),
        ({"quick": 5, "full": 4.5}, "quick", "replicates.full = 4.5"),
    ],
)
def test_a_wrong_number_or_profile_is_named(value, profile, words):
    with pytest.raises(ConfigError, match=words):
        read_replicates(value, profile, None)


@pytest.mark.parametrize(("profile", "replicates"), [("quick", 5), ("full", 40)])
def test_both_profiles_are_one_study_that_differs_in_its_replicates(tmp_path, profile, replicates):
    path = tmp_path / "demo.toml"
    path.write_text(FILE, encoding="utf-8")
    study = read_study(path, profile=profile)
    assert (study.replicates, study.full_replicates) == (replicates, 40)
    assert study.fingerprint == read_study(path).fingerprint
    resolved = tmp_path / "resolved.toml"
    resolved.write_text(study_toml(study), encoding="utf-8")
    assert read_study(resolved) == study


def test_fewer_than_one_replicate_is_refused_in_every_form(tmp_path):
    path = tmp_path / "demo.toml"
    path.write_text(FILE.replace("quick = 5", "quick = 0"), encoding="utf-8")
    with pytest.raises(ConfigError, match="replicates = 0"):
        read_study(path)
