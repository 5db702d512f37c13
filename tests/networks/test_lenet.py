"""LeNet against the library's own convolution and pooling, and its steps against their formulas."""

import os

import numpy as np
import pytest

from simstudy.errors import InputError
from simstudy.networks import lenet
from simstudy.networks.engine import engine
from simstudy.networks.lenet import Parameters, Recipe, State, begin, epoch, logits, training_mean

if not os.environ.get("CI"):
    pytest.importorskip("jax")

RNG = np.random.default_rng(1)
IMAGES = RNG.integers(0, 256, (60, 784)).astype(np.uint8)
DIGITS = RNG.integers(0, 10, 60)


def reference(parameters: Parameters, X: np.ndarray) -> np.ndarray:
    """LeNet as it is defined, layer by layer."""
    lax = engine().jax.lax

    def layer(x: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
        form = ("NHWC", "HWIO", "NHWC")
        x = np.asarray(lax.conv_general_dilated(x, kernel, (1, 1), "VALID", dimension_numbers=form)) + bias
        n, h, w, c = x.shape
        return x.reshape(n, h // 2, 2, w // 2, 2, c).max(axis=(2, 4))

    x = layer(X.reshape(-1, 28, 28, 1), parameters.conv1, parameters.conv1_bias)
    x = layer(x, parameters.conv2, parameters.conv2_bias)
    x = np.maximum(x.reshape(len(x), -1) @ parameters.full + parameters.full_bias, 0.0)
    return x @ parameters.last + parameters.last_bias


def some_parameters() -> Parameters:
    state = begin(Recipe(start=0.05), np.random.default_rng(2))
    rng = np.random.default_rng(3)
    return Parameters(*(each + 0.1 * rng.standard_normal(each.shape).astype(np.float32) for each in state.parameters))


def test_scores_are_those_of_the_layers() -> None:
    parameters = some_parameters()
    X = IMAGES[:7].astype(np.float32) - training_mean(IMAGES)
    expected = reference(parameters, X)
    found = np.asarray(logits(parameters, X))
    assert found.dtype == np.float32
    assert np.abs(found - expected).max() < 1e-5 * np.abs(expected).max()


@pytest.mark.parametrize("eps", [0.0, 0.1])
def test_one_step_is_that_of_gradient_descent_with_decay(eps: float) -> None:
    """A batch of all images, without chunks: v <- m v - rate (gradient + decay), biases free; the attack is N1's."""
    jax = engine().jax
    recipe = Recipe(decay=0.2, l1_decay=0.03, eps=eps, rate=1e-4, batch=60)
    parameters = some_parameters()
    velocity = Parameters(*(np.full_like(each, 1e-4) for each in parameters))
    X = IMAGES.astype(np.float32) - training_mean(IMAGES)

    def loss(parameters: Parameters, X: np.ndarray) -> float:
        scores = jax.nn.log_softmax(logits(parameters, X), axis=1)
        return -scores[np.arange(60), DIGITS].mean()

    moved = X + 255.0 * eps * np.sign(jax.grad(loss, 1)(parameters, X))
    value, slope = jax.value_and_grad(loss)(parameters, moved)
    done = epoch(State(parameters, velocity), IMAGES, DIGITS, recipe, np.random.default_rng(4))
    assert done.loss == pytest.approx(float(value), rel=1e-4)
    total = 0.0
    for name, w, v, g, after in zip(Parameters._fields, parameters, velocity, slope, done.parameters, strict=True):
        whole = np.asarray(g) + (0.0 if name.endswith("bias") else 0.2 * w + 0.03 * np.sign(w))
        total += float((whole**2).sum())
        step = 0.9 * v - 1e-4 * whole
        assert np.abs(after - w - step).max() < 1e-3 * np.abs(step).max() + 1e-6, name
    assert done.gradient == pytest.approx(np.sqrt(total), rel=1e-3)
    assert done.epoch == 1


def test_the_last_batch_may_be_smaller_and_the_order_is_the_generators() -> None:
    recipe = Recipe(batch=40)
    first = epoch(begin(recipe, np.random.default_rng(5)), IMAGES, DIGITS, recipe, np.random.default_rng(6))
    again = epoch(begin(recipe, np.random.default_rng(5)), IMAGES, DIGITS, recipe, np.random.default_rng(6))
    other = epoch(begin(recipe, np.random.default_rng(5)), IMAGES, DIGITS, recipe, np.random.default_rng(7))
    assert np.array_equal(first.parameters.full, again.parameters.full)
    assert not np.array_equal(first.parameters.full, other.parameters.full)
    assert first.is_finite


def test_training_that_diverges_says_so() -> None:
    recipe = Recipe(rate=1e6)
    state = begin(recipe, np.random.default_rng(8))
    for k in range(3):
        state = epoch(state, IMAGES, DIGITS, recipe, np.random.default_rng(k))
    assert not state.is_finite


@pytest.mark.parametrize(("name", "value"), [("eps", -0.1), ("decay", -1.0), ("rate", np.nan), ("batch", 0)])
def test_a_recipe_that_cannot_be_is_named(name: str, value: float) -> None:
    with pytest.raises(InputError, match=f"{name} = "):
        Recipe(**{name: value})


def test_chunks_divide_batches() -> None:
    assert [lenet.chunk_of(count) for count in (300, 200, 7, 31, 1)] == [20, 20, 7, 1, 1]
