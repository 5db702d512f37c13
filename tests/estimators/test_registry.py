"""The registry of estimators: what holds for every entry, and what happens to one that says little about itself."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pytest

import simstudy
from cases import PENALTIES, draw
from simstudy.errors import ConfigError, InputError, SimstudyError
from simstudy.estimators import Fit, degrees_of_freedom, fgsm, path, penalized, standard_errors, tuned
from simstudy.estimators.capabilities import Freedom, Law, LevelScale, Placement
from simstudy.estimators.options import REQUIRED, Interval
from simstudy.estimators.registry import ESTIMATORS, Estimator, estimator, law_of
from simstudy.estimators.rules import Bic, CrossValidation, Pivotal
from simstudy.penalties import Lasso
from simstudy.records import Data, Status
from simstudy.runner.methods import resolve
from simstudy.sources.glm import Scenario
from simstudy.sources.setting import Setting
from simstudy.study.method import FixedLambda, Method, RateLambda
from simstudy.theory import limit_law
from simstudy.theory.pseudo_true import pseudo_true

X, Y = draw("binomial", 80, 3, 0.3, np.random.default_rng(3))
DATA = Data(X, Y)
SUPPORT = np.array([True, False, False])


@pytest.fixture(autouse=True)
def own_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is gone after it."""
    monkeypatch.setattr(ESTIMATORS, "_entries", dict(ESTIMATORS))


def family_of(entry: Estimator) -> str:
    return next(iter(entry.families), "binomial")


def arguments(entry: Estimator, lam: float = 0.05) -> dict[str, Any]:
    """What an estimator is given, with the first penalty that it takes and that sets coefficients to zero."""
    made = (make(lam, 3) for make in PENALTIES.values())
    penalty = next(
        each for each in made if entry.accepts.holds(each) and each.limit and 0.0 < float(each.slope(0.0)) < np.inf
    )
    everything = {"family": family_of(entry), "fit_intercept": True, "support": SUPPORT, "penalty": penalty, "lam": lam}
    return {name: everything[name] for name in entry.given}


@pytest.mark.parametrize("name", list(ESTIMATORS))
def test_every_entry_does_what_it_says(name: str) -> None:
    """Fit, status, options, path, degrees of freedom and standard errors, each where the entry declares it."""
    entry = ESTIMATORS[name]
    given = arguments(entry)
    data = DATA if name != "minimum_l1" else Data(X[:2], np.array([0.0, 1.0]))
    fit = entry.fit(data, np.random.default_rng(1), **given)
    again = entry.fit(data, np.random.default_rng(1), **given)
    assert isinstance(fit, Fit)
    if entry.estimates:
        assert set(fit.estimates) == set(entry.estimates)
        assert fit.estimates.keys() == again.estimates.keys()
        return
    assert (fit.status, fit["beta"].shape) == (Status.OK, (3,))
    assert fit.coef.tobytes() == again.coef.tobytes()
    defaults = {option.name: option.default for option in entry.options.values()}
    assert REQUIRED not in defaults.values()
    for option, default in defaults.items():
        entry.options[option].check(default)
        with pytest.raises(ConfigError, match=option):
            entry.options[option].check([])
    assert entry.fit(data, None, **given, **defaults).coef.tobytes() == fit.coef.tobytes()
    assert (entry.placement in {None, Placement.NONE}) == (not entry.needs_penalty)
    shared = {"family": family_of(entry), "fit_intercept": True, "penalty": given.get("penalty")}
    if entry.freedom is not None:
        assert 0.0 < degrees_of_freedom(fit, X, Y, estimator=name, **shared) < 10.0
    if entry.errors is not None:
        assert np.isfinite(standard_errors(fit, X, Y, estimator=name, **shared).se).all()
    if entry.law is not None:
        assert law_of(name) == entry.law
        penalty = given.get("penalty")
        assert limit_law(Scenario("binomial", 80, [1.0, 0.0], intercept=0.0), name, penalty).P0 >= 0.0
    if entry.largest_lam is not None:
        check_levels(entry, shared)


def check_levels(entry: Estimator, shared: dict[str, Any]) -> None:
    """Zero just above the largest level, something below; a path that equals single calls; the level's scale."""
    largest = entry.largest_lam(X, Y, **shared)
    fits = path(X, Y, lams=[1.01 * largest, 0.5 * largest], estimator=entry.name, **shared)
    assert [bool(fit.coef.any()) for fit in fits] == [False, True]
    single = entry.fit(DATA, None, **arguments(entry, 0.5 * largest))
    np.testing.assert_allclose(fits[1].coef, single.coef, atol=1e-6)
    gaussian = shared | {"family": "gaussian"}
    ratio = entry.largest_lam(X, 10.0 * Y, **gaussian) / entry.largest_lam(X, Y, **gaussian)
    # With the MLE as pilot, weights of exponent one are in units of the response themselves.
    has_pilot = "pilot" in entry.options or entry.name == "garrote"
    expected = (10.0 if entry.level_scale == LevelScale.RESPONSE else 1.0) * (10.0 if has_pilot else 1.0)
    assert ratio == pytest.approx(expected, rel=1e-6)


def register_naive() -> None:
    """A likelihood-type estimator that declares nothing: penalised likelihood under another name."""

    @estimator("naive")
    def naive(data: Data, rng: np.random.Generator, *, family: str, fit_intercept: bool, penalty: Lasso) -> Fit:  # noqa: ARG001
        return penalized(data.X, data.y, family=family, fit_intercept=fit_intercept, penalty=penalty)


def test_an_estimator_that_declares_nothing_is_fitted() -> None:
    register_naive()
    (method,) = resolve(
        Scenario("binomial", 80, [1.0, 0.0, 0.0], intercept=0.0),
        (Method("m", "naive", "lasso", lam=RateLambda(1.0, -0.5)),),
    )
    fit = method.fit(DATA, np.random.default_rng(1))
    expected = penalized(X, Y, family="binomial", penalty=Lasso(80**-0.5))
    assert fit.coef.tobytes() == expected.coef.tobytes()


SHARED: dict[str, Any] = {"family": "binomial", "estimator": "naive", "penalty": Lasso(0.05)}
SCENARIO = Scenario("binomial", 80, [1.0, 0.0], intercept=0.0)


@pytest.mark.parametrize(
    ("ask", "capability"),
    [
        (lambda fit: standard_errors(fit, X, Y, **SHARED), "declares no errors"),
        (lambda fit: degrees_of_freedom(fit, X, Y, **SHARED), "declares no freedom"),
        (lambda _: tuned(X, Y, rule=Bic(), **SHARED), "declares no largest_lam"),
        (lambda _: tuned(X, Y, rule=CrossValidation(), rng=np.random.default_rng(1), **SHARED), "no largest_lam"),
        (lambda _: tuned(X, Y, rule=Pivotal(), rng=np.random.default_rng(1), **SHARED), "not pivotal"),
        (lambda _: limit_law(SCENARIO, "naive", Lasso(0.05)), "one that has a limit law: .*fgsm"),
        (lambda _: pseudo_true(SCENARIO, "naive", Lasso(0.05)), "one that has a limit law"),
        (lambda _: Method("m", "naive", "lasso", lam=Bic()), "no largest_lam and no freedom"),
        (lambda _: Method("m", "naive", "lasso", lam=CrossValidation()), "no largest_lam"),
        (lambda _: Method("m", "naive", "lasso", lam=Pivotal()), "not pivotal"),
        (lambda _: Method("m", "naive", "lasso", lam=FixedLambda(0.1), se=True), "se = True.*'naive', which has none"),
        (lambda _: ESTIMATORS["naive"].need("placement", "the weight of an observation"), "declares no placement"),
    ],
)
def test_what_an_estimator_does_not_declare_is_not_guessed(ask: Any, capability: str) -> None:
    """Nothing of another estimator stands in for what is missing."""
    register_naive()
    fit = fgsm(X, Y, family="binomial", penalty=Lasso(0.05))
    with pytest.raises(SimstudyError, match=capability):
        ask(fit)


def test_declared_capabilities_open_the_rules() -> None:
    """The same function with penalised likelihood's capabilities is tuned as penalised likelihood is."""
    own = ESTIMATORS["penalized"]

    @estimator("declared", largest_lam=own.largest_lam, freedom=Freedom.EQUATION, equation=own.equation)
    def declared(data: Data, rng: Any, *, family: str, fit_intercept: bool, penalty: Lasso) -> Fit:  # noqa: ARG001
        return penalized(data.X, data.y, family=family, fit_intercept=fit_intercept, penalty=penalty)

    ours, theirs = (
        tuned(X, Y, rule=Bic(grid=8), family="binomial", penalty=Lasso(1.0), estimator=name)
        for name in ("penalized", "declared")
    )
    assert ours.lam == theirs.lam
    np.testing.assert_allclose(ours.coef, theirs.coef, atol=1e-6)


def test_options_are_the_keyword_only_parameters() -> None:
    @estimator("midpoint")
    def midpoint(
        data: Data,
        rng: np.random.Generator,
        *,
        cut: float,
        trim: Annotated[float, Interval(-1.0, 1.0)] = 0.0,
        side: Literal["left", "right"] = "left",
        rounds: int = 3,
        robust: bool = False,
        plain=2.0,
        limit: float | None = None,
    ) -> dict[str, float]:  # fmt: skip
        said = [len(data.y), side, rounds, robust, plain, limit]
        assert said == [80, "left", 3, False, 2.0, None]
        return {"gap": cut + trim + rng.uniform(), "gap_se": 0.1}

    fit = ESTIMATORS["midpoint"].fit(DATA, np.random.default_rng(1), cut=1.0)
    assert fit["gap"] == 1.0 + np.random.default_rng(1).uniform()
    assert fit["gap_se"] == 0.1
    method = Method("m", "midpoint", options={"trim": 0.5, "cut": 1})
    assert method.definition() == {"name": "m", "estimator": "midpoint", "cut": 1, "trim": 0.5}
    refused = {
        "cut": ["x", True],
        "trim": [-1.0, 1.5, "x"],
        "side": ["rigt", 1],
        "rounds": [2.0, True],
        "robust": [1],
        "plain": ["x"],
        "limit": ["x"],
    }
    for name, values in refused.items():
        for value in values:
            with pytest.raises(ConfigError, match=name):
                Method("m", "midpoint", options={"cut": 1.0, name: value})
    with pytest.raises(ConfigError, match=r"options of midpoint: unknown 'trimm'.*did you mean 'trim'"):
        Method("m", "midpoint", options={"cut": 1.0, "trimm": 0.1})
    with pytest.raises(ConfigError, match=r"cut is missing: estimator 'midpoint'"):
        Method("m", "midpoint")
    with pytest.raises(ConfigError, match=r"penalty = 'lasso'.*left out with estimator 'midpoint'"):
        Method("m", "midpoint", "lasso", options={"cut": 1.0})


def test_an_estimator_can_take_a_level_without_a_penalty() -> None:
    @estimator("ridge")
    def ridge(data: Data, rng: np.random.Generator, *, lam: float) -> dict[str, Any]:  # noqa: ARG001
        return {"beta": np.linalg.solve(data.X.T @ data.X + lam * np.eye(3), data.X.T @ data.y)}

    method = Method("m", "ridge", lam=RateLambda(2.0, -0.5))
    assert method.definition() == {"name": "m", "estimator": "ridge", "lam": method.lam.definition()}
    (resolved,) = resolve(Scenario("gaussian", 100, [1.0, 0.0, 0.0]), (method,))
    assert resolved.arguments == {"lam": 0.2}
    assert resolved.fit(DATA, np.random.default_rng(1)).coef.shape == (3,)
    with pytest.raises(ConfigError, match="lam is missing"):
        Method("m", "ridge")


@dataclass(frozen=True)
class Mystery:
    n: int


def test_a_source_that_lacks_what_an_estimator_needs_is_named() -> None:
    lacking = Setting("mystery", Mystery(5), "label")
    with pytest.raises(ConfigError, match=r"'mle' needs family: give the source an attribute family, which mystery"):
        resolve(lacking, (Method("m", "mle"),))


def positional(data: Data, rng: Any, trim: float = 0.0) -> None:
    """An option without its star."""


def anything(data: Data, rng: Any, **options: float) -> None:
    """Options without names."""


def taken(data: Data, rng: Any, *, se: float = 0.0) -> None:
    """An option with the name of a method's key."""


def listed(data: Data, rng: Any, *, values: list[float]) -> None:
    """An option of a type that no study file checks."""


def fine(data: Data, rng: Any) -> None:
    """Nothing wrong."""


@pytest.mark.parametrize(
    ("function", "capabilities", "message"),
    [
        (positional, {}, r"parameters of estimator 'new'.*after the star"),
        (anything, {}, r"parameters of estimator 'new'.*by name"),
        (taken, {}, r"option of estimator 'new' = 'se'.*called otherwise"),
        (listed, {}, r"annotation of values = .*float, int"),
        (fine, {"palcement": Placement.NONE}, r"capabilities of new: unknown 'palcement'.*did you mean 'placement'"),
        (fine, {"pivotal": True}, r"'new' has levels but takes no penalty"),
        (fine, {"freedom": Freedom.EQUATION}, r"equation is missing"),
    ],
)
def test_a_function_that_cannot_be_an_estimator_is_refused(function: Any, capabilities: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        estimator("new", **capabilities)(function)
    assert "new" not in ESTIMATORS


def test_a_name_stands_for_one_estimator() -> None:
    with pytest.raises(ConfigError, match=r"name of the estimator = 'mle'.*another name"):
        estimator("mle")(fine)


@pytest.mark.parametrize("result", [None, 1.0, {}, [1.0], "x"])
def test_a_result_that_is_no_fit_is_refused(result: Any) -> None:
    @estimator("odd")
    def odd(data: Data, rng: Any) -> Any:  # noqa: ARG001
        return result

    with pytest.raises(InputError, match=r"result of estimator 'odd'.*a Fit, or a mapping"):
        ESTIMATORS["odd"].fit(DATA)


def test_one_estimator_has_each_of_the_laws() -> None:
    laws = [entry.law for entry in ESTIMATORS.values() if entry.law is not None]
    assert sorted(laws) == sorted(Law)


def names_compared(source: str) -> list[str]:
    """Comparisons with an estimator's name, or its beginning; attacks, pilots and forms of laws have such names too."""
    found = []
    for node in ast.walk(ast.parse(source)):
        compares = isinstance(node, ast.Compare)
        begins = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "startswith"
        constants = {each.value for each in ast.walk(node) if isinstance(each, ast.Constant)}
        text = ast.unparse(node)
        if (compares or begins) and set(ESTIMATORS) & constants and not re.search("attack|pilot|form", text):
            found.append(text)
    return found


def test_nothing_compares_the_name_of_an_estimator() -> None:
    files = list(Path(simstudy.__file__).parent.rglob("*.py"))
    assert {path: names_compared(path.read_text()) for path in files} == {path: [] for path in files}


@pytest.mark.parametrize(
    "source", ["a == 'fgsm'", "a in {'mle', 'x'}", "a.startswith('fgsm')", "(a, b) != ('oracle', 1)"]
)
def test_a_comparison_of_names_is_seen(source: str) -> None:
    assert names_compared(source) == [source]
