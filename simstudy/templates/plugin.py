"""Plug-ins of the study NAME: what draws the data, what is fitted to them, and what theory says of it.

Change any of them, then run

    simstudy check NAME.toml       one replicate of each cell, every plug-in looked at
    simstudy run NAME.toml         all replicates; a second run continues where the first one stopped
    simstudy table NAME.toml       performance measures with Monte Carlo standard errors, theory beside them
    simstudy claims NAME.toml      verdicts on what the study claims
"""

from dataclasses import dataclass

import numpy as np

import simstudy as ss


@ss.source("NAME_clouds")  # its fields are the keys of a [[scenario]] table; a list in the study file is an axis
@dataclass(frozen=True)
class Clouds:
    """Two normal classes whose means are `gap` apart."""

    n: int
    gap: float = 1.0

    def sample(self, rng):
        """Draw one data set; all random numbers come from `rng`."""
        y = np.arange(self.n) % 2
        x = rng.standard_normal(self.n) + self.gap * y
        fresh = np.arange(1000) % 2
        x_fresh = rng.standard_normal(1000) + self.gap * fresh
        return ss.Data(x[:, None], y.astype(float), test=(x_fresh[:, None], fresh.astype(float)))

    def truth(self):
        """True values of what the estimators estimate; may be empty."""
        return {"gap": self.gap}


@ss.estimator("NAME_means")  # keyword-only arguments are the keys of a [[method]] table
def means(data, rng, *, trim: float = 0.0):
    """Distance of the class means, after a share `trim` of each class has been cut off at both ends."""
    low, high = (np.sort(data.X[data.y == k, 0]) for k in (0, 1))
    cut = int(trim * len(low))
    return {"gap": high[cut : len(high) - cut].mean() - low[cut : len(low) - cut].mean()}


@ss.estimand("NAME_error", bounds=(0, 1))
def error(fit, data, truth):
    """Share of the test data on the wrong side of the middle between the estimated means."""
    X, y = data.test
    middle = data.X[data.y == 0, 0].mean() + fit["gap"] / 2
    return np.mean((X[:, 0] > middle) != y)


@ss.law("NAME_theory")
def theory(source, method):
    """The difference of two means of n/2 normal observations each is normal; nothing is said of trimmed means."""
    if method.arguments.get("trim", 0.0) > 0:
        return {}
    return {("gap", "bias"): 0.0, ("gap", "empirical_se"): 2 / np.sqrt(source.n)}
