import numpy as np
import pandas as pd
import pytest

from simstudy.errors import ConfigError
from simstudy.measures import summarise
from simstudy.runner.forecast import expected_mcse, pilot
from simstudy.runner.precision import MEASURES, Target, parse_target
from simstudy.runner.runner import simulate
from simstudy.sources.glm import Scenario
from simstudy.study.method import FixedLambda, Method
from simstudy.study.study import Study

SCENARIO = Scenario("gaussian", 30, [1.0, 0.0], intercept=0.5)
STUDY = Study("s", "aim", 11, 60, (SCENARIO,), (Method("fgsm", "fgsm", "lasso", lam=FixedLambda(0.05)),))


def rows(*mcses: float, measure: str = "rmse", reference: str | None = None, usable: int = 100) -> pd.DataFrame:
    columns = {"measure": measure, "parameter": "all", "reference": reference, "value": -2.0, "usable": usable}
    return pd.DataFrame({"mcse": mcses, **{name: [value] * len(mcses) for name, value in columns.items()}})


@pytest.mark.parametrize(
    ("text", "target"),
    [("rmse=0.01", Target("rmse", 0.01)), ("bias = 2%", Target("bias", 0.02, relative=True))],
)
def test_a_target_is_read(text: str, target: Target) -> None:
    assert parse_target(text) == target


@pytest.mark.parametrize("text", ["rmse", "rmse=", "rmse=0", "rmse=-1", "rmse=x", "rmse=inf", "=1"])
def test_a_target_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="until_mcse"):
        parse_target(text)


def test_a_misspelt_measure_is_named_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'rmse'"):
        parse_target("rsme=0.1")


def test_every_measure_of_a_target_exists() -> None:
    assert set(MEASURES) <= set(summarise(*simulate(STUDY))["measure"])


def test_the_worst_row_decides() -> None:
    target = Target("rmse", 0.1)
    assert target.is_met(rows(0.1, 0.05))
    assert not target.is_met(rows(0.11, 0.05))


def test_a_relative_target_is_relative_to_the_size() -> None:
    assert Target("rmse", 0.05, relative=True).is_met(rows(0.1))
    assert not Target("rmse", 0.049, relative=True).is_met(rows(0.1))


def test_rows_that_cannot_be_known_do_not_count_but_some_must_be() -> None:
    target = Target("rmse", 0.1)
    assert target.is_met(rows(np.nan, 0.05))
    assert not target.is_met(rows(np.nan))
    others = pd.concat([rows(9.0, measure="bias"), rows(9.0, reference="mle")])
    assert not target.is_met(others)
    assert target.is_met(pd.concat([others, rows(0.1)]))


def test_the_expected_mcse_falls_like_one_over_root_r() -> None:
    assert expected_mcse(rows(0.2, 0.1, usable=100), 400) == pytest.approx(0.1)
    assert np.isnan(expected_mcse(rows(np.nan), 400))


def test_a_pilot_is_the_first_replicates_of_the_study() -> None:
    trial = pilot(STUDY, SCENARIO, 7)
    replicates, _ = simulate(STUDY)
    assert np.array_equal(np.stack(trial.rows["beta_hat"]), np.stack(replicates["beta_hat"][:7]))
    assert 0.0 < trial.seconds < 1.0
