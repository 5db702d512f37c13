"""The reader of study files: what it makes of a file and what it says about a bad one."""

import re

import pytest

from simstudy.errors import ConfigError
from simstudy.estimators.rules import Aic, Bic, CrossValidation, Ebic, Gcv, Pivotal
from simstudy.seeding import study_seed
from simstudy.sources.designs import Normal, Rademacher
from simstudy.study.config import read_study
from simstudy.study.method import FixedLambda, MatchedLambda, RateLambda, UniversalLambda
from simstudy.study.scenarios import GrowingSize
from simstudy.study.study import study_toml

STUDY = """
aim = "An aim."
replicates = 20
analyses = ["root_n"]

[[scenario]]
family = ["gaussian", "poisson"]
n = [100, 200]
p = { c = 2, power = 0.4 }
beta = { pattern = "sparse", s = 3, magnitude = 0.5 }
intercept = 0.5
design = { law = "normal", rho = 0.5 }

[[scenario]]
family = "binomial"
n = 300
beta = { pattern = "explicit", values = [1, -1] }
prevalence = [0.1, 0.5]
design = "rademacher"

[[method]]
name = "f"
estimator = "fgsm"
penalty = "scad"
a = 4
lam = { c = 1, power = -0.5, log_p = true }

[[method]]
name = "matched"
estimator = "penalized"
penalty = "lasso"
lam = { matched = "f" }

[[method]]
name = "fixed"
estimator = "penalized"
penalty = "lasso"
lam = 0

[[method]]
name = "mle"
estimator = "mle"
"""


@pytest.fixture
def read(tmp_path):
    def read_text(text, **overrides):
        path = tmp_path / "demo.toml"
        path.write_text(text, encoding="utf-8")
        return read_study(path, **overrides)

    return read_text


def test_a_file_becomes_a_study(read):
    study = read(STUDY)
    assert (study.name, study.aim, study.seed, study.replicates) == ("demo", "An aim.", study_seed("demo"), 20)
    assert study.analyses == ("root_n",)
    assert [(s.label, s.p, s.s) for s in study.scenarios] == [
        ("gaussian_n100_p12_sparse_icpt0.5_normal", 12, 3),
        ("gaussian_n200_p16_sparse_icpt0.5_normal", 16, 3),
        ("poisson_n100_p12_sparse_icpt0.5_normal", 12, 3),
        ("poisson_n200_p16_sparse_icpt0.5_normal", 16, 3),
        ("binomial_n300_p2_explicit_prev0.1_rademacher", 2, 2),
        ("binomial_n300_p2_explicit_prev0.5_rademacher", 2, 2),
    ]
    assert [s.design for s in study.scenarios[::4]] == [Normal(0.5), Rademacher()]
    assert [m.lam for m in study.methods] == [RateLambda(1, -0.5, True), MatchedLambda("f"), FixedLambda(0.0), None]
    assert study.methods[0].parameters == (("a", 4.0),)


def test_explicit_values_beat_the_file(read):
    study = read(STUDY, seed=0, replicates=3)
    assert (study.seed, study.replicates) == (0, 3)
    assert read("seed = 5\n" + STUDY).seed == 5
    assert read("seed = 5\n" + STUDY, seed=6).seed == 6
    assert read('name = "other"\n' + STUDY).seed == study_seed("other")


def test_scenarios_do_not_change_when_a_block_is_added(read):
    whole = read(STUDY)
    alone = read(STUDY[: STUDY.index('[[scenario]]\nfamily = "binomial"')] + STUDY[STUDY.index("[[method]]") :])
    assert [s.key for s in whole.scenarios[:4]] == [s.key for s in alone.scenarios]


def test_a_block_may_name_its_scenarios(read):
    one = STUDY.replace('family = "binomial"', 'family = "binomial"\nlabel = "mine"').replace("[0.1, 0.5]", "0.1")
    assert read(one).scenarios[-1].label == "mine"
    two = STUDY.replace('family = "binomial"', 'family = "binomial"\nlabel = "mine"')
    assert read(two).scenarios[-1].label == "mine_binomial_n300_p2_explicit_prev0.5_rademacher"


def test_an_intercept_of_none_is_a_model_without_one(read):
    scenarios = read(STUDY.replace("intercept = 0.5", 'intercept = ["none", 0]')).scenarios
    assert [s.intercept for s in scenarios[:2]] == [None, 0.0]


@pytest.mark.parametrize(
    ("c", "power", "n", "p"), [(2, 0.4, 100, 12), (1, 1 / 3, 1000, 10), (0.01, 0.5, 4, 1), (7, 0, 9, 7)]
)
def test_a_growing_number_of_coefficients_is_a_floor(c, power, n, p):
    assert GrowingSize(c, power).at(n) == p


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('{ rule = "bic" }', Bic()),
        ('{ rule = "aic", grid = 20, ratio = 0.05 }', Aic(20, 0.05)),
        ('{ rule = "ebic", gamma = 0.5 }', Ebic(gamma=0.5)),
        ('{ rule = "gcv" }', Gcv()),
        ('{ rule = "cv", folds = 10 }', CrossValidation(folds=10)),
        ('{ rule = "pivotal", level = 0.9, c = 1.1 }', Pivotal(0.9, 1.1)),
        ('{ rule = "universal", c = 2 }', UniversalLambda(2.0)),
    ],
)
def test_lambda_may_be_left_to_a_rule(read, text, rule):
    study = read(STUDY.replace('penalty = "lasso"\nlam = 0', f'penalty = "lasso"\nlam = {text}').replace(
        'name = "fixed"\nestimator = "penalized"', 'name = "fixed"\nestimator = "fgsm"'))  # fmt: skip
    assert study.methods[2].lam == rule
    assert read(study_toml(study)) == study


def test_options_and_standard_errors_survive_a_round_trip(read):
    study = read(STUDY.replace("a = 4", 'a = 4\nattack = "worst_case"\nse = "tangent"').replace(
        'estimator = "mle"', 'estimator = "mle"\nse = true'))  # fmt: skip
    assert study.methods[0].options == (("attack", "worst_case"),)
    assert [method.curvature for method in study.methods] == ["tangent", None, None, "quadratic"]
    assert read(study_toml(study)) == study


# (what to replace, by what, what the error says): one mistake each.
MISTAKES = [
    ("replicates = 20", "", r"replicates is missing"),
    ("replicates = 20", 'replicates = "20"', r"replicates = '20'.*valid integer"),
    ("replicates = 20", "replicates = 0", r"replicates = 0.*at least 1"),
    ("replicates = 20", "replicates = 20\nsed = 1", r"top level: unknown 'sed'.*did you mean 'seed'"),
    ("replicates = 20", 'replicates = 20\nname = "a/b"', r"name = 'a/b'"),
    ('analyses = ["root_n"]', 'analyses = "root_n"', r"analyses = 'root_n'.*a list"),
    ('analyses = ["root_n"]', "analyses = [1]", r"analyses\[0\] = 1.*valid string"),
    ('"gaussian", "poisson"', '"gausian"', r"scenario\[0\].family: unknown 'gausian'.*did you mean 'gaussian'"),
    ("n = [100, 200]", "n = [0, 200]", r"scenario\[0\].n = 0.*at least 1"),
    ("n = [100, 200]", "n = [-5]", r"scenario\[0\].n = -5.*at least 1"),
    ("n = [100, 200]", "n = 100.5", r"scenario\[0\].n = 100.5.*integer"),
    ("n = [100, 200]", "n = true", r"scenario\[0\].n = True.*integer"),
    ("n = [100, 200]", "n = []", r"scenario\[0\].n = \[\]"),
    ("n = [100, 200]", "m = 100", r"scenario\[0\].n is missing"),
    ("n = [100, 200]", "n = 100\nsigm = 1.0", r"scenario\[0\]: unknown 'sigm'.*did you mean 'sigma'"),
    ("p = { c = 2, power = 0.4 }", "", r"scenario\[0\].p is missing"),
    ("p = { c = 2, power = 0.4 }", "p = 2", r"scenario\[0\].beta.s = 3.*at most p = 2"),
    ("p = { c = 2, power = 0.4 }", "p = 0", r"scenario\[0\].p = 0.*at least 1"),
    ("p = { c = 2, power = 0.4 }", "p = 4.5", r"scenario\[0\].p = 4.5.*whole"),
    ("p = { c = 2, power = 0.4 }", "p = { c = 2, pow = 0.4 }", r"scenario\[0\].p: unknown 'pow'.*'power'"),
    ("p = { c = 2, power = 0.4 }", "p = { c = -2, power = 0.4 }", r"scenario\[0\].p.c = -2"),
    ("magnitude = 0.5", "magnitud = 0.5", r"scenario\[0\].beta: unknown 'magnitud'.*did you mean 'magnitude'"),
    ("magnitude = 0.5", "magnitude = -1", r"scenario\[0\].beta.magnitude = -1"),
    ("magnitude = 0.5", 'magnitude = "x"', r"scenario\[0\].beta.magnitude = 'x'.*valid number"),
    ('"sparse", s = 3', '"sparce", s = 3', r"scenario\[0\].beta.pattern: unknown 'sparce'.*did you mean 'sparse'"),
    ('pattern = "sparse", s = 3', "s = 3", r"scenario\[0\].beta.pattern is missing.*sparse"),
    ("values = [1, -1]", 'values = [1, "a"]', r"scenario\[1\].beta.values\[1\] = 'a'.*valid number"),
    ("n = 300", "n = 300\np = 3", r"scenario\[1\].beta.values = \[1.0, -1.0\].*p = 3"),
    ("intercept = 0.5", "", r"scenario\[0\].intercept is missing.*prevalence"),
    ("intercept = 0.5", 'intercept = "non"', r"scenario\[0\].intercept = 'non'"),
    ("intercept = 0.5", "intercept = true", r"scenario\[0\].intercept = True"),
    ("intercept = 0.5", "intercept = inf", r"scenario\[0\].intercept = inf"),
    ("intercept = 0.5", "prevalence = 0.5", r"scenario\[0\].prevalence = 0.5.*gaussian"),
    ("[0.1, 0.5]", "1.5", r"scenario\[1\].prevalence = 1.5.*between 0 and 1"),
    ("[0.1, 0.5]", "0.1\nintercept = 0.5", r"scenario\[1\].intercept = 0.5.*prevalence"),
    ("[0.1, 0.5]", '0.1\nintercept = "none"', r"scenario\[1\].intercept = 'none'.*prevalence"),
    ("rho = 0.5", "rho = [0.5, 1.5]", r"scenario\[0\].design.rho = 1.5"),
    ("rho = 0.5", "rh = 0.5", r"scenario\[0\].design: unknown 'rh'.*did you mean 'rho'"),
    ('law = "normal"', 'law = "norml"', r"scenario\[0\].design.law: unknown 'norml'.*did you mean 'normal'"),
    ('design = "rademacher"', 'design = "rademaker"', r"scenario\[1\].design.law: unknown 'rademaker'"),
    ('design = "rademacher"', 'design = "student_t"', r"scenario\[1\].design.df is missing"),
    ('design = "rademacher"', "design = 3", r"scenario\[1\].design = 3.*table"),
    ('design = "rademacher"', "sigma = 2.0", r"scenario\[1\].sigma = 2.0.*binomial"),
    ("[0.1, 0.5]", "[0.1, 0.1]", r"generates the same data"),
    ('name = "mle"', 'name = "f"', r"method.name: 'f' is given 2 times"),
    ('name = "mle"', "", r"method\[3\].name is missing"),
    ('estimator = "mle"', 'estimator = "mel"', r"method\[3\].estimator: unknown 'mel'.*did you mean 'mle'"),
    ('estimator = "mle"', 'estimator = "mle"\nlam = 1', r"method\[3\].lam = .*left out"),
    ('estimator = "mle"', 'estimator = "fgsm"', r"method\[3\].penalty is missing"),
    ("lam = 0\n", "", r"method\[2\].lam is missing"),
    ("lam = 0\n", "lam = -1\n", r"method\[2\].lam = -1.0.*at least 0"),
    ("lam = 0\n", 'lam = "x"\n', r"method\[2\].lam = 'x'.*a number"),
    ("lam = 0\n", "lamb = 0\n", r"method\[2\]: unknown 'lamb'.*did you mean 'lam'"),
    ("log_p = true", "logp = true", r"method\[0\].lam: unknown 'logp'.*did you mean 'log_p'"),
    ("log_p = true", "log_p = 1", r"method\[0\].lam.log_p = 1.*boolean"),
    ("a = 4", "a = 2", r"method\[0\].a = 2.*> 2"),
    ("lam = 0\n", 'lam = { rule = "bci" }\n', r"method\[2\].lam.rule: unknown 'bci'.*did you mean 'bic'"),
    ("lam = 0\n", 'lam = { rule = "bic", fold = 5 }\n', r"method\[2\].lam: unknown 'fold'.*allowed are df, grid, lams"),
    ("lam = 0\n", 'lam = { rule = "cv", folds = 1 }\n', r"method\[2\].lam.folds = 1.*at least 2"),
    ("lam = 0\n", 'lam = { rule = "pivotal" }\n', r"method\[2\].lam.rule = 'pivotal'.*FGSM"),
    ("lam = { c = 1, power = -0.5, log_p = true }", 'lam = { rule = "bic" }', r"method\[1\].lam.matched.*on the data"),
    ("a = 4", 'atack = "fgsm"', r"method\[0\]: unknown 'atack'.*did you mean 'attack'"),
    ("a = 4", 'attack = "worst"', r"method\[0\].attack: unknown 'worst'.*'worst_case'"),
    ("a = 4", 'se = "tangen"', r"method\[0\].se = 'tangen'.*tangent"),
    ("a = 4", "se = 1", r"method\[0\].se.* = 1"),
    ('matched = "f"', 'matched = "g"', r"method\[1\].lam.matched: unknown 'g'.*allowed are f"),
    ('matched = "f"', 'matched = "mle"', r"method\[1\].lam.matched: unknown 'mle'.*FGSM"),
    ("replicates = 20", "replicates = ", r"is not valid TOML.*line 3"),
]


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES, ids=lambda value: repr(value)[:30])
def test_one_mistake_is_named_with_its_place(read, old, new, message):
    assert old in STUDY
    with pytest.raises(ConfigError, match=message) as caught:
        read(STUDY.replace(old, new, 1))
    assert re.match(r".*demo\.toml: ", str(caught.value))


def test_all_mistakes_are_listed_once(read):
    text = STUDY.replace("rho = 0.5", "rho = 1.5").replace("n = 300", "n = 0").replace("lam = 0\n", "")
    with pytest.raises(ConfigError) as caught:
        read(text.replace('"scad"', '"skad"'))
    first, *problems = str(caught.value).splitlines()
    assert first.endswith("demo.toml: 4 problems")
    starts = ["scenario[0].design.rho", "scenario[1].n", "method[0].penalty", "method[2].lam"]
    assert [line.split()[0].rstrip(":") for line in problems] == starts


def test_an_unreadable_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"absent\.toml: cannot be read: No such file"):
        read_study(tmp_path / "absent.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"binary\.toml: is not a text file in UTF-8"):
        read_study(tmp_path / "binary.toml")
    with pytest.raises(ConfigError, match=r"cannot be read"):
        read_study(tmp_path)
