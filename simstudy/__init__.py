"""Simulation studies with theory beside simulation: generalised linear models, FGSM, and plug-ins of one's own."""

from simstudy import geometry
from simstudy.analyses.registry import analysis
from simstudy.errors import ConfigError, InputError, NoSolution, PluginError, ResultsError, SimstudyError
from simstudy.estimands import estimand
from simstudy.estimators import (
    Aic,
    Bic,
    CrossValidation,
    Ebic,
    Fit,
    Gcv,
    Interpolation,
    Pivotal,
    adaptive_weights,
    best_subset,
    degrees_of_freedom,
    fgsm,
    fgsm_adaptive,
    fgsm_debiased,
    fgsm_training,
    garrote,
    gradient_descent,
    interpolation_threshold,
    largest_lam,
    lqa,
    minimum_l1,
    mle,
    nearest_centroid,
    oracle,
    path,
    penalized,
    penalized_adaptive,
    square_root_lasso,
    standard_errors,
    svm,
    svm_path,
    tuned,
)
from simstudy.estimators.registry import estimator
from simstudy.families import Gamma, NegativeBinomial
from simstudy.families import declare_family as family
from simstudy.measures import measure, summarise
from simstudy.penalties import ElasticNet, Hard, Lasso, Lr, Mcp, PowerForm, Scad
from simstudy.penalties import declare_penalty as penalty
from simstudy.records import Data, Status
from simstudy.sources import Images, Mixture, Table, Toy
from simstudy.sources.designs import (
    Bernoulli,
    BernoulliBlock,
    Blocks,
    CategoricalBlock,
    DichotomisedBlock,
    Normal,
    NormalBlock,
    Rademacher,
    RademacherBlock,
    StudentT,
    StudentTBlock,
)
from simstudy.sources.glm import Scenario
from simstudy.sources.noise import ContaminatedErrors, NormalErrors, SkewedErrors, StudentTErrors
from simstudy.sources.registry import source
from simstudy.store.load import load, load_scenarios
from simstudy.study.config import read_study
from simstudy.study.method import FixedLambda, MatchedLambda, Method, RateLambda
from simstudy.study.study import Study
from simstudy.theory import Constants, LimitLaw, constants, limit_law
from simstudy.theory.proportional import existence_threshold, proportional
from simstudy.theory.registry import law
from simstudy.workflow.plan import plan
from simstudy.workflow.run import run
from simstudy.workflow.table import table

__version__ = "0.2.0"

__all__ = [
    "Aic",
    "Bernoulli",
    "BernoulliBlock",
    "Bic",
    "Blocks",
    "CategoricalBlock",
    "ConfigError",
    "Constants",
    "ContaminatedErrors",
    "CrossValidation",
    "Data",
    "DichotomisedBlock",
    "Ebic",
    "ElasticNet",
    "Fit",
    "FixedLambda",
    "Gamma",
    "Gcv",
    "Hard",
    "Images",
    "InputError",
    "Interpolation",
    "Lasso",
    "LimitLaw",
    "Lr",
    "MatchedLambda",
    "Mcp",
    "Method",
    "Mixture",
    "NegativeBinomial",
    "NoSolution",
    "Normal",
    "NormalBlock",
    "NormalErrors",
    "Pivotal",
    "PluginError",
    "PowerForm",
    "Rademacher",
    "RademacherBlock",
    "RateLambda",
    "ResultsError",
    "Scad",
    "Scenario",
    "SimstudyError",
    "SkewedErrors",
    "Status",
    "StudentT",
    "StudentTBlock",
    "StudentTErrors",
    "Study",
    "Table",
    "Toy",
    "adaptive_weights",
    "analysis",
    "best_subset",
    "constants",
    "degrees_of_freedom",
    "estimand",
    "estimator",
    "existence_threshold",
    "family",
    "fgsm",
    "fgsm_adaptive",
    "fgsm_debiased",
    "fgsm_training",
    "garrote",
    "geometry",
    "gradient_descent",
    "interpolation_threshold",
    "largest_lam",
    "law",
    "limit_law",
    "load",
    "load_scenarios",
    "lqa",
    "measure",
    "minimum_l1",
    "mle",
    "nearest_centroid",
    "oracle",
    "path",
    "penalized",
    "penalized_adaptive",
    "penalty",
    "plan",
    "proportional",
    "read_study",
    "run",
    "source",
    "square_root_lasso",
    "standard_errors",
    "summarise",
    "svm",
    "svm_path",
    "table",
    "tuned",
]
