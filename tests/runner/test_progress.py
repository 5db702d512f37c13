import io
import time

import pytest
from rich.console import Console

from simstudy.runner import progress
from simstudy.runner.processes import in_processes
from simstudy.runner.progress import line_writer, reporter, when_slow


def test_lines_come_every_ten_seconds_and_at_the_end() -> None:
    times = iter([0.0, 5.0, 12.0, 15.0, 16.0])
    lines: list[str] = []
    advance = line_writer(100, lines.append, clock=lambda: next(times))
    for count in (25, 35, 20, 20):
        advance(count)
    assert lines == [
        "60 of 100 replicates, 5 per second, 8 s left",
        "100 of 100 replicates, 6 per second, 0 s left",
    ]


def test_a_terminal_gets_a_bar_and_a_file_gets_lines() -> None:
    for is_terminal, expected in ((True, "\x1b["), (False, "10 of 10 replicates")):
        out = io.StringIO()
        console = Console(file=out, force_terminal=is_terminal)
        with reporter(console)(10) as advance:
            advance(10)
        assert expected in out.getvalue()


def test_slow_work_says_what_it_is_and_how_far(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    monkeypatch.setattr(progress, "LISTENERS", [])
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.0)
    when_slow(lines.append)
    when_slow(lines.append)

    def wait(seconds: float) -> float:
        time.sleep(seconds)
        return seconds

    assert in_processes(1, wait, [(0.2,), (0.0,)], "the theory") == [0.2, 0.0]
    assert lines[0] == "computing the theory: 0 of 2 done"
    assert lines[1].startswith("computing the theory: 1 of 2 done, about ")
    assert len(lines) == 2
    monkeypatch.setattr(progress, "PATIENCE", 60.0)
    in_processes(1, wait, [(0.0,)], "the theory")
    assert len(lines) == 2
