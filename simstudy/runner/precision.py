"""A target for the precision of a study: the largest Monte Carlo standard error (MCSE) that a measure may have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from simstudy.errors import ConfigError, bad_value, unknown_name

#: Measures that a target can name.
MEASURES = (
    "bias", "empirical_se", "rmse", "zero_probability", "exact_support", "sign_recovery", "true_positives",
    "false_positives", "false_negatives", "true_positive_rate", "false_positive_rate", "failure_rate",
)  # fmt: skip

FORM = "MEASURE=VALUE, with VALUE a positive number such as 0.01 or, relative to the measure, 2%"


@dataclass(frozen=True)
class Target:
    """The MCSE of `measure` is to be at most `value`, or `value` times the measure itself if `relative`."""

    measure: str
    value: float
    relative: bool = False

    def is_met(self, measures: pd.DataFrame) -> bool:
        """Whether every method and parameter meets the target.

        Parameters
        ----------
        measures : DataFrame
            Columns of `measures.summary.MeasureRow`, of one scenario.

        Returns
        -------
        bool
            False where no row has an MCSE. A row without one, such as the bias of a coefficient that all replicates
            set to zero, cannot be made more precise and does not count.
        """
        rows = measures[(measures["measure"] == self.measure) & measures["reference"].isna() & measures["mcse"].notna()]
        allowed = self.value * (rows["value"].abs() if self.relative else 1.0)
        return bool(len(rows) and np.all(rows["mcse"] <= allowed))


def parse_target(text: str) -> Target:
    """Target from ``MEASURE=VALUE`` or ``MEASURE=VALUE%``.

    Raises
    ------
    ConfigError
        Another form, an unknown measure, or a value that is not positive.
    """
    name, sign, number = text.partition("=")
    try:
        value = float(number.strip().removesuffix("%"))
    except ValueError:
        raise ConfigError(bad_value("until_mcse", text, FORM)) from None
    if not sign or not 0.0 < value < np.inf:
        raise ConfigError(bad_value("until_mcse", text, FORM))
    if name.strip() not in MEASURES:
        raise ConfigError(unknown_name("until_mcse", name.strip(), MEASURES))
    relative = number.strip().endswith("%")
    return Target(name.strip(), value / 100 if relative else value, relative)
