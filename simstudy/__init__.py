"""Simulation studies of sparse generalised linear models: FGSM estimators next to penalised likelihood."""

from simstudy import geometry
from simstudy.api import plan, run, table
from simstudy.errors import ConfigError, InputError, ResultsError, SimstudyError
from simstudy.estimands import estimand
from simstudy.estimators import (
    Aic,
    Bic,
    CrossValidation,
    Ebic,
    Fit,
    Gcv,
    Pivotal,
    adaptive_weights,
    degrees_of_freedom,
    fgsm,
    fgsm_adaptive,
    fgsm_debiased,
    fgsm_training,
    gradient_descent,
    largest_lam,
    mle,
    nearest_centroid,
    oracle,
    path,
    penalized,
    penalized_adaptive,
    standard_errors,
    svm,
    svm_path,
    tuned,
)
from simstudy.estimators.registry import estimator
from simstudy.measures import summarise
from simstudy.penalties import ElasticNet, Lasso, Lr, Mcp, Scad
from simstudy.records import Data, Status
from simstudy.sources.designs import Bernoulli, Normal, Rademacher, StudentT
from simstudy.sources.glm import Scenario
from simstudy.sources.images import Images
from simstudy.sources.registry import source
from simstudy.store.load import load, load_scenarios
from simstudy.study.config import read_study
from simstudy.study.method import FixedLambda, MatchedLambda, Method, RateLambda
from simstudy.study.study import Study
from simstudy.theory import Constants, LimitLaw, constants, limit_law
from simstudy.theory.registry import law

__version__ = "0.1.0"

__all__ = [
    "Aic",
    "Bernoulli",
    "Bic",
    "ConfigError",
    "Constants",
    "CrossValidation",
    "Data",
    "Ebic",
    "ElasticNet",
    "Fit",
    "FixedLambda",
    "Gcv",
    "Images",
    "InputError",
    "Lasso",
    "LimitLaw",
    "Lr",
    "MatchedLambda",
    "Mcp",
    "Method",
    "Normal",
    "Pivotal",
    "Rademacher",
    "RateLambda",
    "ResultsError",
    "Scad",
    "Scenario",
    "SimstudyError",
    "Status",
    "StudentT",
    "Study",
    "adaptive_weights",
    "constants",
    "degrees_of_freedom",
    "estimand",
    "estimator",
    "fgsm",
    "fgsm_adaptive",
    "fgsm_debiased",
    "fgsm_training",
    "geometry",
    "gradient_descent",
    "largest_lam",
    "law",
    "limit_law",
    "load",
    "load_scenarios",
    "mle",
    "nearest_centroid",
    "oracle",
    "path",
    "penalized",
    "penalized_adaptive",
    "plan",
    "read_study",
    "run",
    "source",
    "standard_errors",
    "summarise",
    "svm",
    "svm_path",
    "table",
    "tuned",
]
