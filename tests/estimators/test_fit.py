"""Fits: named estimates next to coefficients, and what is refused by name."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from simstudy.errors import InputError
from simstudy.estimators import Fit
from simstudy.records import Status


def test_named_estimates_are_read_by_name():
    fit = Fit(estimates={"gap": 1, "curve": [1, 2], "gap_se": 0.5}, status="not_converged", message="stopped early")
    assert (fit["gap"], fit["gap_se"], fit.status) == (1.0, 0.5, Status.NOT_CONVERGED)
    assert fit["curve"].tolist() == [1.0, 2.0]
    assert set(fit.estimates) == {"gap", "curve"}
    assert fit.errors == {"gap": 0.5}
    assert fit.coef.size == 0


def test_coefficients_are_estimates_too():
    fit = Fit(np.array([1.0, 0.0]), 0.3, estimates={"gap": 2.0})
    assert (fit["intercept"], fit["gap"]) == (0.3, 2.0)
    assert fit["beta"] is fit.coef
    assert set(fit.estimates) == {"beta", "intercept", "gap"}


def test_coefficients_can_be_given_by_name():
    fit = Fit(estimates={"beta": [1.0, 2.0], "intercept": 0.5, "beta_se": [0.1, 0.2], "intercept_se": 0.3})
    assert (fit.coef.tolist(), fit.intercept, fit.se.tolist(), fit.intercept_se) == ([1, 2], 0.5, [0.1, 0.2], 0.3)


def test_a_changed_copy_has_the_changed_estimates():
    fit = replace(Fit(np.array([1.0]), 0.3, estimates={"gap": 2.0, "gap_se": 1.0}), coef=np.array([5.0]))
    errors = replace(fit, se=np.array([0.1]), intercept_se=0.2)
    assert (fit["beta"].tolist(), fit["gap_se"]) == ([5.0], 1.0)
    assert (errors["beta_se"].tolist(), errors["intercept_se"], errors["gap_se"]) == ([0.1], 0.2, 1.0)
    assert pickle.loads(pickle.dumps(errors))["beta_se"].tolist() == [0.1]


@pytest.mark.parametrize("value", ["x", None, [[1.0]], 1j, {"a": 1}, ["a"], [1.0, [2.0]], object()])
def test_a_value_that_is_no_number_is_named(value):
    with pytest.raises(InputError, match=r"gap = .*a number or a vector of numbers"):
        Fit(estimates={"gap": value})


def test_nan_and_truth_values_are_numbers():
    fit = Fit(estimates={"gap": np.nan, "rejected": np.True_, "count": np.int64(3)})
    assert np.isnan(fit["gap"])
    assert (fit["rejected"], fit["count"]) == (1.0, 3.0)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Fit(estimates={"gap": 1.0})["gpa"], r"estimate: unknown 'gpa'; allowed are gap; did you mean 'gap'"),
        (lambda: Fit(estimates={"gap": 1.0})["gap_se"], r"estimate: unknown 'gap_se'"),
        (lambda: Fit(estimates={"gap": 1.0, "gab_se": 1.0}), r"gab_se is the standard error.*unknown 'gab'.*'gap'"),
        (lambda: Fit(estimates={"gap": 1.0}, status="okay"), r"status: unknown 'okay'.*did you mean 'ok'"),
        (lambda: Fit(estimates={1: 1.0}), r"name of an estimate = 1 .*a letter"),
    ],
)
def test_what_does_not_exist_is_refused_with_its_name(build, message):
    with pytest.raises(InputError, match=message):
        build()
