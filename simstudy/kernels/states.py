"""Copies of a solver's state."""

from simstudy.kernels.arguments import State
from simstudy.kernels.calls import part
from simstudy.kernels.vectors import assign, copy


@part
def assign_state(state, other):
    """Copy what is in `other` into `state`."""
    assign(state.b, other.b)
    assign(state.eta, other.eta)
    assign(state.sigma, other.sigma)


@part
def copy_state(state):
    """A new state with the same entries."""
    return State(copy(state.b), copy(state.eta), copy(state.sigma))
