import io

from rich.console import Console

from simstudy.runner.progress import line_writer, reporter


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
