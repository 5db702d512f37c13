from hypothesis import given
from hypothesis import strategies as st

from simstudy.runner.plan import block_size, cells, missing_ranges, plan_blocks
from simstudy.sources.glm import Scenario
from simstudy.store.shards import Shard
from simstudy.study.method import FixedLambda, Method
from simstudy.study.study import Study

SCENARIOS = (Scenario("gaussian", 30, [1.0]), Scenario("gaussian", 60, [1.0]))
METHODS = (Method("mle", "mle"), Method("fgsm", "fgsm", "lasso", lam=FixedLambda(0.1)))
STUDY = Study("s", "aim", 1, 10, SCENARIOS, METHODS)


def shard(scenario: Scenario, methods: tuple[str, ...], start: int, stop: int) -> Shard:
    return Shard("s", 1, scenario.key, methods, start, stop)


@given(st.integers(1, 30), st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), max_size=6))
def test_missing_ranges_are_exactly_the_replicates_not_present(total: int, present: list[tuple[int, int]]) -> None:
    ranges = [(start, start + length) for start, length in present]
    missing = missing_ranges(total, ranges)
    covered = {k for start, stop in ranges for k in range(start, stop)}
    listed = [k for start, stop in missing for k in range(start, stop)]
    assert listed == [k for k in range(total) if k not in covered]
    assert all(start < stop for start, stop in missing)


@given(st.integers(0, 10**7))
def test_block_size_is_moderate(n: int) -> None:
    assert 20 <= block_size(n) <= 500


def test_an_empty_folder_needs_everything_in_shared_blocks() -> None:
    blocks = plan_blocks(STUDY, cells(STUDY, ()), size=4)
    assert len(blocks) == 6
    assert all([method.name for method in block.methods] == ["mle", "fgsm"] for block in blocks)
    assert [(block.start, block.stop) for block in blocks if block.scenario is SCENARIOS[0]] == [
        (0, 4),
        (4, 8),
        (8, 10),
    ]
    assert [block.start for block in blocks] == [0, 0, 4, 4, 8, 8], "all scenarios advance together"


def test_only_the_gaps_of_each_method_are_planned() -> None:
    on_disk = [
        shard(SCENARIOS[0], ("mle", "fgsm"), 0, 6),
        shard(SCENARIOS[0], ("mle",), 6, 10),
        shard(SCENARIOS[1], ("mle", "fgsm"), 2, 10),
    ]
    blocks = plan_blocks(STUDY, cells(STUDY, on_disk))
    planned = {(b.scenario.n, tuple(m.name for m in b.methods), b.start, b.stop) for b in blocks}
    assert planned == {(30, ("fgsm",), 6, 10), (60, ("mle", "fgsm"), 0, 2)}


def test_cells_count_what_is_there() -> None:
    found = cells(STUDY, [shard(SCENARIOS[0], ("mle",), 0, 4)])
    assert [(cell.present, cell.to_do) for cell in found] == [(4, 6), (0, 10), (0, 10), (0, 10)]


def test_a_complete_study_plans_nothing() -> None:
    on_disk = [shard(scenario, ("mle", "fgsm"), 0, 12) for scenario in SCENARIOS]
    assert plan_blocks(STUDY, cells(STUDY, on_disk)) == []
