"""What every penalty of the registry keeps, and how a user's gets in or is refused."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pytest

from simstudy.errors import ConfigError, InputError
from simstudy.penalties import PENALTIES, Growth, Penalty, PowerForm, declare_penalty
from simstudy.penalties.declare import check, penalty_class

LAM = 0.4
#: Shapes of the penalties that need one.
SHAPES = {
    "lr": [{"r": 0.5}, {"r": 1.0}, {"r": 1.7}, {"r": 2.0}],
    "elastic_net": [{"alpha": a} for a in (0.0, 0.5, 1.0)],
}
EVERY = [(name, shape) for name in PENALTIES for shape in SHAPES.get(name, [{}])]


def make(name: str, shape: dict[str, float], lam: float = LAM) -> Penalty:
    return PENALTIES[name](lam, **shape)


@pytest.mark.parametrize(("name", "shape"), EVERY)
def test_value_slope_growth_and_power_form_agree(name: str, shape: dict[str, float]) -> None:
    penalty = make(name, shape)
    assert penalty.name == name
    assert fields(penalty)[0].name == "lam"
    t = np.geomspace(0.011, 40.0, 97)
    difference = (penalty.value(t + 1e-7) - penalty.value(t - 1e-7)) / 2e-7
    np.testing.assert_allclose(penalty.slope(t), difference, rtol=1e-6, atol=1e-6)
    assert penalty.value(0.0) == 0.0
    far = penalty.value(np.array([1e9, 1e10]))
    assert (far[1] / far[0] == pytest.approx(1.0)) == (penalty.growth == Growth.BOUNDED) == penalty.bounded
    assert (far[1] / far[0] == pytest.approx(10.0)) == (penalty.growth == Growth.LINEAR)
    form = penalty.power_form()
    if form is not None:
        np.testing.assert_allclose(form.linear * t**form.power + form.square * t**2 / 2, penalty.value(t), rtol=1e-12)
    else:
        check(penalty)
    assert make(name, shape, 0.0).value(3.0) == 0.0


@pytest.mark.parametrize(("name", "shape"), EVERY)
def test_one_number_gives_what_an_array_gives(name: str, shape: dict[str, float]) -> None:
    penalty, t = make(name, shape), np.array([[0.0, 0.3], [0.5, 5.0]])
    assert penalty.value(t).shape == (2, 2)
    assert penalty.value(0.3) == penalty.value(t)[0, 1]
    assert penalty.slope(5.0) == penalty.slope(t)[1, 1]


@dataclass(frozen=True)
class Log:
    lam: float
    eps: float = 0.1
    growth = "sublinear"

    def value(self, t):
        return self.lam * self.eps * np.log1p(t / self.eps)

    def slope(self, t):
        return self.lam * self.eps / (self.eps + t)


def changed(**methods: object) -> type:
    return dataclass(frozen=True)(type("Changed", (Log,), {"__annotations__": {}, **methods}))


def test_a_user_s_penalty_is_registered_under_its_name() -> None:
    made = declare_penalty("log_penalty_of_a_test")(Log)
    try:
        assert PENALTIES["log_penalty_of_a_test"] is made
        penalty = made(0.2)
        assert penalty == made(0.2, 0.1)
        np.testing.assert_allclose(penalty.value([0.0, 0.1]), [0.0, 0.02 * np.log(2.0)])
        assert not penalty.bounded
        with pytest.raises(ConfigError, match="log_penalty_of_a_test.*it is taken"):
            declare_penalty("log_penalty_of_a_test")(Log)
    finally:
        PENALTIES._entries.pop("log_penalty_of_a_test")


@pytest.mark.parametrize("missing", ["value", "slope", "growth"])
def test_an_incomplete_penalty_is_refused_with_what_is_missing(missing: str) -> None:
    body = {name: getattr(Log, name) for name in ("value", "slope", "growth") if name != missing}
    kind = dataclass(frozen=True)(type("Naive", (), {"__annotations__": {"lam": "float"}, **body}))
    with pytest.raises(ConfigError, match=rf"penalty 'naive': Naive lacks {missing}"):
        penalty_class("naive", kind)


def test_a_penalty_without_a_level_or_with_an_unknown_growth_is_refused() -> None:
    with pytest.raises(ConfigError, match="not a dataclass with a field lam"):
        penalty_class("naive", type("Naive", (), {name: getattr(Log, name) for name in ("value", "slope", "growth")}))
    with pytest.raises(ConfigError, match="growth = 'slow'"):
        penalty_class("naive", changed(growth="slow"))


@pytest.mark.parametrize(
    ("methods", "words"),
    [
        ({"slope": lambda self, t: self.lam}, "slope is not the derivative of value"),
        ({"value": lambda self, t: self.lam * (1.0 + t), "slope": lambda self, t: self.lam}, r"value\(0\) = 0.4"),
        ({"growth": "bounded"}, "growth = 'bounded' contradicts"),
        ({"growth": "linear"}, "growth = 'linear' contradicts"),
        ({"value": lambda self, t: self.lam * t * t, "slope": lambda self, t: 2.0 * self.lam * t}, r"slope\(0\) = 0"),
        (
            {"value": lambda self, t: self.lam * (t + t * t), "slope": lambda self, t: self.lam * (1.0 + 2.0 * t)},
            "slope rises; a penalty that is not concave needs power_form",
        ),
        ({"power_form": lambda self: PowerForm(self.lam, 0.0, 1.0)}, "power_form is not its value"),
        ({"value": lambda self, t: len(str(t)) + self.nothing}, "not plain arithmetic"),
    ],
)
def test_a_penalty_that_contradicts_itself_is_refused(methods: dict[str, object], words: str) -> None:
    kind = penalty_class("odd", changed(**methods))
    with pytest.raises(InputError, match=words):
        kind(LAM).kernel_shape()


def test_a_power_form_makes_a_convex_penalty_possible() -> None:
    kind = penalty_class(
        "half_ridge",
        changed(
            growth="superlinear",
            value=lambda self, t: self.lam * (t + 0.5 * t * t),
            slope=lambda self, t: self.lam * (1.0 + t),
            power_form=lambda self: PowerForm(self.lam, self.lam, 1.0),
        ),
    )
    shape = kind(LAM).kernel_shape()
    assert (shape.linear, shape.square, shape.power, shape.tangents) == (LAM, LAM, 1.0, False)
