"""Simulation studies with theory beside simulation: generalised linear models, FGSM, and plug-ins of one's own."""

from simstudy import geometry, networks
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
    Pivotal,
    adaptive_weights,
    degrees_of_freedom,
    existence_level,
    exists,
    fgsm,
    fgsm_adaptive,
    fgsm_debiased,
    fgsm_training,
    gradient_descent,
    interpolation_threshold,
    largest_lam,
    mle,
    nearest_centroid,
    oracle,
    path,
    penalized,
    penalized_adaptive,
    proportional_debiased,
    standard_errors,
    svm,
    svm_path,
    tuned,
)
from simstudy.estimators.registry import estimator
from simstudy.families import Gamma, NegativeBinomial
from simstudy.families import declare_family as family
from simstudy.measures import measure, summarise
from simstudy.penalties import ElasticNet, Lasso, Lr, Mcp, PowerForm, Scad
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
from simstudy.theory.proportional import (
    ProportionalLaw,
    best_level,
    best_pair,
    existence_threshold,
    pays_map,
    proportional,
)
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
    "Images",
    "InputError",
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
    "ProportionalLaw",
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
    "best_level",
    "best_pair",
    "constants",
    "degrees_of_freedom",
    "estimand",
    "estimator",
    "existence_level",
    "existence_threshold",
    "exists",
    "family",
    "fgsm",
    "fgsm_adaptive",
    "fgsm_debiased",
    "fgsm_training",
    "geometry",
    "gradient_descent",
    "interpolation_threshold",
    "largest_lam",
    "law",
    "limit_law",
    "load",
    "load_scenarios",
    "measure",
    "mle",
    "nearest_centroid",
    "networks",
    "oracle",
    "path",
    "pays_map",
    "penalized",
    "penalized_adaptive",
    "penalty",
    "plan",
    "proportional",
    "proportional_debiased",
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
