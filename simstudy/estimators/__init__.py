"""Estimators: functions of (X, y) that return a Fit and never see the truth."""

from simstudy.estimators.adaptive import adaptive_weights, fgsm_adaptive, penalized_adaptive
from simstudy.estimators.best_subset import best_subset
from simstudy.estimators.debiased import fgsm_debiased
from simstudy.estimators.degrees_of_freedom import degrees_of_freedom
from simstudy.estimators.existence import existence_level, exists
from simstudy.estimators.fgsm import fgsm
from simstudy.estimators.fit import Fit
from simstudy.estimators.garrote import garrote
from simstudy.estimators.gradient_descent import gradient_descent
from simstudy.estimators.input import Rows
from simstudy.estimators.interpolation import interpolation_threshold
from simstudy.estimators.lqa import lqa
from simstudy.estimators.minimum_l1 import minimum_l1
from simstudy.estimators.mle import mle
from simstudy.estimators.nearest_centroid import nearest_centroid
from simstudy.estimators.oracle import oracle
from simstudy.estimators.path import largest_lam, path
from simstudy.estimators.penalized import penalized
from simstudy.estimators.proportional_intervals import proportional_debiased
from simstudy.estimators.rules import Aic, Bic, CrossValidation, Ebic, Gcv, Gic, Interpolation, Pivotal
from simstudy.estimators.square_root_lasso import square_root_lasso
from simstudy.estimators.standard_errors import standard_errors
from simstudy.estimators.svm import svm, svm_path
from simstudy.estimators.training import fgsm_training
from simstudy.estimators.tuning import tuned

__all__ = [
    "Aic",
    "Bic",
    "CrossValidation",
    "Ebic",
    "Fit",
    "Gcv",
    "Gic",
    "Interpolation",
    "Pivotal",
    "Rows",
    "adaptive_weights",
    "best_subset",
    "degrees_of_freedom",
    "existence_level",
    "exists",
    "fgsm",
    "fgsm_adaptive",
    "fgsm_debiased",
    "fgsm_training",
    "garrote",
    "gradient_descent",
    "interpolation_threshold",
    "largest_lam",
    "lqa",
    "minimum_l1",
    "mle",
    "nearest_centroid",
    "oracle",
    "path",
    "penalized",
    "penalized_adaptive",
    "proportional_debiased",
    "square_root_lasso",
    "standard_errors",
    "svm",
    "svm_path",
    "tuned",
]
