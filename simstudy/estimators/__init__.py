"""Estimators: functions of (X, y) that return a Fit and never see the truth."""

from simstudy.estimators.fgsm import fgsm
from simstudy.estimators.fit import Fit
from simstudy.estimators.mle import mle
from simstudy.estimators.oracle import oracle
from simstudy.estimators.penalized import penalized

__all__ = ["Fit", "fgsm", "mle", "oracle", "penalized"]
