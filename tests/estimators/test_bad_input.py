"""A caller's mistake raises an error that names the argument, the value and what is allowed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from cases import Array
from simstudy.errors import ConfigError, InputError, SimstudyError
from simstudy.estimators import Fit, fgsm, mle, oracle, penalized
from simstudy.penalties import Lasso

X = np.arange(12.0).reshape(6, 2) ** 0.5
Y = np.array([0.0, 1.0, 0.0, 1.0, 1.0, 0.0])
ESTIMATORS: dict[str, Callable[..., Fit]] = {
    "mle": mle,
    "oracle": lambda X, y, **options: oracle(X, y, support=[True, False], **options),
    "penalized": lambda X, y, **options: penalized(X, y, penalty=Lasso(0.1), **options),
    "fgsm": lambda X, y, **options: fgsm(X, y, penalty=Lasso(0.1), **options),
}


def with_entry(values: Array, where: tuple[int, ...], entry: float) -> Array:
    changed = values.copy()
    changed[where] = entry
    return changed


@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.parametrize(
    ("data", "family", "words"),
    [
        ((with_entry(X, (3, 1), np.nan), Y), "gaussian", ["X[3, 1]", "nan", "finite"]),
        ((with_entry(X, (0, 0), -np.inf), Y), "binomial", ["X[0, 0]", "-inf"]),
        ((X, with_entry(Y, (4,), np.nan)), "poisson", ["y[4]", "nan"]),
        ((X, with_entry(Y, (2,), np.inf)), "gaussian", ["y[2]", "inf"]),
        ((X, with_entry(Y, (5,), 2.0)), "binomial", ["y[5]", "2.0", "0 or 1"]),
        ((X, with_entry(Y, (1,), -1.0)), "poisson", ["y[1]", "-1.0", "count"]),
        ((X, with_entry(Y, (1,), 0.5)), "poisson", ["y[1]", "0.5"]),
        ((X, Y[:-1]), "gaussian", ["y.shape", "(5,)", "6"]),
        ((X, Y[:, None]), "gaussian", ["y.shape", "(6, 1)"]),
        ((X[:, 0], Y), "gaussian", ["X.shape", "(6,)"]),
        ((X[:, :0], Y), "gaussian", ["X.shape", "(6, 0)"]),
        ((X[:0], Y[:0]), "gaussian", ["X.shape", "(0, 2)"]),
    ],
)
def test_data_that_no_estimator_accepts(name: str, data: tuple[Array, Array], family: str, words: list[str]) -> None:
    with pytest.raises(InputError) as raised:
        ESTIMATORS[name](*data, family=family)
    assert all(word in str(raised.value) for word in words), raised.value


@pytest.mark.parametrize("name", ESTIMATORS)
def test_unknown_family_suggests_the_nearest(name: str) -> None:
    with pytest.raises(ConfigError, match=r"family: unknown 'poison'.*binomial.*did you mean 'poisson'"):
        ESTIMATORS[name](X, Y, family="poison")


def test_unknown_attack_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match=r"attack: unknown 'worstcase'.*did you mean 'worst_case'"):
        fgsm(X, Y, family="binomial", penalty=Lasso(0.1), attack="worstcase")


@pytest.mark.parametrize("estimator", [penalized, fgsm])
def test_weights_of_the_wrong_length(estimator: Callable[..., Fit]) -> None:
    with pytest.raises(InputError, match=r"weights.*3 numbers.*p = 2"):
        estimator(X, Y, family="gaussian", penalty=Lasso(0.1, weights=[1, 1, 1]))


@pytest.mark.parametrize("support", [[True], [1, 0], [[True, False]]])
def test_support_that_is_not_p_booleans(support: object) -> None:
    with pytest.raises(InputError, match=r"support.*boolean.*p = 2"):
        oracle(X, Y, family="gaussian", support=support)


def test_every_mistake_is_a_value_error_of_ours() -> None:
    assert issubclass(InputError, SimstudyError)
    assert issubclass(InputError, ValueError)
    assert issubclass(ConfigError, SimstudyError)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_lists_and_integers_are_data_too(name: str) -> None:
    plain = ESTIMATORS[name](X, Y, family="gaussian")
    listed = ESTIMATORS[name](X.tolist(), Y.astype(int).tolist(), family="gaussian")
    np.testing.assert_array_equal(listed.coef, plain.coef)
    sliced = ESTIMATORS[name](np.asfortranarray(X), np.repeat(Y, 2)[::2], family="gaussian")
    np.testing.assert_array_equal(sliced.coef, plain.coef)
