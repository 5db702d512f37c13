"""Studies: uniqueness, fingerprint and the resolved file."""

import tomllib
from dataclasses import replace

import pytest

from simstudy.errors import ConfigError
from simstudy.sources.designs import Bernoulli, Normal
from simstudy.sources.glm import Scenario
from simstudy.study.config import read_study
from simstudy.study.method import FixedLambda, MatchedLambda, Method, RateLambda
from simstudy.study.study import Study, study_toml

FGSM = Method("f", "fgsm", "lasso", lam=RateLambda(1.0, -0.5, log_p=True))
MATCHED = Method("m", "penalized", "scad", (("a", 4.0),), MatchedLambda("f"))
MLE = Method("mle", "mle")
GAUSSIAN = Scenario("gaussian", 50, [1.0, 0.0], sigma=0.1 + 0.2)
BINOMIAL = Scenario("binomial", 50, [1 / 3, 0.0], prevalence=0.1, design=Bernoulli(0.3, mean=1.0))
STUDY = Study(
    "demo", 'An aim with "quotes"\nand lines', 2**64 - 1, 10, (GAUSSIAN, BINOMIAL), (FGSM, MATCHED, MLE), ("root_n",)
)


def test_the_resolved_file_reads_as_an_equal_study(tmp_path):
    path = tmp_path / "other_stem.toml"
    path.write_text(study_toml(STUDY), encoding="utf-8")
    assert read_study(path) == STUDY
    assert tomllib.loads(study_toml(STUDY)) == STUDY.definition()


def test_the_fingerprint_sees_what_defines_results_but_not_how_many():
    for same in ({"replicates": 20}, {"aim": "another"}, {"analyses": ()}, {"name": "renamed"}):
        assert replace(STUDY, **same).fingerprint == STUDY.fingerprint
    different = [
        {"seed": 2},
        {"scenarios": (GAUSSIAN,)},
        {"scenarios": (replace(GAUSSIAN, n=51), BINOMIAL)},
        {"methods": (FGSM, MATCHED)},
        {"methods": (replace(FGSM, lam=FixedLambda(0.1)), MATCHED, MLE)},
    ]
    assert len({replace(STUDY, **change).fingerprint for change in different} | {STUDY.fingerprint}) == 6


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "a/b"}, r"name = 'a/b'"),
        ({"name": ""}, r"name = ''"),
        ({"seed": -1}, r"seed = -1.*0 or more"),
        ({"replicates": 0}, r"replicates = 0.*at least 1"),
        ({"full": 10}, r"replicates.full = 10.*more than the 10 of the quick profile"),
        ({"scenarios": ()}, r"scenario: a study needs at least one"),
        ({"methods": ()}, r"method: a study needs at least one"),
        ({"methods": (MLE, MLE)}, r"method.name: 'mle' is given 2 times"),
        ({"scenarios": (GAUSSIAN, replace(GAUSSIAN, label="x"))}, r"'x' generates the same data as 'gaussian_n50_p2'"),
        ({"scenarios": (GAUSSIAN, GAUSSIAN)}, r"'gaussian_n50_p2' generates the same data as 'gaussian_n50_p2'"),
        (
            {"scenarios": (GAUSSIAN, replace(GAUSSIAN, sigma=2.0))},
            r"scenario.label: 'gaussian_n50_p2' is given 2 times",
        ),
        ({"methods": (MATCHED, MLE)}, r"method\[0\].lam.matched: unknown 'f'.*FGSM"),
        (
            {"methods": (FGSM, replace(MATCHED, lam=MatchedLambda("mle")), MLE)},
            r"method\[1\].lam.matched: unknown 'mle'",
        ),
        ({"methods": (FGSM, replace(FGSM, name="g", lam=MatchedLambda("g")))}, r"method\[1\].lam.matched: unknown 'g'"),
        ({"scenarios": (Scenario("gaussian", 50, [1.0]),)}, r"method\[0\].lam.log_p = True.*p = 1"),
    ],
)
def test_what_does_not_fit_together_is_refused(changes, message):
    with pytest.raises(ConfigError, match=message):
        replace(STUDY, **changes)


def test_all_problems_are_listed():
    with pytest.raises(ConfigError) as caught:
        replace(STUDY, seed=-1, replicates=0, methods=(MLE, MLE))
    assert len(str(caught.value).splitlines()) == 3


def test_lists_are_kept_as_tuples():
    study = Study("demo", "aim", 1, 1, [replace(GAUSSIAN, design=Normal(0.5))], [MLE], ["support"])
    assert all(isinstance(value, tuple) for value in (study.scenarios, study.methods, study.analyses))
