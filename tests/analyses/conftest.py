"""Measures and scenarios of a small made-up study: two families, four sample sizes, two methods."""

import numpy as np
import pandas as pd
import pytest

from simstudy.measures import MeasureRow
from simstudy.records import SCENARIO_SCHEMA

SIZES = (100, 200, 400, 800)
BETA = np.array([1.0, -0.5, 0.0])


@pytest.fixture
def scenarios() -> pd.DataFrame:
    rows = []
    for family in ("gaussian", "binomial"):
        for n in SIZES:
            label = f"{family}_n{n}_p3"
            row = {"study": "s", "scenario": label, "scenario_key": f"key-{label}", "family": family, "n": n, "p": 3}
            row |= {"s": 2, "design": "normal", "rho": 0.5, "sigma": 1.0, "intercept": 0.3, "prevalence": np.nan}
            rows.append(row | {"prevalence_realised": np.nan, "beta_true": BETA})
    return pd.DataFrame(rows, columns=SCENARIO_SCHEMA.names).assign(group_key=lambda truth: truth["family"])


def measure_row(scenario: str, measure: str, parameter: str, value: float, **other: object) -> MeasureRow:
    """A row with an MCSE of 2 % of the value and 200 replicates, all usable unless told otherwise."""
    mcse = abs(value) * 0.02
    row = MeasureRow(
        *(scenario, f"key-{scenario}", "fgsm", None, parameter, measure),
        *(value, mcse, value - 2 * mcse, value + 2 * mcse),
        *(200, 200, 0, False),
    )
    return row._replace(**other)


@pytest.fixture
def measures(scenarios: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for scenario in scenarios.itertuples():
        for method, constant in (("fgsm", 2.0), ("mle", 3.0)):
            values = {
                ("rmse", "all"): constant / np.sqrt(scenario.n),
                ("rmse", "beta_1"): 1.5 * scenario.n**-0.4,
                ("bias", "beta_1"): -0.1,
                ("bias", "intercept"): 0.05,
                ("empirical_se", "beta_1"): 0.2,
                ("zero_probability", "beta_1"): 0.1,
                ("exact_support", "all"): 0.5,
                ("false_positives", "all"): 0.4,
                ("false_negatives", "all"): 0.2,
            }
            for (measure, parameter), value in values.items():
                rows.append(measure_row(scenario.scenario, measure, parameter, value, method=method))
        for j, parameter in enumerate(("intercept", "beta_1", "beta_2", "beta_3")):
            row = measure_row(scenario.scenario, "bias_difference", parameter, 0.01 * (j + 1), reference="mle")
            rows.append(row._replace(usable=197, failed=3, conditional=True))
    return pd.DataFrame(rows, columns=list(MeasureRow._fields)).astype({"reference": "str"})
