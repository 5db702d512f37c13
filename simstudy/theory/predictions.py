"""What the theory predicts for a scenario's methods: errors, selection, biases and their paired differences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simstudy.measures import WHOLE, Estimate, estimate
from simstudy.measures.names import COEFFICIENTS
from simstudy.seeding import Stream, generator
from simstudy.sources.glm import Scenario
from simstudy.theory.constants import Constants, constants, error_of_shift
from simstudy.theory.limit_law import limit_law
from simstudy.theory.pseudo_true import pseudo_true
from simstudy.theory.shifts import Target, is_oracle_case, oracle_shift, parameter_names, pseudo_true_shift

FloatArray = NDArray[np.float64]

#: Draws from each limit law behind a prediction.
DRAWS = 20_000
#: Form of the law at n -> its name in predictions.
NAMES = {"pseudo_true": "law", "finite": "T10"}
#: An error that is smaller, relative to the numbers, is rounding.
ROUNDING = 1e-9


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
    estimand: str
    component: int | None


COLUMNS = [f.name for f in fields(Prediction)]

#: Columns of the frame -> their names in predictions.parquet, where they stand beside those of measures.parquet.
STORED = {"quantity": "measure", "predicted": "value", "predicted_mcse": "error"}


def stored(frame: pd.DataFrame | None) -> pd.DataFrame | None:
    """Predictions as they are kept on disk: columns estimand, component, measure, value, error."""
    return None if frame is None else frame.rename(columns=STORED).astype({"component": "Int64"})


def restored(frame: pd.DataFrame | None) -> pd.DataFrame | None:
    """Predictions from disk."""
    return None if frame is None else frame.rename(columns={name: own for own, name in STORED.items()})


def about(parameter: str) -> tuple[str, int | None]:
    """Estimand and 0-based component of a parameter of a GLM."""
    if parameter == WHOLE:
        return COEFFICIENTS, None
    if parameter.startswith(f"{COEFFICIENTS}_"):
        return COEFFICIENTS, int(parameter.removeprefix(f"{COEFFICIENTS}_")) - 1
    return parameter, None


def predict(
    scenario: Scenario, name: str, target: Target, draws: int = DRAWS, *, form: str = "pseudo_true"
) -> pd.DataFrame:
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
    form : {"pseudo_true", "finite"}
        "finite": T10 in place of the law around the pseudo-true parameter, without T17; for many columns, where the
        expectations over x behind these take a minute and another law is right (T20).

    Returns
    -------
    DataFrame
        One row a prediction with the columns of `Prediction`. By the law at n around the pseudo-true parameter (law
        "law", or "T10"): ``rmse`` (parameter "all": of the vector of slopes), ``exact_support``, ``false_positives``,
        ``false_negatives`` and, for each coefficient, ``bias``, ``empirical_se``, ``rmse``, ``zero_probability``; and
        ``bias`` by T17.

    Raises
    ------
    SimstudyError
        If the theory does not cover the scenario (infinite constants, no pseudo-true parameter).
    """
    return _frame(_of_method(scenario, name, target, draws, form))


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


def value_and_se(found: Estimate) -> tuple[float, float]:
    """First value of a measure of draws with its standard error, which is 0 where all draws agree or there is one."""
    return float(found.value[0]), float(np.nan_to_num(found.mcse[0]))


def _centre_error(scenario: Scenario, target: Target, form: str) -> FloatArray:
    """Standard error (q,) of the pseudo-true parameter around which a method has its law."""
    if form != "pseudo_true" or target[1] is None or target[1].lam == 0.0:
        return np.zeros(scenario.q)
    return pseudo_true(scenario, target[0], target[1]).se


def _of_method(scenario: Scenario, name: str, target: Target, draws: int, form: str) -> Iterator[Prediction]:
    law = limit_law(scenario, target[0], target[1], form=form)
    estimates = law.estimates(draws, generator(0, scenario.key, Stream.LIMIT_LAW))
    slopes = slice(scenario.q - scenario.p, None)

    centre = _centre_error(scenario, target, form)
    bias = estimates.mean(axis=0) - law.truth

    def row(parameter: str, quantity: str, columns: slice) -> Prediction:
        found = estimate(quantity, estimates[:, columns], law.truth[columns], whole=parameter == WHOLE)
        value, error = value_and_se(found)
        # The law's centre has an error of its own, which no number of draws makes smaller.
        moved = {"bias": 1.0, "rmse": bias[columns] / value if value > 0.0 else 0.0}.get(quantity, 0.0)
        error = float(np.hypot(error, np.linalg.norm(moved * centre[columns])))
        return Prediction(scenario.label, name, None, parameter, quantity, NAMES[form], value, error, *about(parameter))

    for quantity in ("rmse", "exact_support", "false_positives", "false_negatives"):
        yield row(WHOLE, quantity, slopes)
    for j, parameter in enumerate(parameter_names(scenario)):
        for quantity in ("bias", "empirical_se", "rmse"):
            yield row(parameter, quantity, slice(j, j + 1))
    for j, parameter in list(enumerate(parameter_names(scenario)))[slopes]:
        yield row(parameter, "zero_probability", slice(j, j + 1))
    if target[1] is not None and form == "pseudo_true":
        shift, se = pseudo_true_shift(scenario, target, None)
        for j, parameter in enumerate(parameter_names(scenario)):
            yield Prediction(
                scenario.label, name, None, parameter, "bias", "T17", float(shift[j]), float(se[j]), *about(parameter)
            )


def _of_pair(
    scenario: Scenario, method: tuple[str, Target], reference: tuple[str, Target], draws: int
) -> Iterator[Prediction]:
    leading = "T8" if is_oracle_case(method[1], reference[1]) else "T16"
    predictions = {
        "T17": pseudo_true_shift(scenario, method[1], reference[1]),
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
                *about(parameter),
            )


def _leading_term(scenario: Scenario, method: Target, reference: Target, draws: int) -> tuple[FloatArray, FloatArray]:
    """P I_AA^-1 V_A against the oracle (T8), else the mean of T6 minus T7 with the same W (T16)."""
    if is_oracle_case(method, reference):
        return oracle_shift(scenario, method, reference, constants(scenario))
    values = constants(scenario)
    laws = [limit_law(scenario, *each, form="limit") for each in (method, reference)]
    # Methods of one scenario share their W.
    first, second = (law.sample(draws, generator(0, scenario.key, Stream.LIMIT_LAW)) for law in laws)
    paired = (first - second) / np.sqrt(scenario.n)
    # Both drifts are linear in kappa and V, so that a unit of each shows what of the shift depends on them.
    units = (values, replace(values, kappa=values.kappa + 1.0), replace(values, V=values.V + 1.0))
    drift, wide, turned = (_drift(scenario, method, reference, each) for each in units)
    every = np.ones(scenario.q, dtype=bool)
    own = error_of_shift(scenario, values, every, drift, wide - drift, float((drift - turned)[0]))
    mean, error = paired.mean(axis=0), np.hypot(paired.std(axis=0, ddof=1) / np.sqrt(draws), own)
    return mean, np.where(error > ROUNDING * np.abs(mean).max(), error, 0.0)


def _drift(scenario: Scenario, method: Target, reference: Target, values: Constants) -> FloatArray:
    """Drift of the method's limit objective minus the reference's, over sqrt(n)."""
    laws = [limit_law(scenario, *each, form="limit", values=values) for each in (method, reference)]
    return np.asarray(laws[0].gradient[:-1] - laws[1].gradient[:-1])
