"""Kinds of input: frames and other numbers are data, everything else is an InputError that names it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from simstudy.errors import InputError
from simstudy.estimators import Fit, adaptive_weights, fgsm, mle, oracle, penalized, tuned
from simstudy.estimators.input import numbers
from simstudy.estimators.rules import Bic
from simstudy.penalties import ElasticNet, Lasso, Lr, Mcp, Scad

X = np.arange(24.0).reshape(12, 2) ** 0.5
Y = np.array([0.0, 1.0, 0.0, 1.0, 1.0, 0.0] * 2)
FIT: dict[str, Callable[..., Fit]] = {
    "mle": mle,
    "oracle": lambda X, y, **options: oracle(X, y, support=[True, False], **options),
    "penalized": lambda X, y, **options: penalized(X, y, penalty=Lasso(0.1), **options),
    "fgsm": lambda X, y, **options: fgsm(X, y, penalty=Lasso(0.1), **options),
    "tuned": lambda X, y, **options: tuned(X, y, penalty=Lasso(0.1), rule=Bic(grid=5), **options),
}


def objects(values: Any, where: tuple[int, ...], entry: object) -> Any:
    changed = np.asarray(values).astype(object)
    changed[where] = entry
    return changed


def masked(values: Any, where: tuple[int, ...]) -> Any:
    changed = np.ma.array(values, mask=False)
    changed[where] = np.ma.masked
    return changed


def nullable(values: Any) -> pd.DataFrame:
    """A frame of nullable types with a missing value."""
    frame = pd.DataFrame(np.round(values), columns=["a", "b"]).astype({"a": "Int64", "b": "Float64"})
    frame.loc[3, "b"] = pd.NA
    return frame


BAD = {
    "a masked entry of X": (masked(X, (3, 1)), Y, r"X\[3, 1\] = 'masked'"),
    "a masked entry of y": (X, masked(Y, (4,)), r"y\[4\] = 'masked'"),
    "complex X": (X + 1j, Y, r"X.dtype = 'complex128'.*real numbers"),
    "complex y": (X, Y + 0j, r"y.dtype = 'complex128'"),
    "a sparse matrix": (sparse.csr_matrix(X), Y, r"X = 'a sparse csr_matrix'.*X.toarray\(\)"),
    "a sparse array": (sparse.coo_array(X), Y, r"X = 'a sparse coo_array'"),
    "a frame with a missing value": (nullable(X), Y, r"X\[3, 1\] = None.*missing"),
    "a series with a missing value": (X, pd.Series([pd.NA, *Y[1:]], dtype="Int64"), r"y\[0\] = (None|nan)"),
    "a frame with a text column": (pd.DataFrame({"a": X[:, 0], "b": list("xyzxyzxyzxyz")}), Y, r"X\[0, 1\] = 'x'"),
    "texts": (X.astype(str), Y, r"X.dtype = '<U"),
    "texts of digits": (X, ["0", "1"] * 6, r"y.dtype = '<U1'"),
    "a text": ("data.csv", Y, r"X.dtype = '<U8'"),
    "categories": (X, pd.Series(list("ab") * 6, dtype="category"), r"y\[0\] = 'a'.*real number"),
    "objects with a text": (objects(X, (2, 0), "high"), Y, r"X\[2, 0\] = 'high'.*real number"),
    "objects with None": (objects(X, (2, 1), None), Y, r"X\[2, 1\] = None.*missing"),
    "objects with a complex number": (X, objects(Y, (5,), 1j), r"y\[5\] = 1j"),
    "objects with a list": (X, objects(Y, (5,), [1.0]), r"y\[5\] = \[1.0\]"),
    "None": (None, Y, r"X = None.*missing|X.shape|X\[\] = None"),
    "ragged rows": ([[1.0, 2.0], [1.0]], [0.0, 1.0], r"X = 'list'.*an array of numbers"),
    "dates": (X, pd.date_range("2020-01-01", periods=12), r"y.dtype = 'datetime64"),
    "lengths of time": (X, np.arange(12).astype("timedelta64[D]"), r"y.dtype = 'timedelta64\[D\]'"),
    "bytes": (X, np.array([b"0", b"1"] * 6), r"y.dtype = '\|S1'"),
    "a record array": (np.zeros(12, dtype=[("a", float)]), Y, r"X.dtype"),
    "a mapping": ({"a": 1.0}, Y, r"X = \{'a': 1.0\}.*real number"),
}


@pytest.mark.parametrize("name", FIT)
@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_number_is_named(name: str, kind: str) -> None:
    bad_X, bad_y, message = BAD[kind]
    with pytest.raises(InputError, match=message):
        FIT[name](bad_X, bad_y, family="gaussian")


GOOD = {
    "a mask without an entry": (np.ma.array(X, mask=False), np.ma.array(Y)),
    "frame and series": (pd.DataFrame(X, columns=["a", "b"]), pd.Series(Y, index=np.arange(12)[::-1])),
    "nullable frame": (pd.DataFrame(X).astype("Float64"), pd.Series(Y).astype("Int64")),
    "mixed frame": (pd.DataFrame({"a": X[:, 0], "b": X[:, 1]}).astype({"a": "Float64"}), pd.Series(Y == 1.0)),
    "nullable truth values": (X, pd.Series(Y == 1.0).astype("boolean")),
    "objects that are numbers": (X.astype(object), (Y == 1.0).astype(object)),
    "truth values": (X, Y == 1.0),
    "whole numbers": (X, Y.astype(np.uint8)),
}


@pytest.mark.parametrize("name", FIT)
@pytest.mark.parametrize("kind", GOOD)
def test_other_kinds_of_numbers_are_the_same_data(name: str, kind: str) -> None:
    plain = FIT[name](X, Y, family="binomial")
    other = FIT[name](*GOOD[kind], family="binomial")
    assert plain.status == other.status
    np.testing.assert_array_equal(other.coef, plain.coef)


@pytest.mark.parametrize("dtype", ["int64", "Int64", "int8", "UInt16"])
def test_columns_of_whole_numbers_are_data(dtype: str) -> None:
    whole = np.column_stack([np.arange(12) % 7, np.arange(12) % 5])
    expected = mle(whole.astype(float), Y, family="binomial")
    got = mle(pd.DataFrame(whole).astype(dtype), Y, family="binomial")
    assert got.status == "ok"
    np.testing.assert_array_equal(got.coef, expected.coef)


def test_single_precision_is_widened() -> None:
    assert numbers("X", X.astype(np.float32)).dtype == np.float64


@pytest.mark.parametrize("lam", [None, "0.1", 1j, [0.1], np.nan, -1.0, np.array([0.1, 0.2]), True])
@pytest.mark.parametrize("make", [Lasso, Scad, Mcp, lambda lam: Lr(lam, 0.5), lambda lam: ElasticNet(lam, 0.5)])
def test_a_level_that_is_no_number_is_named(make: Callable[[Any], object], lam: Any) -> None:
    with pytest.raises(InputError, match="lam = "):
        make(lam)


@pytest.mark.parametrize(
    "make",
    [lambda x: Scad(0.1, x), lambda x: Mcp(0.1, x), lambda x: Lr(0.1, x), lambda x: ElasticNet(0.1, x)],
)
@pytest.mark.parametrize("shape", [None, "3", 1j, np.nan, [3.0]])
def test_a_shape_that_is_no_number_is_named(make: Callable[[Any], object], shape: Any) -> None:
    with pytest.raises(InputError, match=r"(a|g|r|alpha) = "):
        make(shape)


@pytest.mark.parametrize("weights", ["abc", [None, 1.0], 3.0, [1j, 1.0], [np.nan, 1.0], ["1", "2"]])
def test_weights_that_are_no_numbers_are_named(weights: Any) -> None:
    with pytest.raises(InputError, match="weights = "):
        Lasso(0.1, weights=weights)


@pytest.mark.parametrize("penalty", [None, "lasso", 0.1, Lasso])
@pytest.mark.parametrize("estimator", [penalized, fgsm])
def test_a_penalty_that_is_none_is_named(estimator: Callable[..., Fit], penalty: Any) -> None:
    with pytest.raises(InputError, match=r"penalty = .*such as Lasso\(0.1\)"):
        estimator(X, Y, family="binomial", penalty=penalty)


@pytest.mark.parametrize("pilot", [["a", "b"], [1j, 1.0], [None, 1.0]])
def test_a_pilot_that_is_no_number_is_named(pilot: Any) -> None:
    with pytest.raises(InputError, match="pilot"):
        adaptive_weights(pilot)


@pytest.mark.parametrize("name", FIT)
@pytest.mark.parametrize("value", ["yes", None, 2, 1])
def test_an_intercept_is_fitted_or_not(name: str, value: object) -> None:
    with pytest.raises(InputError, match=rf"fit_intercept = {value!r} is not allowed: it must be True or False"):
        FIT[name](X, Y, family="binomial", fit_intercept=value)
