"""Exact nulls of networks (N6 to N10), against solvers of one layer and exact numbers; for the extra `networks`."""

import os

import numpy as np
import pytest

import simstudy as ss
from simstudy.errors import ConfigError, InputError
from simstudy.estimators.registry import ESTIMATORS
from simstudy.networks import engine as engine_file
from simstudy.networks.architectures import mlp
from simstudy.networks.estimands import (
    bend_departure,
    excess_objective,
    gradient_l1,
    gradient_l2_squared,
    region_departure,
    scale_departure,
    share_outside,
)
from simstudy.networks.fit import network
from simstudy.networks.losses import LOSSES
from simstudy.networks.objectives import OBJECTIVES, Model
from simstudy.networks.problem import Problem
from simstudy.networks.shapes import SHAPES
from simstudy.records import Data, Status

if not os.environ.get("CI"):
    pytest.importorskip("jax")

LINEAR = {"network": "deep_linear 4 1", "starts": 1, "smoothing": 1e-8, "tolerance": 1e-8}
RIDGE = ss.ElasticNet(0.05, 0.0)


def drawn(family: str, n: int = 100, seed: int = 1) -> Data:
    beta = (1.0, -0.7, 0.0)
    return ss.Scenario(family=family, n=n, beta=beta, intercept=0.3).sample(np.random.default_rng(seed))


def fit(name: str, data: Data, family: str, **options: object) -> ss.Fit:
    return ESTIMATORS[name].fit(data, np.random.default_rng(2), family=family, fit_intercept=True, **options)


@pytest.mark.parametrize("family", ["gaussian", pytest.param("binomial", marks=pytest.mark.slow)])
def test_linear_layers_have_the_minimum_of_one_layer(family: str) -> None:
    """N6 and its control: G in the same layers is another objective."""
    data = drawn(family)
    found = fit("network_fgsm", data, family, penalty=ss.Lasso(0.1), **LINEAR)
    assert (found.status, abs(excess_objective(found, data, {})) < 1e-6) == (Status.OK, True)
    other = fit("network_double", data, family, penalty=ss.Lasso(0.1), **LINEAR)
    assert abs(excess_objective(other, data, {})) > 1e-3


def test_diagonal_decay_has_the_minimum_of_a_bridge() -> None:
    """N7 with two factors, the LASSO; another decay has no form in one layer."""
    data = drawn("gaussian")
    options = {"network": "diagonal 1 2", "tolerance": 1e-8}
    found = fit("network_penalized", data, "gaussian", penalty=RIDGE, **options)
    assert abs(excess_objective(found, data, {})) < 1e-6
    lasso = fit("network_penalized", data, "gaussian", penalty=ss.Lasso(0.05), **options)
    with pytest.raises(InputError, match="alpha = 0"):
        excess_objective(lasso, data, {})


@pytest.mark.slow
def test_fgsm_does_not_depend_on_the_unit_of_the_response_and_decay_does() -> None:
    """N9."""
    data = drawn("gaussian")
    options = LINEAR | {"smoothing": 1e-6}
    found = fit("network_fgsm", data, "gaussian", penalty=ss.Lasso(0.1), **options)
    assert scale_departure(found, data, {}) < 1e-6
    decayed = fit("network_penalized", data, "gaussian", penalty=RIDGE, **options)
    assert scale_departure(decayed, data, {}) > 1e-3


def test_an_attack_is_linear_within_an_activation_region() -> None:
    """N8."""
    data = Data(np.random.default_rng(3).standard_normal((200, 5)), np.tile([0.0, 1.0], 100))
    found = fit("network_untrained", data, "binomial", penalty=ss.Lasso(0.05))
    assert 0.0 < share_outside(found, data, {}) < 1.0
    assert region_departure(found, data, {}) < 1e-12
    assert bend_departure(found, data, {}) > 1e-4


def test_norms_of_the_gradient_at_the_start() -> None:
    """N10 over 30 networks of width 256 with d = 100; false-alarm rate 1e-6 (4.9 MCSE), which sees errors of 9 %."""
    rng = np.random.default_rng(4)
    X, y = rng.standard_normal((20, 100)), np.tile([0.0, 1.0], 10)
    norms = []
    for _ in range(30):
        given = {"family": "binomial", "fit_intercept": True, "penalty": ss.Lasso(0.1), "network": "mlp 256 2 relu"}
        found = ESTIMATORS["network_untrained"].fit(Data(X, y), rng, **given)
        norms.append([gradient_l2_squared(found, Data(X, y), {}), gradient_l1(found, Data(X, y), {})])
    mean, error = np.mean(norms, axis=0), np.std(norms, axis=0, ddof=1) / np.sqrt(30)
    assert np.all(np.abs(mean - [2.0, 2.0 * np.sqrt(100.0 / np.pi)]) < 4.9 * error)


@pytest.mark.parametrize("name", sorted(OBJECTIVES))
def test_gradients_are_those_of_finite_differences(name: str) -> None:
    """The objective's own gradient, and for those that hold something fixed the value at what is held."""
    rng = np.random.default_rng(5)
    X, y = rng.standard_normal((30, 3)), rng.standard_normal(30)
    net = mlp(3, 4, 1, "tanh", True)
    model = Model(net, LOSSES["gaussian"], SHAPES["lasso"][1], 3)
    problem = Problem(model, OBJECTIVES[name], X, y, 0.1, kappa=0.7, noise=rng.uniform(-1.0, 1.0, X.shape))
    theta, step = net.start(rng), 1e-6
    _, gradient = problem.total(theta, 0.3)
    for j in range(net.size):
        e = step * problem.units * (np.arange(net.size) == j)
        difference = (problem.total(theta + e, 0.3)[0] - problem.total(theta - e, 0.3)[0]) / (2.0 * step)
        assert difference == pytest.approx(gradient[j], abs=1e-6)


def test_what_cannot_be_fitted_is_a_status() -> None:
    data = drawn("binomial", n=30)
    separated = Data(data.X, (data.X[:, 0] > 0.0).astype(float))
    found = fit("network_mle", separated, "binomial", network="mlp 2 1 tanh", starts=1)
    assert (found.status, "right side" in found.message) == (Status.NO_MINIMISER, True)
    huge = Data(1e100 * data.X, data.y)
    assert fit("network_mle", huge, "poisson", network="deep_linear 2 1", starts=1).status is Status.ERROR


def test_bad_input_is_named() -> None:
    data = drawn("gaussian", n=20)
    with pytest.raises(InputError, match="lam = -1"):
        ss.Lasso(-1.0)
    with pytest.raises(ConfigError, match="activation: unknown 'tan'"):
        fit("network_mle", data, "gaussian", network="mlp 2 1 tan")
    with pytest.raises(InputError, match="network = .mlp 0"):
        fit("network_mle", data, "gaussian", network="mlp 0 1 tanh")
    with pytest.raises(InputError, match="network_"):
        network(ss.mle(data.X, data.y, family="gaussian"))


def test_without_the_library_an_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "jax", None)
    engine_file.engine.cache_clear()
    with pytest.raises(ConfigError, match=r"simstudy\[networks\]"):
        engine_file.engine()
    engine_file.engine.cache_clear()
