"""What a law of the theory predicts for one quantity of a claim."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import ConfigError, bad_value, unknown_name
from simstudy.measures import WHOLE, estimate
from simstudy.seeding import Stream, generator
from simstudy.sources.glm import Scenario
from simstudy.theory.constants import Constants, constants
from simstudy.theory.limit_law import limit_law
from simstudy.theory.null_model import null_probability
from simstudy.theory.predictions import value_and_se
from simstudy.theory.shifts import Target, oracle_shift, parameter_names, pseudo_true_shift

FloatArray = NDArray[np.float64]

#: A value and the standard error of its computation.
Predicted = tuple[float, float]

#: Draws from a law behind a claim's prediction, so many that simulation's own error dominates.
DRAWS = 100_000

#: Form of the limit law that belongs to a number in the theory.
FORMS = {"T6": "limit", "T7": "limit", "T16": "limit", "T10": "finite", "law": "pseudo_true"}

#: Quantities that draws from a law predict.
FROM_DRAWS = (
    *("bias", "empirical_se", "rmse", "zero_probability", "sup_error", "sign_recovery"),
    *("bias_difference", "mse_difference", "rmse_ratio", "exact_support"),
    *("true_positives", "false_positives", "false_negatives", "true_positive_rate", "false_positive_rate"),
)
#: Quantities that each law predicts.
COVERED = {
    **dict.fromkeys(FORMS, FROM_DRAWS),
    "T17": ("bias", "bias_difference"),
    "T8": ("bias_difference",),
    "T14": ("exact_support",),
}


def expected(
    scenario: Scenario,
    quantity: str,
    parameter: str,
    law: str,
    targets: tuple[Target, Target | None],
    without: str | None = None,
) -> Predicted:
    """Value that a law predicts for a quantity in one scenario, and the standard error of its computation.

    Parameters
    ----------
    scenario : Scenario
    quantity, parameter : str
        A measure and the parameter that it belongs to, as in the measures frame.
    law : str
        T6 and T7 (the limit), T10 (its finite-n form), T16 (T6 minus T7 with the same W), ``law`` (around the
        pseudo-true parameter), T17 (pseudo-true parameters), T8 (against the oracle MLE), T14 (null model).
    targets : (target, target or None)
        Estimator and penalty of the method and, for paired quantities, of its reference.
    without : {"V", "kappa"}, optional
        Constant to leave out: V = 0, or kappa = 1.

    Raises
    ------
    ConfigError
        The law does not predict the quantity; the sentence says which do.
    """
    if quantity not in COVERED.get(law, ()):
        laws = [name for name, quantities in COVERED.items() if quantity in quantities]
        raise ConfigError(
            bad_value("prediction.law", law, f"one that predicts {quantity}: {', '.join(laws) or 'none'}")
        )
    method, reference = targets
    if law == "T14":
        return null_probability(scenario, method)
    if law in {"T8", "T17"}:
        return _shift(scenario, parameter, law, targets, without)
    first = estimates(scenario, method, FORMS[law], without)
    second = None if reference is None else estimates(scenario, reference, FORMS[law], without)
    return _summary(scenario, quantity, parameter, first, second)


def _shift(
    scenario: Scenario, parameter: str, law: str, targets: tuple[Target, Target | None], without: str | None
) -> Predicted:
    if law == "T8":
        shift, se = oracle_shift(scenario, *targets, _without(constants(scenario), without))
    else:
        shift, se = pseudo_true_shift(scenario, *targets)
    column = parameter_names(scenario).index(parameter)
    return float(shift[column]), float(se[column])


def not_covered(quantity: str, law: str) -> str:
    """Sentence for a law that does not predict the quantity."""
    laws = [name for name, quantities in COVERED.items() if quantity in quantities]
    return bad_value("prediction.law", law, f"one that predicts {quantity}: {', '.join(laws) or 'none does'}")


def draws_of_coefficient(
    scenario: Scenario, parameter: str, law: str, target: Target, without: str | None = None
) -> FloatArray:
    """Draws of sqrt(n)(betahat_j - beta0_j), shape (DRAWS,), by the form of the limit law that `law` names.

    Raises
    ------
    ConfigError
        The law is not one of `FORMS`.
    """
    if law not in FORMS:
        raise ConfigError(unknown_name("prediction.law", law, FORMS))
    column = parameter_names(scenario).index(parameter)
    found = estimates(scenario, target, FORMS[law], without)[:, column]
    return np.asarray(np.sqrt(scenario.n) * (found - scenario.beta_with_intercept[column]))


@lru_cache(maxsize=6)
def estimates(scenario: Scenario, target: Target, form: str, without: str | None = None) -> FloatArray:
    """Draws of betahat (DRAWS, q) with exact zeros; methods of one scenario share their W."""
    values = None if form == "pseudo_true" else _without(constants(scenario), without)
    law = limit_law(scenario, target[0], target[1], form=form, values=values)
    return law.estimates(DRAWS, generator(0, scenario.key, Stream.LIMIT_LAW))


def _without(values: Constants, name: str | None) -> Constants:
    if name == "V":
        return replace(values, V=np.zeros_like(values.V))
    return values if name is None else replace(values, kappa=1.0)


def _summary(
    scenario: Scenario, quantity: str, parameter: str, ours: FloatArray, theirs: FloatArray | None
) -> Predicted:
    """A measure of draws, computed as it is of replicates."""
    whole, names = parameter == WHOLE, parameter_names(scenario)
    columns = np.arange(scenario.q - scenario.p, scenario.q) if whole else np.array([names.index(parameter)])
    reference = None if theirs is None else theirs[:, columns]
    return value_and_se(
        estimate(quantity, ours[:, columns], scenario.beta_with_intercept[columns], reference, whole=whole)
    )
