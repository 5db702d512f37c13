"""What estimands may know of the population that a data set was drawn from, besides true values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simstudy.sources.registry import Source

Array = NDArray[np.float64]

#: Key under which estimands find it beside the true values.
POPULATION = "population"


@dataclass(frozen=True)
class Population:
    """Moments and draws of the covariates, each found when it is first asked for.

    Parameters
    ----------
    moments : callable
        Gives `second_moment`.
    draws : callable
        Gives `covariates`.
    mean : callable
        Mean of a response as a function of its linear predictor.
    """

    moments: Callable[[], Array]
    draws: Callable[[], Array]
    mean: Callable[[Array], Array]

    @cached_property
    def second_moment(self) -> Array:
        """E(xx') (q, q), with the constant first where the model has an intercept."""
        return self.moments()

    @cached_property
    def covariates(self) -> Array:
        """Rows (m, p) of covariates, the same for every replicate of a scenario."""
        return self.draws()


def known(source: Source) -> Mapping[str, Any]:
    """True values of a source, and its population where it says what that is."""
    population = getattr(getattr(source, "source", source), POPULATION, None)
    return dict(source.truth()) if population is None else {**source.truth(), POPULATION: population}
