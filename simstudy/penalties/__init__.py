"""Penalties, one file each: value and slope, with what solvers and theory ask of them."""

from simstudy.penalties.bridge import Lr
from simstudy.penalties.declare import declare_penalty
from simstudy.penalties.elastic_net import ElasticNet
from simstudy.penalties.hard import Hard
from simstudy.penalties.lasso import Lasso
from simstudy.penalties.mcp import Mcp
from simstudy.penalties.penalty import PENALTIES, Growth, Penalty, PowerForm
from simstudy.penalties.scad import Scad

__all__ = [
    "PENALTIES", "ElasticNet", "Growth", "Hard", "Lasso", "Lr", "Mcp", "Penalty", "PowerForm", "Scad",
    "declare_penalty",
]  # fmt: skip
