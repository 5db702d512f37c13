"""The support vector machine against other packages, its certificate, its bias, and its geometry (G5, G7)."""

from __future__ import annotations

import cvxpy as cp
import numpy as np
import pytest
from sklearn.svm import SVC

from cases import Array
from simstudy import geometry
from simstudy.errors import InputError
from simstudy.estimators.svm import svm, svm_path
from simstudy.records import Status
from simstudy.solvers.hinge import middle_bias

LAMS = [10.0, 1.0, 0.1, 1e-2, 1e-4, 1e-6]


def two_classes(n: int, p: int, gap: float, *, share: float = 0.5, seed: int = 1) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    y = (np.arange(n) < share * n).astype(float)
    return rng.normal(size=(n, p)) + gap * y[:, None] / np.sqrt(p), y


CASES = {
    "overlapping": two_classes(80, 4, 1.0),
    "unbalanced": two_classes(90, 5, 1.5, share=0.2),
    "separated": two_classes(40, 6, 12.0),
    "wide": two_classes(30, 50, 1.0),
    "one of a class": two_classes(20, 3, 1.0, share=0.05),
}


def objective(w: Array, b: float, X: Array, y: Array, lam: float) -> float:
    return float(np.maximum(0.0, 1.0 - (2 * y - 1) * (X @ w + b)).mean() + lam * w @ w)


@pytest.mark.parametrize("name", CASES)
def test_no_worse_than_an_interior_point_solver(name: str) -> None:
    X, y = CASES[name]
    for lam in LAMS:
        fit = svm(X, y, lam)
        assert fit.status == Status.OK
        assert 0.0 <= fit.kkt <= 1e-7
        assert fit.objective == pytest.approx(objective(fit.coef, fit.intercept, X, y, lam), rel=1e-12)
        w, b = cp.Variable(X.shape[1]), cp.Variable()
        loss = cp.sum(cp.pos(1 - cp.multiply(2 * y - 1, X @ w + b))) / y.size
        peer = cp.Problem(cp.Minimize(loss + lam * cp.sum_squares(w))).solve(solver=cp.CLARABEL)
        assert fit.objective <= peer * (1 + 1e-7) + 1e-9
        assert fit.objective >= peer * (1 - 1e-5) - 1e-8, "the peer would be wrong, or the certificate"


@pytest.mark.parametrize("name", CASES)
def test_boundary_is_that_of_libsvm(name: str) -> None:
    X, y = CASES[name]
    for lam in LAMS[1:-1]:
        fit = svm(X, y, lam)
        peer = SVC(kernel="linear", C=1.0 / (2 * y.size * lam), tol=1e-8, max_iter=1_000_000).fit(X, y)
        np.testing.assert_allclose(fit.coef, peer.coef_[0], atol=2e-3 * np.abs(peer.coef_).max())


def test_a_path_is_its_single_fits_in_the_order_of_the_levels() -> None:
    X, y = CASES["overlapping"]
    lams = [0.01, 3.0, 1e-5, 0.01]
    for fit, lam in zip(svm_path(X, y, lams), lams, strict=True):
        alone = svm(X, y, lam)
        # Both lie within their gaps of the minimum, and w within sqrt(gap objective / lam).
        assert fit.objective == pytest.approx(alone.objective, rel=2e-7)
        radius = np.sqrt(1e-7 * fit.objective / lam)
        np.testing.assert_allclose(fit.coef, alone.coef, atol=2 * radius)


def test_strong_regularisation_gives_the_nearest_centroid_direction_and_norm() -> None:
    """G5 with theta = 0 and G7: every margin is violated; the optimal biases are an interval and b its midpoint."""
    X, y = two_classes(60, 4, 1.0)
    fit = svm(X, y, 50.0)
    z = X[y == 1].mean(axis=0) - X[y == 0].mean(axis=0)
    assert geometry.tilting_angle(fit.coef, fit.intercept, X, y) == pytest.approx(0.0, abs=1e-6)
    d_adv = geometry.adversarial_distance(fit.coef, fit.intercept, X, y)
    assert d_adv == pytest.approx(0.5 * np.linalg.norm(z), rel=1e-10)
    assert 1.0 / np.linalg.norm(fit.coef) == pytest.approx(geometry.inverse_norm(50.0, d_adv), rel=1e-6)
    scores = X @ fit.coef
    ends = (float(np.max(-1.0 - scores[y == 0])), float(np.min(1.0 - scores[y == 1])))
    assert ends[0] < -0.9
    assert ends[1] > 0.9
    assert fit.intercept == pytest.approx(np.mean(ends), abs=1e-12)


def test_middle_bias_minimises_the_hinge_loss() -> None:
    """Against every end of every piece, among which a minimiser of a piecewise linear function lies."""
    rng = np.random.default_rng(4)
    for _ in range(50):
        y = np.where(rng.uniform(size=9) < 0.5, -1.0, 1.0)
        y[:2] = (-1.0, 1.0)
        f = rng.normal(size=9)
        loss = [np.maximum(0.0, 1.0 - y * (f + b)).sum() for b in (middle_bias(f, y), *(y - f))]
        assert loss[0] <= min(loss[1:]) + 1e-12


def test_scale_and_origin_of_the_data_make_no_difference() -> None:
    X, y = CASES["overlapping"]
    fit, lam = svm(X, y, 0.01), 0.01
    far = svm(1e3 * (X + 20.0), y, lam * 1e6)
    np.testing.assert_allclose(1e3 * far.coef, fit.coef, atol=1e-3)
    assert far.objective == pytest.approx(fit.objective, rel=1e-6)
    with_constant = svm(np.column_stack([X, np.full(y.size, 7.0)]), 2 * y - 1, lam)
    assert with_constant.coef[-1] == 0.0
    np.testing.assert_allclose(with_constant.coef[:-1], fit.coef, atol=1e-12)


def test_data_without_information_give_a_zero_normal() -> None:
    fit = svm(np.ones((6, 2)), [0, 1, 0, 1, 0, 1], 0.1)
    assert fit.status == Status.OK
    assert not fit.coef.any()
    assert fit.objective == pytest.approx(1.0)
    twice = svm(np.vstack([np.eye(3), np.eye(3)]), [0, 0, 0, 1, 1, 1], 0.1)
    np.testing.assert_allclose(twice.coef, 0.0, atol=1e-6)


def test_one_class_is_a_status() -> None:
    fit = svm(np.eye(3), np.ones(3), 1.0)
    assert fit.status == Status.DEGENERATE_RESPONSE
    assert np.isnan(fit.coef).all()


@pytest.mark.parametrize("lam", [0.0, -1.0, np.nan, np.inf])
def test_levels_are_positive(lam: float) -> None:
    with pytest.raises(InputError, match=r"lam = .*positive"):
        svm(np.eye(2), [0, 1], lam)


@pytest.mark.parametrize(
    ("y", "words"), [([1, 2, 1], "y[1] = 2.0"), ([-1, 0, 1], "mixture"), ([0, 1], "(2,)"), ([0, 1, np.nan], "y[2]")]
)
def test_other_labels_are_refused(y: list[float], words: str) -> None:
    with pytest.raises(InputError) as raised:
        svm(np.eye(3), y, 1.0)
    assert words in str(raised.value)
