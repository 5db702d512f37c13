"""What holds for every measure of the registry, whoever wrote it."""

from collections.abc import Iterator

import numpy as np
import pytest

from simstudy.errors import ConfigError
from simstudy.measures import MEASURES, Estimate, Measure
from simstudy.measures.arguments import arguments
from simstudy.measures.catalogue import OURS
from simstudy.measures.estimate import FIELDS, FloatArray
from simstudy.measures.measure import ARGUMENTS, Of

SHAPES = [
    (entry, whole)
    for entry in OURS
    for whole in {Of.COMPONENT: (False,), Of.VECTOR: (True,)}.get(entry.of, (False, True))
]
EVERY = pytest.mark.parametrize(("entry", "whole"), SHAPES, ids=[f"{entry.name}-{whole}" for entry, whole in SHAPES])
TRUTH = np.array([[1.0, 0.0, -0.5, 0.0], [0.5, 0.0, 0.0, 2.0]])
#: Bounds of what no count of replicates is behind.
UNBOUNDED = [(-np.inf, np.inf), (0.0, np.inf), (-1.0, np.inf)]


def sample(replicates: int) -> dict[str, FloatArray]:
    """Two vectors of four components, some exactly zero, with standard errors that are zero there."""
    rng = np.random.default_rng(8)
    values = TRUTH + 0.7 * rng.normal(size=(replicates, *TRUTH.shape))
    values[np.abs(values) < 0.4] = 0.0
    reference = values + 0.2 * rng.normal(size=values.shape)
    errors = np.where(values == 0, 0.0, rng.uniform(0.5, 1.0, size=values.shape))
    failed = rng.random((replicates, 1)) < 0.2
    return {"values": values, "truth": TRUTH, "reference": reference, "standard_errors": errors, "failed": failed}


def taken(entry: Measure, whole: bool, given: dict[str, FloatArray]) -> dict[str, FloatArray]:
    return {"failed": given["failed"]} if entry.of_fits else arguments(given.__getitem__, entry, whole)


def measured(entry: Measure, whole: bool, given: dict[str, FloatArray]) -> Estimate:
    return entry.evaluate(taken(entry, whole, given))


def parts(estimate: Estimate) -> Iterator[FloatArray]:
    return (getattr(estimate, name) for name in FIELDS)


def size(entry: Measure, whole: bool) -> int:
    return 1 if entry.of_fits else 2 if whole else 8


def test_the_list_is_the_registry_and_says_what_each_measure_is() -> None:
    assert [MEASURES[entry.name] for entry in OURS] == list(OURS)
    for entry in OURS:
        assert entry.description, entry.name
        assert entry.formula, entry.name
        assert entry.mcse, entry.name
        assert set(entry.takes) <= set(ARGUMENTS)
        assert entry.of is Of.VECTOR or not entry.sparse or entry.name == "zero_probability"


@EVERY
@pytest.mark.parametrize("replicates", [1, 2, 3, 60])
def test_one_number_for_each_component_or_vector_within_its_bounds(
    entry: Measure, whole: bool, replicates: int
) -> None:
    estimate = measured(entry, whole, sample(replicates))
    low, high = np.array([entry.range(truth) for truth in TRUTH]).T if size(entry, whole) > 1 else entry.range(TRUTH[0])
    if not whole and not entry.of_fits:
        low, high = np.repeat(low, 4), np.repeat(high, 4)
    for part in parts(estimate):
        assert part.shape == (size(entry, whole),)
    for part in (estimate.value, estimate.lower, estimate.upper):
        assert (np.isnan(part) | ((low <= part) & (part <= high))).all()
    assert not (estimate.mcse == 0).any()
    assert not (estimate.mcse < 0).any()
    assert not (estimate.lower > estimate.value).any()
    assert not (estimate.upper < estimate.value).any()


@EVERY
def test_no_replicate_gives_nan(entry: Measure, whole: bool) -> None:
    for part in parts(measured(entry, whole, sample(0))):
        assert part.shape == (size(entry, whole),)
        assert np.isnan(part).all()


@EVERY
def test_one_replicate_has_no_mcse(entry: Measure, whole: bool) -> None:
    assert np.isnan(measured(entry, whole, sample(1)).mcse).all()


@EVERY
def test_sixty_replicates_have_a_value_and_an_mcse(entry: Measure, whole: bool) -> None:
    estimate = measured(entry, whole, sample(60))
    if entry.name != "relative_bias":  # nothing is relative to zero
        assert np.isfinite(estimate.value).all()
    if entry.name == "top_share":  # nobody has seen the tail
        assert np.isnan(estimate.mcse).all()
    else:
        assert np.isfinite(estimate.mcse).any()


@EVERY
def test_replicates_that_agree_prove_nothing(entry: Measure, whole: bool) -> None:
    """The MCSE of a share or of a count is that of an unseen event; any other is unknown."""
    given = {name: each if name == "truth" else np.repeat(each[:1], 50, axis=0) for name, each in sample(60).items()}
    mcse = measured(entry, whole, given).mcse
    if entry.bounds in UNBOUNDED:
        assert np.isnan(mcse).all()
    else:
        assert (np.isnan(mcse) | ((mcse > 0) & (mcse < 0.03))).all()


@EVERY
def test_the_order_of_replicates_changes_nothing(entry: Measure, whole: bool) -> None:
    given, order = sample(60), np.random.default_rng(3).permutation(60)
    shuffled = {name: each if name == "truth" else each[order] for name, each in given.items()}
    for there, again in zip(parts(measured(entry, whole, given)), parts(measured(entry, whole, shuffled)), strict=True):
        np.testing.assert_allclose(again, there, rtol=1e-9, atol=1e-12)


@EVERY
def test_vectors_side_by_side_do_not_know_of_each_other(entry: Measure, whole: bool) -> None:
    if entry.of_fits:
        return
    given = sample(60)
    together = measured(entry, whole, given)
    for vector in (0, 1):
        alone = {name: each[..., [vector], :] for name, each in given.items() if name != "failed"}
        alone |= {"truth": TRUTH[[vector]]}
        half = slice(vector * size(entry, whole) // 2, (vector + 1) * size(entry, whole) // 2)
        for there, again in zip(parts(together), parts(measured(entry, whole, alone)), strict=True):
            np.testing.assert_array_equal(again, there[half])


def test_an_unknown_measure_is_named() -> None:
    with pytest.raises(ConfigError, match=r"measure: unknown 'medain'.*did you mean 'median'"):
        MEASURES["medain"]
