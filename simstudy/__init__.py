"""Simulation studies of sparse generalised linear models: FGSM estimators next to penalised likelihood."""

# `simstudy.run` is the function that users call; modules of the folder run are reached by `from simstudy.run.x import`.
from simstudy.api import plan, run, table
from simstudy.errors import ConfigError, InputError, ResultsError, SimstudyError
from simstudy.estimators import Fit, fgsm, mle, oracle, penalized
from simstudy.measures import summarise
from simstudy.model.designs import Bernoulli, Normal, Rademacher, StudentT
from simstudy.model.penalties import ElasticNet, Lasso, Lr, Mcp, Scad
from simstudy.records import Status
from simstudy.scenario.config import read_study
from simstudy.scenario.method import FixedLambda, MatchedLambda, Method, RateLambda
from simstudy.scenario.scenario import Dataset, Scenario
from simstudy.scenario.study import Study
from simstudy.store.load import load, load_scenarios
from simstudy.theory import Constants, LimitLaw, constants, limit_law

__version__ = "0.1.0"

__all__ = [
    "Bernoulli",
    "ConfigError",
    "Constants",
    "Dataset",
    "ElasticNet",
    "Fit",
    "FixedLambda",
    "InputError",
    "Lasso",
    "LimitLaw",
    "Lr",
    "MatchedLambda",
    "Mcp",
    "Method",
    "Normal",
    "Rademacher",
    "RateLambda",
    "ResultsError",
    "Scad",
    "Scenario",
    "SimstudyError",
    "Status",
    "StudentT",
    "Study",
    "constants",
    "fgsm",
    "limit_law",
    "load",
    "load_scenarios",
    "mle",
    "oracle",
    "penalized",
    "plan",
    "read_study",
    "run",
    "summarise",
    "table",
]
