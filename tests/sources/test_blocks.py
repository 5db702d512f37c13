"""Designs in blocks: moments, correlations and predictor laws of each block, standardised and fixed designs."""

import itertools
import math
import pickle
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad
from scipy.special import expit

from simstudy.errors import ConfigError
from simstudy.seeding import Stream, generator
from simstudy.sources.designs import (
    BLOCKS,
    BernoulliBlock,
    Blocks,
    CategoricalBlock,
    DichotomisedBlock,
    Normal,
    NormalBlock,
    RademacherBlock,
    StudentTBlock,
)
from simstudy.sources.designs.cut_normal import exceedance_covariance
from simstudy.sources.glm import Scenario
from simstudy.sources.prevalence import intercept_for, prevalence

EVERY_LAW = (
    NormalBlock(columns=2),
    DichotomisedBlock(0.3, columns=2),
    CategoricalBlock((0.2, 0.5, 0.3)),
    BernoulliBlock(0.1, columns=1),
    RademacherBlock(columns=1),
    StudentTBlock(9.0, columns=1),
)
P = 9
MATRIX = ((1.0, 0.3, -0.2), (0.3, 1.0, 0.5), (-0.2, 0.5, 1.0))
DESIGNS = [
    Blocks(0.6, blocks=EVERY_LAW),
    Blocks(0.4, "equicorrelated", blocks=EVERY_LAW, standardise="law"),
    Blocks(-0.15, "equicorrelated", 1.5, blocks=EVERY_LAW),
    Blocks(blocks=(DichotomisedBlock(columns=1), NormalBlock(columns=1), CategoricalBlock((0.7, 0.2, 0.1), columns=1)),
           matrix=MATRIX),
]  # fmt: skip

#: The logistic example of Fan & Li (2001, section 4.3): the first six columns AR(.5), the last two 0/1.
FAN_LI = Blocks(0.5, standardise="sample", blocks=(NormalBlock(columns=6), BernoulliBlock(0.5, columns=2)))


def size(design):
    return 4 if design.matrix else P


@pytest.mark.parametrize("design", DESIGNS, ids=range(len(DESIGNS)))
def test_samples_have_the_stated_means_and_covariances(design):
    """False-alarm rate 1e-6 over the 310 comparisons (|z| < 5.9).

    Detects (power 1/2) a mean or covariance off by .016 times the product's standard deviation at 140 000 rows; 0/1
    columns with probability .1 have bounded fourth moments, and t with 9 degrees of freedom its eighth.
    """
    n, p = 140_000, size(design)
    X = design.sample(n, p, np.random.default_rng(17)) - design.means(p)
    products = X[:, :, None] * X[:, None, :] - design.covariance(p)
    error = products.std(axis=0) / math.sqrt(n) + 1e-12
    assert np.abs(X.mean(axis=0) / (X.std(axis=0) / math.sqrt(n))).max() < 5.9
    assert np.abs(products.mean(axis=0) / error).max() < 5.9


@pytest.mark.parametrize("r", [-0.8, -0.1, 0.0, 0.5, 0.95])
@pytest.mark.parametrize(("a", "b"), [(0.0, 0.0), (0.5, -1.0), (2.0, 1.5)])
def test_the_covariance_of_two_cuts_is_that_of_the_bivariate_normal(a, b, r):
    # P(z' > b) given z, over the upper tail of z.
    tail = lambda z: stats.norm.pdf(z) * stats.norm.cdf((r * z - b) / math.sqrt(1.0 - r * r))  # noqa: E731
    joint = quad(tail, a, 12.0, epsabs=1e-14)[0]
    expected = joint - stats.norm.sf(a) * stats.norm.sf(b)
    assert exceedance_covariance(np.array(a), np.array(b), np.array(r)) == pytest.approx(expected, abs=1e-12)


def test_cuts_at_zero_have_the_arcsine_covariance():
    r = np.array([-0.99, -0.3, 0.7, 0.99])
    np.testing.assert_allclose(exceedance_covariance(0 * r, 0 * r, r), np.arcsin(r) / (2 * np.pi), atol=1e-13)


def test_blocks_are_raw_and_in_their_order():
    X = Blocks(0.5, blocks=EVERY_LAW).sample(4000, P, np.random.default_rng(3))
    assert set(np.unique(X[:, 2:7])) == {0.0, 1.0}
    # The dummies of a categorical exclude each other.
    assert np.all(X[:, 4] + X[:, 5] <= 1.0)
    assert set(np.unique(X[:, 7])) == {-1.0, 1.0}
    assert all(len(np.unique(X[:, j])) > 3900 for j in (0, 1, 8))


def test_normal_blocks_alone_are_the_normal_law_draw_for_draw():
    blocks = Blocks(0.5, blocks=(NormalBlock(columns=2), NormalBlock()))
    assert blocks.is_normal
    one, other = (design.sample(20, 5, np.random.default_rng(1)) for design in (blocks, Normal(0.5)))
    np.testing.assert_array_equal(one, other)
    np.testing.assert_allclose(blocks.covariance(5), Normal(0.5).covariance(5), atol=1e-15)


@pytest.mark.parametrize("design", DESIGNS, ids=range(len(DESIGNS)))
def test_the_variance_of_a_predictor_is_the_quadratic_form(design):
    p = size(design)
    for beta in (np.eye(p)[2], np.linspace(-1.0, 2.0, p), np.arange(p) % 2.0):
        assert design.predictor_variance(beta) == pytest.approx(beta @ design.covariance(p) @ beta, rel=1e-12)


@pytest.mark.parametrize("standardise", ["none", "law"])
@pytest.mark.parametrize("target", [0.5, 0.05])
def test_a_predictor_with_one_cut_among_normals_agrees_with_quadrature(standardise, target):
    """Given the cut normal z the others are normal: P(Y = 1) is a double integral."""
    design = Blocks(0.6, blocks=(NormalBlock(columns=2), CategoricalBlock((0.2, 0.5, 0.3))), standardise=standardise)
    beta = np.array([0.8, -0.5, 1.2, -0.7])
    intercept = intercept_for(target, design, tuple(beta))
    R, a = Normal(0.6).covariance(3), beta[:2]
    slope = a @ R[:2, 2]
    sd = math.sqrt(a @ R[:2, :2] @ a - slope**2)
    x, w = np.polynomial.hermite_e.hermegauss(80)
    w = w / w.sum()
    shift, scale = (np.array([0.5, 0.3]), np.sqrt([0.25, 0.21])) if standardise == "law" else (np.zeros(2), np.ones(2))

    def given(z, level):
        dummies = (np.array([level == 1, level == 2]) - shift) / scale
        return w @ expit(intercept + slope * z + sd * x + dummies @ beta[2:]) * stats.norm.pdf(z)

    edges = [-12.0, *stats.norm.ppf([0.2, 0.7]), 12.0]
    total = sum(quad(given, *edge, args=(k,), epsabs=1e-13)[0] for k, edge in enumerate(itertools.pairwise(edges)))
    assert total == pytest.approx(target, abs=1e-10)


def test_the_prevalence_of_independent_blocks_is_a_sum_over_their_values():
    design = Blocks(blocks=(DichotomisedBlock(0.3, columns=2), BernoulliBlock(0.2, columns=1), RademacherBlock()))
    beta = (1.0, -0.7, 0.4, 0.5)
    intercept = intercept_for(0.2, design, beta)
    total = 0.0
    for cell in itertools.product((0, 1), (0, 1), (0, 1), (-1, 1)):
        chance = math.prod(q if x else 1 - q for x, q in zip(cell[:3], (0.3, 0.3, 0.2), strict=True)) / 2
        total += chance * expit(intercept + np.dot(beta, cell))
    assert total == pytest.approx(0.2, abs=1e-12)


def test_normal_blocks_have_the_prevalence_of_the_normal_law():
    beta = (1.0, -0.7, 0.5)
    found = prevalence(-1.0, Blocks(0.5, blocks=(NormalBlock(),)), beta)
    assert found == pytest.approx(prevalence(-1.0, Normal(0.5), beta), abs=1e-13)


@pytest.mark.parametrize(
    ("design", "message"),
    [
        (Blocks(0.5, blocks=(DichotomisedBlock(columns=4),)), r"prevalence = .*two dichotomised.*share correlated"),
        (Blocks(0.5, blocks=(BernoulliBlock(columns=4),), standardise="sample"), r"prevalence = .*standardised in the"),
        (Normal(0.5, standardise="sample"), r"prevalence = .*standardised in the sample"),
    ],
)
def test_a_prevalence_that_is_not_in_closed_form_is_refused_with_the_reason(design, message):
    with pytest.raises(ConfigError, match=message):
        Scenario("binomial", 50, [1.0, 0.5, 0.0, 1.0], prevalence=0.2, design=design)
    known = Scenario("binomial", 50, [1.0, 0.5, 0.0, 1.0], intercept=0.0, design=design)
    assert known.prevalence_realised is None


def test_two_cuts_are_fine_where_one_of_them_has_no_coefficient():
    design = Blocks(0.5, blocks=(DichotomisedBlock(columns=2), NormalBlock(columns=1)))
    found = Scenario("binomial", 50, [0.0, 1.0, -0.5], prevalence=0.2, design=design)
    assert found.prevalence_realised == pytest.approx(0.2, abs=1e-11)


def test_the_logistic_example_of_fan_and_li_is_standardised_exactly():
    X = FAN_LI.sample(200, 8, np.random.default_rng(1))
    np.testing.assert_allclose(X.mean(axis=0), 0.0, atol=1e-15)
    np.testing.assert_allclose((X**2).mean(axis=0), 1.0, rtol=1e-14)
    assert all(len(np.unique(X[:, j])) == 2 for j in (6, 7))
    np.testing.assert_allclose(FAN_LI.covariance(8)[:6, :6], Normal(0.5).covariance(6), atol=1e-14)
    np.testing.assert_allclose(FAN_LI.covariance(8)[6:], np.eye(8)[6:], atol=1e-14)


def test_every_law_can_be_standardised_in_the_sample_about_its_mean():
    X = Normal(0.5, mean=2.0, standardise="sample").sample(30, 3, np.random.default_rng(1))
    np.testing.assert_allclose(X.mean(axis=0), 2.0, rtol=1e-14)
    np.testing.assert_allclose(X.var(axis=0), 1.0, rtol=1e-13)


def test_a_constant_column_is_standardised_to_zero():
    X = Blocks(blocks=(BernoulliBlock(1e-9),), standardise="sample").sample(20, 2, np.random.default_rng(1))
    np.testing.assert_array_equal(X, 0.0)


def test_a_fixed_design_is_the_same_in_all_replicates_and_processes():
    scenario = Scenario("gaussian", 40, [1.0] * 8, intercept=0.0, design=replace(FAN_LI, fixed=True))
    copy = pickle.loads(pickle.dumps(scenario))
    first, second = (each.sample(generator(5, each.key, Stream.DATA, k)) for k, each in enumerate((scenario, copy)))
    np.testing.assert_array_equal(first.X, second.X)
    assert not np.array_equal(first.y, second.y)
    expected = FAN_LI.sample(40, 8, generator(0, scenario.key, Stream.DESIGN))
    np.testing.assert_array_equal(first.X, expected)
    # What one fit does to its data must not reach the next.
    first.X[:] = 0.0
    np.testing.assert_array_equal(scenario.sample(np.random.default_rng(1)).X, expected)


def test_fixed_designs_of_two_scenarios_are_different_and_a_random_one_changes():
    scenario = Scenario("gaussian", 40, [1.0] * 8, intercept=0.0, design=replace(FAN_LI, fixed=True))
    other = replace(scenario, sigma=2.0)
    assert not np.array_equal(scenario.fixed_covariates(), other.fixed_covariates())
    free = replace(scenario, design=FAN_LI)
    X, again = (free.sample(np.random.default_rng(k)).X for k in (1, 2))
    assert not np.array_equal(X, again)


def test_the_realised_prevalence_of_a_fixed_design_is_that_of_its_rows():
    design = Normal(0.5, fixed=True)
    scenario = Scenario("binomial", 40, [1.0, -0.5], prevalence=0.2, design=design)
    eta = scenario.intercept + scenario.fixed_covariates() @ [1.0, -0.5]
    assert scenario.prevalence_realised == pytest.approx(expit(eta).mean(), rel=1e-12)
    assert scenario.intercept == Scenario("binomial", 40, [1.0, -0.5], prevalence=0.2, design=Normal(0.5)).intercept


def test_the_definition_is_a_table_of_a_study_file():
    design = Blocks(0.5, blocks=(NormalBlock(columns=6), CategoricalBlock((0.5, 0.25, 0.25))), standardise="law")
    scenario = Scenario("gaussian", 20, [0.0] * 8, intercept=0.0, design=design)
    assert scenario.definition()["design"] == {
        "law": "blocks",
        "rho": 0.5,
        "correlation": "ar",
        "mean": 0.0,
        "standardise": "law",
        "blocks": [
            {"law": "normal", "columns": 6},
            {"law": "categorical", "probabilities": [0.5, 0.25, 0.25]},
        ],
    }


def test_block_laws_are_listed_by_name_and_an_unknown_one_raises():
    assert {name: cls.name for name, cls in BLOCKS.items()} == {name: name for name in BLOCKS}
    assert set(BLOCKS) == {"normal", "dichotomised", "categorical", "bernoulli", "rademacher", "student_t"}
    with pytest.raises(ConfigError, match=r"block law: unknown 'normle'.*did you mean 'normal'"):
        BLOCKS["normle"]


def sample(design, p=3):
    return design.sample(5, p, np.random.default_rng(1))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Blocks(blocks=()), r"blocks = \[\].*at least one block"),
        (lambda: Blocks(blocks=(NormalBlock(), BernoulliBlock())), r"blocks = .*several without columns"),
        (lambda: NormalBlock(columns=0), r"columns = 0.*at least 1"),
        (lambda: BernoulliBlock(1.0), r"probability = 1.0.*between 0 and 1"),
        (lambda: DichotomisedBlock(0.0), r"probability = 0.0.*between 0 and 1"),
        (lambda: CategoricalBlock((0.5, 0.4)), r"probabilities = \[0.5, 0.4\].*sum 1"),
        (lambda: CategoricalBlock((1.0,)), r"probabilities = \[1.0\].*two or more"),
        (lambda: StudentTBlock(2.0), r"df = 2.0.*above 2"),
        (lambda: sample(Blocks(blocks=(NormalBlock(columns=2),))), r"blocks = '2 columns'.*p = 3"),
        (lambda: sample(Blocks(blocks=(NormalBlock(columns=3), BernoulliBlock()))), r"p = 3.*more than 3"),
        (lambda: sample(Blocks(blocks=(CategoricalBlock((0.2, 0.3, 0.5)),))), r"p = 3.*multiple of 2"),
        (lambda: sample(Blocks(-0.6, "equicorrelated", blocks=(NormalBlock(),))), r"rho = -0.6.*above -1/\(p-1\)"),
        (lambda: sample(Normal(matrix=MATRIX), 4), r"matrix = '3 rows'.*4, one for each normal column"),
        (lambda: Normal(0.5, matrix=MATRIX), r"matrix = 'given'.*left out where rho"),
        (lambda: Normal(matrix=((1.0, 0.5),)), r"matrix = .*square"),
        (lambda: Normal(matrix=((1.0, 0.5), (0.4, 1.0))), r"matrix = .*symmetric"),
        (lambda: Normal(matrix=((2.0, 0.5), (0.5, 1.0))), r"matrix = .*ones on its diagonal"),
        (lambda: Normal(matrix=((1.0, 1.0), (1.0, 1.0))), r"matrix = .*positive definite"),
        (lambda: Normal(standardise="sampel"), r"standardise: unknown 'sampel'.*did you mean 'sample'"),
        (
            lambda: Scenario("gaussian", 9, [1.0], design=Blocks(blocks=(NormalBlock(columns=2),))),
            r"design.blocks = '2 columns'.*p = 1",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_name_and_value(build, message):
    with pytest.raises(ConfigError, match=message):
        build()
