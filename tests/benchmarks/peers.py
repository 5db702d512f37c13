"""What a user would pick instead: other packages on the same problem, called as cheaply as each allows.

Every function takes X (n, p) in Fortran order, y (n,) and the level lam per observation (T4, for `conic` and `lbfgs`
T3) and returns (intercept, coef).
"""

import warnings
from collections.abc import Callable
from functools import cache, partial

import cvxpy as cp
import numpy as np
import pycasso
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from skglm import datafits, penalties, solvers
from skglm.utils.jit_compilation import compiled_clone
from sklearn.linear_model import Lasso, LogisticRegression

Array = NDArray[np.float64]
Peer = Callable[[Array, Array, float], tuple[float, Array]]

TOL = 5e-8
A, G = 3.7, 3.0
MEANS = {"gaussian": lambda eta: eta, "binomial": expit, "poisson": np.exp}
VARIANCES = {"gaussian": np.ones_like, "binomial": lambda eta: expit(eta) * expit(-eta), "poisson": np.exp}


def irls(X: Array, y: Array, _: float, *, family: str) -> tuple[float, Array]:
    """MLE by Newton's method, as short as numpy allows: no checks, no step control."""
    Z = np.column_stack([np.ones(y.size), X])
    b = np.zeros(Z.shape[1])
    b[0] = {"gaussian": y.mean(), "binomial": 0.0, "poisson": np.log(y.mean())}[family]
    for _ in range(25):
        eta = Z @ b
        step = np.linalg.solve((Z * VARIANCES[family](eta)[:, None]).T @ Z, Z.T @ (y - MEANS[family](eta)))
        b += step
        if np.max(np.abs(step)) < 1e-8:
            break
    return b[0], b[1:]


def statsmodels_glm(X: Array, y: Array, _: float, *, family: str) -> tuple[float, Array]:
    """MLE."""
    law = {"gaussian": sm.families.Gaussian, "binomial": sm.families.Binomial, "poisson": sm.families.Poisson}[family]
    b = sm.GLM(y, sm.add_constant(X, has_constant="add"), family=law()).fit(tol=1e-10).params
    return b[0], b[1:]


@cache
def _compiled(kind: type, *parameters: float) -> object:
    return compiled_clone(kind(*parameters))


def skglm(X: Array, y: Array, lam: float, *, family: str, penalty: str) -> tuple[float, Array]:
    """Its solver called directly, on a data fit and a penalty compiled before; nonconvex logistic runs are capped."""
    datafit = {"gaussian": datafits.Quadratic, "binomial": datafits.Logistic, "poisson": datafits.Poisson}[family]
    kinds = {"lasso": (penalties.L1, lam), "scad": (penalties.SCAD, lam, A), "mcp": (penalties.MCPenalty, lam, G)}
    tol = TOL * np.mean(np.abs(y - y.mean()))
    if family == "gaussian":
        solver = solvers.AndersonCD(tol=tol, fit_intercept=True)
    else:
        solver = solvers.ProxNewton(tol=tol, fit_intercept=True, max_iter=20, max_pn_iter=200)
    response = 2 * y - 1 if family == "binomial" else y
    b = solver._solve(X, response, _compiled(datafit), _compiled(*kinds[penalty]), None, None)[0]
    return b[-1], b[:-1]


def scikit_learn(X: Array, y: Array, lam: float, *, family: str) -> tuple[float, Array]:
    """Lasso; LogisticRegression by saga, the solver whose intercept is not penalised."""
    if family == "gaussian":
        fit = Lasso(alpha=lam, tol=1e-10, max_iter=100_000).fit(X, y)
        return fit.intercept_, fit.coef_
    options = {"C": 1.0 / (lam * y.size), "l1_ratio": 1.0, "solver": "saga", "tol": 1e-7, "max_iter": 20_000}
    fit = LogisticRegression(**options, random_state=0).fit(X, y)
    return fit.intercept_[0], fit.coef_[0]


def pycasso_lasso(X: Array, y: Array, lam: float, *, family: str) -> tuple[float, Array]:
    """Its path of one level; a tighter precision fails for labels and counts, a looser one misses it for gaussian y."""
    precision = 1e-12 if family == "gaussian" else 1e-7
    path = pycasso.Solver(
        X, y, lambdas=np.array([lam]), family=family, penalty="l1", standardize=False, prec=precision
    )  # fmt: skip
    path.train()
    found = path.coef()
    return float(found["intercept"][0]), np.asarray(found["beta"][0], dtype=float)


def conic(X: Array, y: Array, lam: float, *, family: str) -> tuple[float, Array]:
    """FGSM lasso by cvxpy with Clarabel."""
    b, b0, P = cp.Variable(X.shape[1]), cp.Variable(), cp.Variable(nonneg=True)
    eta = X @ b + b0
    if family == "gaussian":
        losses = cp.square(cp.abs(y - eta) + P) / 2
    else:
        losses = cp.logistic(P - cp.multiply(2 * y - 1, eta))
    cp.Problem(cp.Minimize(cp.sum(losses) / y.size), [lam * cp.norm1(b) <= P]).solve(solver=cp.CLARABEL)
    return float(b0.value), b.value


def lbfgs(X: Array, y: Array, lam: float) -> tuple[float, Array]:
    """Binomial FGSM lasso by scipy's L-BFGS-B on beta = u - v, u and v >= 0."""
    n, p = X.shape
    sign = 2 * y - 1

    def value(z: Array) -> tuple[float, Array]:
        u, v = z[1 : p + 1], z[p + 1 :]
        margin = lam * (u.sum() + v.sum()) - sign * (z[0] + X @ (u - v))
        activation = expit(margin) / n
        slope = X.T @ (-sign * activation)
        price = lam * activation.sum()
        gradient = np.concatenate([[-(sign * activation).sum()], slope + price, -slope + price])
        return float(np.logaddexp(0.0, margin).mean()), gradient

    bounds = [(None, None)] + [(0.0, None)] * (2 * p)
    options = {"maxiter": 5000, "maxfun": 20_000, "ftol": 1e-15, "gtol": 1e-9}
    z = minimize(value, np.zeros(2 * p + 1), jac=True, method="L-BFGS-B", bounds=bounds, options=options).x
    return z[0], z[1 : p + 1] - z[p + 1 :]


def quiet(peer: Peer) -> Peer:
    """The peer without its warnings; whether it has converged is read off its result."""

    def call(X: Array, y: Array, lam: float) -> tuple[float, Array]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return peer(X, y, lam)

    return call


def unpenalised(family: str) -> dict[str, Peer]:
    return {
        "IRLS, bare numpy": partial(irls, family=family),
        "statsmodels GLM": partial(statsmodels_glm, family=family),
    }


def penalised(family: str, penalty: str) -> dict[str, Peer]:
    """Peers of `ss.penalized` with the lasso or scad."""
    found: dict[str, Peer] = {"skglm": partial(skglm, family=family, penalty=penalty)}
    if penalty == "lasso":
        found["pycasso"] = partial(pycasso_lasso, family=family)
    if penalty == "lasso" and family != "poisson":
        found["scikit-learn"] = partial(scikit_learn, family=family)
    return {name: quiet(peer) for name, peer in found.items()}


def attacked(family: str) -> dict[str, Peer]:
    """Peers of `ss.fgsm` with the lasso."""
    found: dict[str, Peer] = {} if family == "poisson" else {"cvxpy, Clarabel": partial(conic, family=family)}
    if family == "binomial":
        found["L-BFGS-B on u - v"] = lbfgs
    return {name: quiet(peer) for name, peer in found.items()}
