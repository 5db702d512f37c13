import numpy as np

from simstudy.sources.designs import StudentT
from simstudy.sources.glm import Scenario
from simstudy.theory import constants
from simstudy.theory.table import constants_frame

BINOMIAL = Scenario("binomial", 100, [1.0, 0.0], intercept=-1.0)


def test_constants_are_one_row_a_coefficient_and_refusals_are_reasons() -> None:
    infinite = Scenario("poisson", 100, [0.5], design=StudentT(df=5.0), label="infinite")
    frame, reasons = constants_frame([BINOMIAL, infinite])
    values = constants(BINOMIAL)
    assert list(frame["parameter"]) == ["intercept", "beta_1", "beta_2"]
    np.testing.assert_array_equal(frame["V"], values.V)
    names = [f"information_{name}" for name in frame["parameter"]]
    np.testing.assert_array_equal(frame[names], values.information)
    np.testing.assert_array_equal(frame["information"], np.diag(values.information))
    assert reasons[0].startswith("no constants of infinite: design")
