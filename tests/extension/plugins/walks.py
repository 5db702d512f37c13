"""A source: the last position of a random walk with drift, seen with a test walk."""

from dataclasses import dataclass

import numpy as np

import simstudy as ss


@ss.source("walk")
@dataclass(frozen=True)
class Walk:
    n: int
    drift: float = 0.5

    def sample(self, rng):
        steps = self.drift + rng.standard_normal((2, self.n))
        X, fresh = np.cumsum(steps, axis=1)[:, :, None]
        return ss.Data(X, steps[0], test=(fresh, steps[1]))

    def truth(self):
        return {"drift": self.drift, "quartiles": self.drift + np.array([-0.6744898, 0.6744898])}
