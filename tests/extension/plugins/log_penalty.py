"""A penalty: lam eps log(1 + t / eps), concave, with slope lam at zero (Candes, Wakin & Boyd 2008)."""

import math
from dataclasses import dataclass

import simstudy as ss


@ss.penalty("log")
@dataclass(frozen=True)
class Log:
    lam: float
    eps: float = 0.5
    growth = "sublinear"

    def value(self, t):
        return self.lam * self.eps * math.log1p(t / self.eps)

    def slope(self, t):
        return self.lam / (1.0 + t / self.eps)
