"""Attacks: minimal ones against exact distances (G1, G9) and a grid of the plane, several steps, and descent."""

import os

import numpy as np
import pytest

import simstudy as ss
from simstudy.errors import ConfigError, InputError
from simstudy.estimators.registry import ESTIMATORS
from simstudy.geometry import distances
from simstudy.networks.architectures import mlp
from simstudy.networks.attack import nearest, steps
from simstudy.networks.robustness import (
    attack_gap,
    boundary_distance_linf,
    inputs_used,
    network_test_error,
    robust_error,
    spread_of_slopes,
)
from simstudy.records import Data, Status

if not os.environ.get("CI"):
    pytest.importorskip("jax")


def linear(arguments: object, X: object) -> object:
    w, b = arguments
    return X @ w + b


@pytest.mark.parametrize("norm", [2.0, np.inf])
def test_the_nearest_point_of_a_linear_boundary_is_exact(norm: float) -> None:
    """G1 and G9; the change itself leads to the boundary."""
    rng = np.random.default_rng(1)
    X, w, b = rng.standard_normal((50, 6)), rng.standard_normal(6), 0.4
    change, length = nearest(linear, (w, b), X, norm)
    y = (X @ w + b > 0.0).astype(float)
    assert length == pytest.approx(distances(w, b, X, y, norm), rel=1e-6)
    assert np.abs((X + change) @ w + b).max() < 1e-5
    assert np.linalg.norm(change, norm, axis=1) == pytest.approx(length)


@pytest.mark.parametrize("norm", [2.0, np.inf])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_the_nearest_point_of_a_network_s_boundary(norm: float, activation: str) -> None:
    """Against all points of a fine grid: never nearer than the grid allows; at most 2 % farther in 9 of 10."""
    net = mlp(2, 8, 1, activation, True)
    theta = net.start(np.random.default_rng(3))
    X = np.random.default_rng(4).uniform(-1.5, 1.5, (40, 2))
    _, length = nearest(net.output, theta, X, norm)
    side = np.linspace(-4.0, 4.0, 801)
    grid = np.stack(np.meshgrid(side, side), -1).reshape(-1, 2)
    signs = np.asarray(net.output(theta, grid)) > 0.0
    own = np.asarray(net.output(theta, X)) > 0.0
    exact = np.array([np.linalg.norm(grid[signs != s] - x, norm, axis=1).min() for x, s in zip(X, own, strict=True)])
    spacing = side[1] - side[0]
    assert np.all(length >= exact - 2.0 * spacing)
    assert np.mean(length <= 1.02 * exact + 2.0 * spacing) >= 0.9


def test_where_there_is_no_boundary_the_distance_is_infinite() -> None:
    change, length = nearest(linear, (np.zeros(3), 1.0), np.ones((2, 3)))
    assert np.isinf(length).all()
    assert np.isinf(change).all()


def test_steps_of_an_attack() -> None:
    """One step is FGSM; on a linear function several end in the same corner."""
    rng = np.random.default_rng(5)
    X, w, y = rng.standard_normal((20, 4)), np.array([1.0, -2.0, 0.5, -0.1]), rng.integers(0, 2, 20)
    expected = X - 0.3 * (2.0 * y - 1.0)[:, None] * np.sign(w)
    for count in (1, 7):
        assert steps(linear, (w, 0.0), X, y, 0.3, count) == pytest.approx(expected)
    assert steps(linear, (w, 0.0), X, y, 0.0, 3) == pytest.approx(X)
    with pytest.raises(InputError, match="eps = -0.1"):
        steps(linear, (w, 0.0), X, y, -0.1, 1)
    with pytest.raises(InputError, match="count = 0"):
        steps(linear, (w, 0.0), X, y, 0.1, 0)
    with pytest.raises(InputError, match="norm = 1"):
        nearest(linear, (w, 0.0), X, 1)


def digits() -> Data:
    return ss.Images(images="digits", pair="3v8", per_class=60).sample(np.random.default_rng(0))


def descended(name: str, data: Data, penalty: object, **options: object) -> ss.Fit:
    given = {"family": "binomial", "fit_intercept": True, "penalty": penalty, "network": "mlp 8 1 relu", **options}
    return ESTIMATORS[name].fit(data, np.random.default_rng(6), **given)


def test_descent_reaches_the_minimum_of_one_layer() -> None:
    """Decay in one diagonal factor is ridge regression, whose minimum is known."""
    data = ss.Scenario(family="binomial", n=200, beta=(1.0, -0.5), intercept=0.2).sample(np.random.default_rng(7))
    exact = ss.penalized(data.X, data.y, family="binomial", penalty=ss.ElasticNet(0.1, 0.0)).objective
    whole = descended("network_penalized_descent", data, ss.ElasticNet(0.1, 0.0), network="diagonal 1 1", steps=2000)
    assert (whole.status, whole.objective) == (Status.OK, pytest.approx(exact, abs=1e-8))
    assert "largest gradient" in whole.message


def test_adversarial_training_makes_digits_robust() -> None:
    data = digits()
    plain, robust = (descended("network_fgsm_descent", data, ss.Lasso(eps), steps=300) for eps in (0.0, 0.1))
    many = descended("network_fgsm_descent", data, ss.Lasso(0.1), steps=300, attack_steps=5)
    assert boundary_distance_linf(robust, data, {}) > boundary_distance_linf(plain, data, {}) + 0.01
    assert boundary_distance_linf(many, data, {}) > boundary_distance_linf(plain, data, {}) + 0.01
    assert network_test_error(robust, data, {}) < 0.2
    assert np.all(np.diff(robust_error(robust, data, {})) >= 0.0)
    assert abs(attack_gap(robust, data, {})) < 0.1
    assert spread_of_slopes(robust, data, {}) < spread_of_slopes(plain, data, {})
    assert 0.0 < inputs_used(robust, data, {}) <= 1.0


def test_bad_input_is_named() -> None:
    data = digits()
    with pytest.raises(ConfigError, match="activation: unknown 'rely'.*relu"):
        descended("network_fgsm_descent", data, ss.Lasso(0.1), network="mlp 8 1 rely")
    with pytest.raises(ConfigError, match="architecture: unknown 'mpl'.*mlp"):
        descended("network_fgsm_descent", data, ss.Lasso(0.1), network="mpl 8 1")
    with pytest.raises((ConfigError, InputError), match="attack_steps"):
        descended("network_fgsm_descent", data, ss.Lasso(0.1), attack_steps=0)
    with pytest.raises(InputError, match="lasso where attack_steps"):
        descended("network_fgsm_descent", data, ss.Scad(0.1), attack_steps=3)
    with pytest.raises(InputError, match="test data"):
        robust_error(descended("network_fgsm_descent", data, ss.Lasso(0.1), steps=1), Data(data.X, data.y), {})


def test_a_loss_that_is_not_finite_is_a_status() -> None:
    data = ss.Scenario(family="poisson", n=30, beta=(0.5,), intercept=0.0).sample(np.random.default_rng(8))
    given = {"network": "diagonal 1 1", "family": "poisson", "rate": 1e4, "steps": 20}
    found = descended("network_fgsm_descent", data, ss.Lasso(0.1), **given)
    assert (found.status, found.message) == (Status.ERROR, "the loss is not finite")
