"""LeNet on images of ten digits, with the training of Tanay & Griffin (2018, last section): float32, one core.

Pixels are 0..255 minus the training mean. Convolution 5x5x1x20, max-pooling 2, convolution 5x5x20x50, max-pooling 2,
fully connected 4x4x50x500, ReLU, 500x10, softmax. A convolution with the pooling after it is computed as one of 3x3
over blocks of 2x2 pixels whose four outputs are those that are pooled: larger and fewer products, half of the time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import InputError, bad_value
from simstudy.networks.engine import engine

#: Images on which one gradient is computed at a time: their layers stay in the processor's cache.
CHUNK = 20
SIDE, CLASSES, WHITE = 28, 10, 255.0


class Parameters(NamedTuple):
    """Weights and biases, float32; a bias is free of decay."""

    conv1: Any
    conv1_bias: Any
    conv2: Any
    conv2_bias: Any
    full: Any
    full_bias: Any
    last: Any
    last_bias: Any


SHAPES = Parameters((5, 5, 1, 20), (20,), (5, 5, 20, 50), (50,), (800, 500), (500,), (500, 10), (10,))
#: Which of them are weights.
WEIGHTS = Parameters(*(len(shape) > 1 for shape in SHAPES))


@dataclass(frozen=True)
class Recipe:
    """How LeNet is trained.

    Parameters
    ----------
    decay : float
        Decay lam of the weights, (lam/2) ||theta||_2^2 (N4).
    l1_decay : float
        Decay lam ||theta||_1 of the weights, by its subgradient.
    eps : float
        Size of the attack under which it is trained (N1 with softmax), in units of white; 0 for none.
    rate, momentum : float
        Of gradient descent.
    batch : int
        Images a step.
    start : float
        Standard deviation of the starting weights; biases start at zero.

    Raises
    ------
    InputError
        A number is negative or not finite, or a batch has no image.
    """

    decay: float = 0.0
    l1_decay: float = 0.0
    eps: float = 0.0
    rate: float = 0.0005
    momentum: float = 0.9
    batch: int = 300
    start: float = 0.01

    def __post_init__(self) -> None:
        for name in ("decay", "l1_decay", "eps", "rate", "momentum", "start"):
            value = getattr(self, name)
            if not 0.0 <= value < np.inf:
                raise InputError(bad_value(name, value, "a number of at least 0"))
        if self.batch < 1:
            raise InputError(bad_value("batch", self.batch, "a whole number of at least 1"))


@dataclass(frozen=True)
class State:
    """Where training is.

    Attributes
    ----------
    parameters, velocity : Parameters
    epoch : int
        Epochs done.
    loss, gradient : float
        Means over the last epoch's batches of the loss and of the norm of the objective's gradient.
    """

    parameters: Parameters
    velocity: Parameters
    epoch: int = 0
    loss: float = np.nan
    gradient: float = np.nan

    @property
    def is_finite(self) -> bool:
        """Whether all numbers are, those of a loss before the first epoch aside."""
        finite = all(bool(np.isfinite(each).all()) for each in self.parameters)
        return finite and (self.epoch == 0 or bool(np.isfinite(self.loss)))


def begin(recipe: Recipe, rng: np.random.Generator) -> State:
    """Normal weights, zero biases, no velocity."""
    drawn = [
        recipe.start * rng.standard_normal(shape) if is_weight else np.zeros(shape)
        for shape, is_weight in zip(SHAPES, WEIGHTS, strict=True)
    ]
    return State(
        Parameters(*(each.astype(np.float32) for each in drawn)),
        Parameters(*(np.zeros(shape, np.float32) for shape in SHAPES)),
    )


def blocks(x: Any) -> Any:
    """(n, h, w, c) -> (n, h/2, w/2, 4c): each block of 2x2 as one."""
    n, h, w, c = x.shape
    return x.reshape(n, h // 2, 2, w // 2, 2, c).transpose(0, 1, 3, 2, 4, 5).reshape(n, h // 2, w // 2, 4 * c)


def spread(kernel: Any) -> Any:
    """Kernel (5, 5, c, f) -> (9 * 4c, 4f) on 3x3 blocks: once for each of the four places that are pooled."""
    np_ = engine().np
    c, f = kernel.shape[2:]
    places = [(u, v) for u in (0, 1) for v in (0, 1)]
    six = np_.stack([np_.pad(kernel, ((u, 1 - u), (v, 1 - v), (0, 0), (0, 0))) for u, v in places], 3)
    return six.reshape(3, 2, 3, 2, c, 4 * f).transpose(0, 2, 1, 3, 4, 5).reshape(36 * c, 4 * f)


def pooled(x: Any, kernel: Any, bias: Any) -> Any:
    """Convolution (n, h, w, c) -> (n, h - 4, w - 4, f) with a bias, max-pooled by 2."""
    np_ = engine().np
    x = blocks(x)
    n, side, f = len(x), x.shape[1] - 2, kernel.shape[-1]
    patches = np_.concatenate([x[:, i : i + side, j : j + side] for i in range(3) for j in range(3)], -1)
    four = (patches.reshape(n * side * side, -1) @ spread(kernel)).reshape(n, side, side, 4, f)
    return four.max(axis=3) + bias


def logits(parameters: Parameters, X: Any) -> Any:
    """Scores (n, 10) before softmax of centred images (n, 784), traced by the library."""
    x = pooled(X.reshape(-1, SIDE, SIDE, 1), parameters.conv1, parameters.conv1_bias)
    x = pooled(x, parameters.conv2, parameters.conv2_bias)
    x = engine().jax.nn.relu(x.reshape(len(x), -1) @ parameters.full + parameters.full_bias)
    return x @ parameters.last + parameters.last_bias


def loss_sum(parameters: Parameters, X: Any, digits: Any) -> Any:
    """Sum of the losses -log softmax(digit) of images."""
    jax, np_ = engine()
    scores = logits(parameters, X)
    right = np_.take_along_axis(scores, digits[:, None], axis=1)[:, 0]
    return (jax.nn.logsumexp(scores, axis=1) - right).sum()


def chunk_of(count: int) -> int:
    """Largest number of images up to CHUNK that divides a batch."""
    return max(k for k in range(1, min(CHUNK, count) + 1) if count % k == 0)


@cache
def stepper(attacked: bool) -> Callable[..., Any]:
    """One step of gradient descent, compiled.

    From (parameters, velocity, images, digits, mean, numbers) to (parameters, velocity, loss, norm of the gradient).
    Images are bytes (batch, 784), `numbers` are decay, l1_decay, eps in pixels, rate and momentum.
    """
    jax, np_ = engine()

    def gradient(parameters: Parameters, images: Any, digits: Any, mean: Any, eps: Any) -> Any:
        X = images.astype(np_.float32) - mean
        if attacked:
            X = X + eps * np_.sign(jax.grad(loss_sum, 1)(parameters, X, digits))
        return jax.value_and_grad(loss_sum)(parameters, X, digits)

    def step(parameters: Any, velocity: Any, images: Any, digits: Any, mean: Any, numbers: Any) -> Any:
        decay, l1_decay, eps, rate, momentum = numbers
        count, chunk = len(images), chunk_of(len(images))

        def add(total: Any, part: Any) -> Any:
            return jax.tree.map(np_.add, total, gradient(parameters, part[0], part[1], mean, eps)), None

        zero = (np_.float32(0.0), jax.tree.map(np_.zeros_like, parameters))
        parts = (images.reshape(-1, chunk, images.shape[1]), digits.reshape(-1, chunk))
        (loss, total), _ = jax.lax.scan(add, zero, parts)
        slope = Parameters(*(
            g / count + (decay * w + l1_decay * np_.sign(w) if is_weight else 0.0)
            for g, w, is_weight in zip(total, parameters, WEIGHTS, strict=True)
        ))  # fmt: skip
        velocity = jax.tree.map(lambda v, g: momentum * v - rate * g, velocity, slope)
        norm = np_.sqrt(sum((g**2).sum() for g in slope))
        return jax.tree.map(np_.add, parameters, velocity), velocity, loss / count, norm

    return jax.jit(step, donate_argnums=(0, 1))  # type: ignore[no-any-return]


def epoch(
    state: State, images: NDArray[np.uint8], digits: NDArray[Any], recipe: Recipe, rng: np.random.Generator
) -> State:
    """One pass over the images in random order.

    Parameters
    ----------
    state : State
    images : (n, 784) array of bytes
    digits : (n,) array
    recipe : Recipe
    rng : numpy.random.Generator
        Draws the order.

    Returns
    -------
    State
        Whose `loss` is not finite where training has diverged; it stops there.
    """
    step, np_ = stepper(recipe.eps > 0.0), engine().np
    numbers = tuple(
        np.float32(each) for each in (recipe.decay, recipe.l1_decay, WHITE * recipe.eps, recipe.rate, recipe.momentum)
    )
    mean = np_.asarray(training_mean(images))
    parameters, velocity = (Parameters(*map(np_.asarray, each)) for each in (state.parameters, state.velocity))
    order, losses, norms = rng.permutation(len(images)), [], []
    for first in range(0, len(order), recipe.batch):
        these = order[first : first + recipe.batch]
        given = (np_.asarray(images[these]), np_.asarray(digits[these].astype(np.int32)), mean, numbers)
        parameters, velocity, loss, norm = step(parameters, velocity, *given)
        losses.append(float(loss))
        norms.append(float(norm))
        if not np.isfinite(losses[-1]):
            break
    parameters, velocity = (Parameters(*map(np.asarray, each)) for each in (parameters, velocity))
    return State(parameters, velocity, state.epoch + 1, float(np.mean(losses)), float(np.mean(norms)))


def training_mean(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Mean image (784,), which is subtracted."""
    return np.asarray(images.mean(axis=0), dtype=np.float32)
