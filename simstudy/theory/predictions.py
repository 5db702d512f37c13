"""What the theory predicts for a scenario's methods: errors, selection, biases and their paired differences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simstudy.model.penalties import Penalty
from simstudy.scenario.scenario import Scenario
from simstudy.seeding import Stream, generator
from simstudy.theory.constants import constants
from simstudy.theory.limit_law import limit_law
from simstudy.theory.pseudo_true import difference, pseudo_true

FloatArray = NDArray[np.float64]

#: Draws from each limit law behind a prediction.
DRAWS = 20_000

#: A method as the theory sees it: estimator and penalty, its lam resolved at the scenario's n.
Target = tuple[str, Penalty | None]


@dataclass(frozen=True)
class Prediction:
    """One predicted number; `reference` names the other method of a paired difference."""

    scenario: str
    method: str
    reference: str | None
    parameter: str
    quantity: str
    law: str
    predicted: float
    predicted_mcse: float


COLUMNS = [f.name for f in fields(Prediction)]


def predict(scenario: Scenario, name: str, target: Target, draws: int = DRAWS) -> pd.DataFrame:
    """Predictions for one method in one scenario.

    Parameters
    ----------
    scenario : Scenario
    name : str
        The method's name, for the rows.
    target : (estimator, penalty)
        The penalty holds its lam at scenario.n; None for mle and oracle.
    draws : int
        Draws from the method's law.

    Returns
    -------
    DataFrame
        One row a prediction with the columns of `Prediction`. By the law at n around the pseudo-true parameter (law
        "law"): ``rmse`` (parameter "all": of the vector of slopes), ``exact_support``, ``false_positives``,
        ``false_negatives`` and, for each coefficient, ``bias``, ``empirical_se``, ``rmse``, ``zero_probability``; and
        ``bias`` by T17.

    Raises
    ------
    SimstudyError
        If the theory does not cover the scenario (infinite constants, no pseudo-true parameter).
    """
    return _frame(_of_method(scenario, name, target, draws))


def predict_difference(
    scenario: Scenario, method: tuple[str, Target], reference: tuple[str, Target], draws: int = DRAWS
) -> pd.DataFrame:
    """Predicted difference of bias of two methods on the same data, for each coefficient.

    Parameters
    ----------
    scenario : Scenario
    method, reference : (name, (estimator, penalty))
        FGSM, and a penalised likelihood method, the oracle or the mle.
    draws : int
        Draws from each limit law.

    Returns
    -------
    DataFrame
        Rows of quantity ``bias_difference`` by law T17 and by the leading term: T16, or T8 for a bounded penalty
        against the oracle.

    Raises
    ------
    SimstudyError
        As `predict`.
    """
    return _frame(_of_pair(scenario, method, reference, draws))


def _frame(rows: Iterable[Prediction]) -> pd.DataFrame:
    return pd.DataFrame([astuple(row) for row in rows], columns=COLUMNS)


def parameter_names(scenario: Scenario) -> list[str]:
    """Names of the q coefficients: the intercept first where there is one."""
    return ["intercept"] * scenario.has_intercept + [f"beta_{j + 1}" for j in range(scenario.p)]


def _leading_errors(scenario: Scenario, target: Target, draws: int) -> FloatArray:
    """Draws of betahat - beta0 (draws, q) by T6 or T7; methods of one scenario share their W."""
    law = limit_law(scenario, target[0], target[1], form="limit")
    rng = generator(0, scenario.key, Stream.LIMIT_LAW)
    return np.asarray(law.sample(draws, rng) / np.sqrt(scenario.n))


def _mean(values: FloatArray) -> tuple[float, float]:
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.size))


def _root(square: tuple[float, float]) -> tuple[float, float]:
    """Square root of a value with its standard error, by the delta method."""
    root = float(np.sqrt(square[0]))
    return root, square[1] / (2 * root) if root > 0 else 0.0


def _proportion(events: NDArray[np.bool_]) -> tuple[float, float]:
    """Proportion with a standard error that is not zero when all draws agree (two successes and failures added)."""
    size = events.size
    adjusted = (events.sum() + 2) / (size + 4)
    return float(events.mean()), float(np.sqrt(adjusted * (1 - adjusted) / (size + 4)))


def _of_method(scenario: Scenario, name: str, target: Target, draws: int) -> Iterator[Prediction]:
    law = limit_law(scenario, target[0], target[1], form="pseudo_true")
    estimates = law.estimates(draws, generator(0, scenario.key, Stream.LIMIT_LAW))
    errors = estimates - law.truth
    slopes = errors[:, -scenario.p :]
    found = estimates[:, -scenario.p :] != 0.0
    truth = scenario.support

    def row(parameter: str, quantity: str, law: str, value: tuple[float, float]) -> Prediction:
        return Prediction(scenario.label, name, None, parameter, quantity, law, *value)

    yield row("all", "rmse", "law", _root(_mean((slopes**2).sum(axis=1))))
    yield row("all", "exact_support", "law", _proportion((found == truth).all(axis=1)))
    yield row("all", "false_positives", "law", _mean((found & ~truth).sum(axis=1).astype(float)))
    yield row("all", "false_negatives", "law", _mean((~found & truth).sum(axis=1).astype(float)))
    for j, parameter in enumerate(parameter_names(scenario)):
        e = errors[:, j]
        yield row(parameter, "bias", "law", _mean(e))
        yield row(parameter, "empirical_se", "law", _root(_mean((e - e.mean()) ** 2)))
        yield row(parameter, "rmse", "law", _root(_mean(e**2)))
    for j in range(scenario.p):
        yield row(f"beta_{j + 1}", "zero_probability", "law", _proportion(~found[:, j]))
    if target[1] is not None:
        limit = pseudo_true(scenario, target[0], target[1])
        shift = limit.beta - scenario.beta_with_intercept
        for j, parameter in enumerate(parameter_names(scenario)):
            yield row(parameter, "bias", "T17", (float(shift[j]), float(limit.se[j])))


def _of_pair(
    scenario: Scenario, method: tuple[str, Target], reference: tuple[str, Target], draws: int
) -> Iterator[Prediction]:
    leading = "T8" if _is_oracle_case(method[1], reference[1]) else "T16"
    predictions = {
        "T17": _by_pseudo_true(scenario, method[1], reference[1]),
        leading: _leading_term(scenario, method[1], reference[1], draws),
    }
    for law, (values, errors) in predictions.items():
        for j, parameter in enumerate(parameter_names(scenario)):
            yield Prediction(
                scenario.label,
                method[0],
                reference[0],
                parameter,
                "bias_difference",
                law,
                float(values[j]),
                float(errors[j]),
            )


def _by_pseudo_true(scenario: Scenario, method: Target, reference: Target) -> tuple[FloatArray, FloatArray]:
    """T17: difference of the pseudo-true parameters; those of the mle and the oracle are the truth."""
    if method[1] is None:
        return np.zeros(scenario.q), np.zeros(scenario.q)
    first = pseudo_true(scenario, method[0], method[1])
    if reference[1] is None:
        return first.beta - scenario.beta_with_intercept, first.se
    return difference(first, pseudo_true(scenario, reference[0], reference[1]))


def _is_oracle_case(method: Target, reference: Target) -> bool:
    """Whether T8 applies: a bounded penalty inside the likelihood against the oracle MLE."""
    return reference[0] == "oracle" and method[1] is not None and method[1].bounded


def _leading_term(scenario: Scenario, method: Target, reference: Target, draws: int) -> tuple[FloatArray, FloatArray]:
    """P I_AA^-1 V_A against the oracle (T8), else the mean of T6 minus T7 with the same W (T16)."""
    if method[1] is not None and _is_oracle_case(method, reference):
        const = constants(scenario)
        k = scenario.q - scenario.p
        active = np.concatenate([np.ones(k, dtype=bool), scenario.support])
        P = float(method[1].value(np.abs(np.asarray(scenario.beta))).sum())
        leading = np.zeros(scenario.q)
        inner = const.information[np.ix_(active, active)]
        leading[active] = P * np.linalg.solve(inner, const.V[active])
        return leading, np.zeros(scenario.q)
    paired = _leading_errors(scenario, method, draws) - _leading_errors(scenario, reference, draws)
    return paired.mean(axis=0), paired.std(axis=0, ddof=1) / np.sqrt(draws)
