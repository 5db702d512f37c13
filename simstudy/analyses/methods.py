"""What an analysis asks of a study's methods: which belong together, and which of them have a law."""

from __future__ import annotations

from dataclasses import dataclass

from simstudy.errors import SimstudyError
from simstudy.estimators.capabilities import Law, Placement
from simstudy.estimators.registry import ESTIMATORS
from simstudy.families import family
from simstudy.measures.names import COEFFICIENTS
from simstudy.penalties import PENALTIES
from simstudy.runner.methods import ResolvedMethod, resolve
from simstudy.sources.glm import Scenario
from simstudy.study.labels import penalty_words
from simstudy.study.method import MatchedLambda, Method
from simstudy.study.study import Study
from simstudy.theory.shifts import Target
from simstudy.verdicts.foretold import Targets

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Grid:
    """Methods of one estimator and penalty that differ in lambda only."""

    estimator: str
    penalty: str
    methods: tuple[str, ...]

    @property
    def name(self) -> str:
        """Estimator and penalty, for tables."""
        words = ESTIMATORS[self.estimator].words
        return words.format(penalty_words(self.penalty)) if words else f"{self.estimator} {self.penalty}"


@dataclass(frozen=True)
class Contender:
    """Methods that differ in lambda only, and those of penalised likelihood with the same penalty.

    Parameters
    ----------
    name : str
        Estimator and penalty, for the table.
    methods, references : tuple of str
        Names of the methods.
    is_plain : bool
        Whether the methods are FGSM itself, and no relative of it.
    """

    name: str
    methods: tuple[str, ...]
    references: tuple[str, ...]
    is_plain: bool = True


def contrasts(study: Study) -> Pairs:
    """Pairs (method, reference) whose paired difference has a meaning in the theory.

    An FGSM method and the method matched to it (T11); an FGSM method with a penalty that is constant for large
    coefficients and the oracle (T8).
    """
    bounded = [method.name for method in study.methods if has_oracle_law(method)]
    return (*matched_pairs(study), *((name, other) for name in bounded for other in oracles(study)))


def matched_pairs(study: Study) -> Pairs:
    """FGSM methods with the methods that are matched to them (T11)."""
    return tuple((m.lam.method, m.name) for m in study.methods if isinstance(m.lam, MatchedLambda))


def oracles(study: Study) -> list[str]:
    """Names of the methods that know the support."""
    return [method.name for method in study.methods if method.entry.law == Law.ORACLE]


def lacks_glm(study: Study) -> str:
    """Why there are no limit laws; empty if there can be."""
    return "" if study.glm else "scenarios of the source glm"


def lacks_coefficients(study: Study) -> str:
    """Why nothing can be said about coefficients; empty if their truth is known everywhere."""
    known = all(COEFFICIENTS in scenario.truth() for scenario in study.scenarios)
    return "" if known else f"scenarios whose truth has {COEFFICIENTS}, as those of the source glm have"


def lacks_contrasts(study: Study) -> str:
    """Why no difference of biases has a meaning in the theory; empty if one has."""
    needed = "an FGSM method, and a penalised one that is matched to it or an oracle beside a bounded penalty"
    return lacks_glm(study) or ("" if contrasts(study) else needed)


def lacks_contenders(study: Study) -> str:
    """Why there is no trade-off to look at; empty if there is."""
    needed = "an FGSM method, and a penalised one that is matched to it or has its penalty"
    return lacks_coefficients(study) or ("" if matched_pairs(study) or contenders(study) else needed)


def lacks_loop(study: Study) -> str:
    """Why no training loop can be compared; empty if one can."""
    needed = "a training loop, and FGSM with the same penalty and lambda"
    return lacks_coefficients(study) or ("" if trained(study) else needed)


def lacks_oracle(study: Study) -> str:
    """Why nothing can be compared with an oracle; empty if it can."""
    needed = "a method that knows the support, such as estimator = 'oracle'"
    return lacks_coefficients(study) or ("" if oracles(study) else needed)


def against_oracles(study: Study) -> Pairs:
    """Every method with each of those that know the support."""
    return tuple((method.name, other) for other in oracles(study) for method in study.methods if method.name != other)


def has_oracle_law(method: Method) -> bool:
    """Whether the method is FGSM with a bounded penalty."""
    return method.entry.law == Law.FGSM and method.penalty is not None and PENALTIES[method.penalty].bounded


def contenders(study: Study) -> list[Contender]:
    """Estimators with FGSM's penalty inside, each with the penalised likelihood methods of the same penalty."""
    found = grids(study)
    return [
        Contender(grid.name, grid.methods, other.methods, ESTIMATORS[grid.estimator].law == Law.FGSM)
        for grid in found
        for other in found
        if ESTIMATORS[grid.estimator].placement == Placement.INSIDE
        and ESTIMATORS[other.estimator].law == Law.PENALISED
        and grid.penalty == other.penalty
    ]


def of_contenders(study: Study) -> Pairs:
    """Every method of each contender with each that it stands against."""
    return tuple((name, other) for each in contenders(study) for name in each.methods for other in each.references)


def grids(study: Study) -> list[Grid]:
    """Methods that differ in lambda only, by estimator and penalty."""
    found: dict[tuple[str, str], list[str]] = {}
    for method in study.methods:
        if method.penalty is not None:
            found.setdefault((method.estimator, method.penalty), []).append(method.name)
    return [Grid(*kind, tuple(names)) for kind, names in found.items()]


def trained(study: Study) -> list[tuple[str, str, str]]:
    """Training loops with the FGSM method of the same penalty and lambda, and the penalty in words."""
    return [
        (loop.name, other.name, " ".join([str(loop.penalty), *(f"{k} = {v:g}" for k, v in loop.parameters)]))
        for loop in study.methods
        for other in study.methods
        if loop.entry.loop
        and other.entry.law == Law.FGSM
        and (loop.penalty, loop.parameters, loop.lam) == (other.penalty, other.parameters, other.lam)
    ]


def targets(study: Study) -> Targets:
    """Estimator and penalty of each method that has a law, in each scenario."""
    return {key: value for scenario in study.glm for key, value in targets_in(scenario, study).items()}


def targets_in(scenario: Scenario, study: Study) -> Targets:
    """Estimator and penalty of each method that has a law, in one scenario."""
    try:
        resolved = resolve(scenario, study.methods)
    except SimstudyError:
        return {}
    return {(scenario.label, m.name): target(m) for m in resolved if not why_no_law(m)}


def target(method: ResolvedMethod) -> Target:
    """The method as the theory sees it."""
    return method.estimator, method.arguments.get("penalty")


def why_no_law(method: ResolvedMethod) -> str:
    """Why the theory says nothing about a method; empty if it does."""
    if method.rule is not None:
        return "its lambda is chosen from the data"
    if method.without_intercept:
        return "the theory is that of a fit with the source's intercept"
    if method.entry.law == Law.PENALISED and method.arguments.get("steps", 0):
        return "the theory is that of the fixed point, not of a number of steps"
    if method.arguments.get("attack", "fgsm") != "fgsm":
        law = family(method.arguments["family"])
        # Labels give both attacks one sign, and a symmetric loss is largest away from y: elsewhere they differ.
        if law.kinked and not law.quadratic:
            return f"the theory is that of attack = 'fgsm', which differs in the {law.name} family"
    return ""
