import pytest

import simstudy as ss
from simstudy.workflow.outline import outline_of

STUDY = ss.Study("s", "aim", 1, 5, (ss.Scenario("gaussian", 20, [1.0]),), (ss.Method("mle", "mle"),), ("coefficients",))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("analyses", 1),
        ("analyses", [1]),
        ("replicates", {}),
        ("replicates", "5"),
        ("scenario", 3),
        ("aim", []),
        ("name", 1),
    ],
)
def test_a_key_that_holds_something_else_is_named(key: str, value: object) -> None:
    with pytest.raises(ss.ResultsError, match=f"no resolved study file: {key} is not"):
        outline_of({**STUDY.definition(), key: value})


def test_replicates_are_those_of_the_quick_profile() -> None:
    assert outline_of({**STUDY.definition(), "replicates": {"quick": 3, "full": 9}}).replicates == 3
    assert outline_of(STUDY.definition()).replicates == 5
