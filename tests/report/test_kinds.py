"""Kinds of figures that any study can be asked for."""

import re

import pytest

from simstudy.analyses.kinds import KINDS, Choice, kind
from simstudy.analyses.results import Results
from simstudy.errors import ConfigError
from simstudy.workflow.figure import of_kind


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_draws_and_says_what_it_shows(summary: Results, name: str) -> None:
    figure = of_kind(summary, name, Choice())
    assert figure.axes
    label = str(figure.get_label())
    assert label.startswith((KINDS[name].__doc__ or "").partition("\n")[0])
    assert "R = 25 data sets" in label
    assert re.search(r"In numbers: .*\d", label)


def test_what_is_not_there_is_named(summary: Results) -> None:
    with pytest.raises(ConfigError, match="measure"):
        KINDS["forest"](summary, Choice(measure="rsme"))
    with pytest.raises(ConfigError, match="parameter"):
        KINDS["forest"](summary, Choice(parameter="beta_9"))
    with pytest.raises(ConfigError, match="lollipop"):
        kind("lolipop")
