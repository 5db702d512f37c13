"""What holds where, from verdicts."""

from simstudy.report.matrix import Cell, matrix


def claim(theory: str, setting: str, n: int | None, verdict: str, role: str = "claim") -> dict[str, object]:
    return {
        "study": "s", "role": role, "statement": f"about {theory}", "theory": theory, "verdict": verdict,
        "setting": setting, "n": n,
    }  # fmt: skip


def test_a_statement_holds_from_the_smallest_n_after_the_last_failure() -> None:
    verdicts = [
        claim("T10", "gaussian", 200, "contradicted"),
        claim("T10", "gaussian", 800, "supported"),
        claim("T9, T10", "gaussian", 3200, "supported"),
        claim("T9", "binomial", 100, "undecided"),
        claim("T9", "binomial", 100, "contradicted", role="control"),
        claim("T2", "two clouds", None, "contradicted"),
    ]
    found = matrix(verdicts)
    assert found.settings == ("gaussian", "binomial", "two clouds")
    assert [row.statement for row in found.rows] == ["T2", "T9", "T10"]
    cells = {row.statement: row.cells for row in found.rows}
    assert cells["T10"] == (Cell("from n = 800", "holds", "s", 3), None, None)
    assert cells["T9"] == (Cell("from n = 3,200", "holds", "s", 1), Cell("open in 1 of 1", "open", "s", 1), None)
    assert cells["T2"][2] == Cell("fails", "fails", "s", 1)


def test_a_part_that_fails_at_the_largest_n_is_counted() -> None:
    verdicts = [claim("T8", "poisson", 400, "contradicted"), claim("T8", "poisson", 400, "supported")]
    (row,) = matrix(verdicts).rows
    assert row.cells == (Cell("fails in 1 of 2", "mixed", "s", 2),)
