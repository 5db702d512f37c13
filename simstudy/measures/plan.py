"""Which measures are computed of which estimand, and in which order the measures frame has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from simstudy.measures.measure import MEASURES, Default, Measure, Of


@dataclass(frozen=True)
class Step:
    """A measure of the components, or of the whole.

    Parameters
    ----------
    measure : Measure
    whole : bool
        Whether it is one number of a vector.
    asked : bool
        Whether it was asked for, and so is computed wherever it can be.
    place : int
        Its place in the frame.
    """

    measure: Measure
    whole: bool
    asked: bool
    place: int = 0

    def applies(self, has_truth: bool, number: bool, sparse: bool) -> bool:
        """Whether it is computed of an estimand: with a truth or without, a number or a vector, asked about zeros."""
        measure = self.measure
        if (self.whole and number) or (measure.sparse and (number or not sparse)):
            return False
        if measure.needs_truth and not has_truth:
            return False
        return self.asked or measure.default is not Default.WITHOUT_TRUTH or not has_truth


def steps(asked: Sequence[str]) -> list[Step]:
    """Steps of the default measures and of those that are asked for, in the order of the frame.

    What is always computed comes first: components, then wholes, then what needs standard errors, then failures;
    after it the others in the same way.

    Raises
    ------
    ConfigError
        Unknown name of a measure.
    """
    named = {name: MEASURES[name] for name in asked}
    default = {name: each for name, each in MEASURES.items() if each.default is not Default.NEVER}
    found = [Step(each, whole, name in named) for name, each in (default | named).items() for whole in _wholes(each)]
    places = {name: place for place, name in enumerate(MEASURES)}
    found.sort(key=lambda step: (*_stage(step), places[step.measure.name], step.whole))
    return [replace(step, place=place) for place, step in enumerate(found)]


def _wholes(measure: Measure) -> Sequence[bool]:
    return {Of.COMPONENT: (False,), Of.VECTOR: (True,), Of.BOTH: (False, True)}[measure.of]


def _stage(step: Step) -> tuple[bool, int]:
    later = step.measure.default is not Default.ALWAYS
    if step.measure.of_fits:
        return later, 3
    if step.measure.needs_errors:
        return later, 2
    return later, int(step.whole and not step.measure.paired)
