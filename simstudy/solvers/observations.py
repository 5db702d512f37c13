"""Weights and offsets of observations on their way to the kernels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from simstudy.kernels.arguments import Loss
from simstudy.kernels.loss import prepare_weights
from simstudy.solvers.problem import Problem


def counted(problem: Problem) -> Problem:
    """The same problem with weights of mean one, equal ones next to each other, as kernels go from run to run.

    An offset of a quadratic loss is taken off y: (y - o - eta)^2 is all that there is of it.
    """
    y, weights, offset = problem.y, problem.weights, problem.offset
    if weights is None and offset is None:
        return problem
    if offset is not None and problem.family.quadratic:
        problem = replace(problem, y=y - offset, offset=None)
    if weights is None or (weights == weights[0]).all():
        return replace(problem, weights=None)
    order = np.argsort(weights, kind="stable")
    return replace(
        problem,
        X=problem.X[order],
        y=problem.y[order],
        weights=weights[order] / weights.mean(),
        offset=None if problem.offset is None else problem.offset[order],
    )


def merged(problem: Problem) -> Problem:
    """The same problem with equal observations as one that counts as many times."""
    y, offset = problem.y, problem.offset
    known = np.column_stack([problem.X, y] + ([] if offset is None else [offset]))
    _, first, group = np.unique(known, axis=0, return_index=True, return_inverse=True)
    weights = np.bincount(group.ravel(), weights=problem.weights).astype(float)
    offset = None if offset is None else offset[first]
    return replace(problem, X=problem.X[first], y=y[first], weights=weights, offset=offset)


def kernel_loss(problem: Problem) -> Loss:
    """The family as kernels see it, with the weights and the offset of a problem that is `counted`."""
    loss = problem.family.kernel_loss(problem.y)
    if problem.weights is not None:
        prepare_weights()
        loss = loss._replace(weights=problem.weights)
    return loss if problem.offset is None else loss._replace(offset=problem.offset.copy())
