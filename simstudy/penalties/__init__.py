"""Penalties by name: functions of t = |beta_j|, with what solvers and theory ask of them."""

from simstudy.penalties.shapes import PENALTIES, ElasticNet, Growth, Lasso, Lr, Mcp, Penalty, Scad

__all__ = ["PENALTIES", "ElasticNet", "Growth", "Lasso", "Lr", "Mcp", "Penalty", "Scad"]
