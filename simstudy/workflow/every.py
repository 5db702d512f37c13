"""Several studies from run to figures, side by side, each in processes of its own; what they print goes to a log."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pandas as pd

from simstudy.errors import ResultsError
from simstudy.store.files import read_table, read_text
from simstudy.store.layout import Layout

#: What is done with each study; verdicts that are not as expected end `claims` with code 1 and stop nothing.
STEPS = ("run", "table", "claims", "figure")
#: Seconds between two lines on the studies at work, and between two looks at them.
BETWEEN_LINES, BETWEEN_LOOKS = 10.0, 0.2
#: Exit code of a step that lacks an optional package or data; a study file that is wrong has another and fails.
MISSING = 3


@dataclass
class Job:
    """A study at work: its file, the steps that are left, its process, and what came of it."""

    file: Path
    log: Path
    steps: list[str]
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    problem: str = ""
    failed: bool = False

    @property
    def name(self) -> str:
        """The study's name."""
        return self.file.stem


@dataclass(frozen=True)
class Outcome:
    """What came of all studies.

    Parameters
    ----------
    done, left_out, failed : tuple of str
        Names of studies; `left_out` and `failed` with the reason.
    outcomes : Counter
        Claims and controls by outcome.
    wrong : tuple of str
        Claims that are not as expected and controls that are missed, as study and id.
    """

    done: tuple[str, ...]
    left_out: tuple[str, ...]
    failed: tuple[str, ...]
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether nothing failed and every decided verdict is the expected one."""
        return not self.failed and not self.wrong


def every(
    studies: Sequence[Path],
    *,
    results: Path = Path("results"),
    options: Sequence[str] = (),
    side_by_side: int = 1,
    jobs: int = -1,
    say: Callable[[str], None] = print,
) -> Outcome:
    """Run, tabulate, judge and draw each study.

    Parameters
    ----------
    studies : sequence of Path
        Study files.
    results : Path
        Folder of all results; what the steps print is in ``<results>/logs/<study>.log``.
    options : sequence of str
        Further options of `run`, such as ``--profile full``.
    side_by_side : int
        Studies at work at once.
    jobs : int
        Processes of each.
    say : callable
        Is given a line when a study is done, and one on each that is at work every ten seconds.

    Returns
    -------
    Outcome
    """
    logs = results / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    waiting = [Job(file, logs / f"{file.stem}.log", list(STEPS)) for file in studies]
    everything, working = list(waiting), list[Job]()
    say(f"{len(everything)} studies, {min(side_by_side, len(everything))} at a time; what they print is in {logs}")
    last = monotonic()
    try:
        while waiting or working:
            while waiting and len(working) < side_by_side:
                working.append(waiting.pop(0))
                working[-1].began = monotonic()
            working = [job for job in working if goes_on(job, results, options, jobs, say)]
            if monotonic() - last >= BETWEEN_LINES:
                last = monotonic()
                for job in working:
                    say(f"{job.name}: {step_of(job)}, {last - job.began:.0f} s{last_line(job)}")
            sleep(BETWEEN_LOOKS)
    finally:
        for job in working:
            if job.process is not None:
                job.process.terminate()
    return outcome(everything, results)


def goes_on(job: Job, results: Path, options: Sequence[str], jobs: int, say: Callable[[str], None]) -> bool:
    """Start the next step of a study where the last one has ended; False when it is done or cannot go on."""
    if job.process is not None:
        code = job.process.poll()
        if code is None:
            return True
        if code and not (code == 1 and job.steps[0] == "claims"):
            job.problem, job.failed = reason(job), code != MISSING
            say(f"{job.name}: {'failed' if job.failed else 'left out'}: {job.problem}")
            return False
        job.steps.pop(0)
    while job.steps and job.steps[0] == "claims" and not has_claims(results / job.name):
        job.steps.pop(0)
    if not job.steps:
        say(f"{job.name}: done in {monotonic() - job.began:.0f} s")
        return False
    step = job.steps[0]
    own = options if step == "run" else []
    command = [sys.executable, "-m", "simstudy", step, str(job.file), "--out", str(results), "-j", str(jobs), *own]
    with job.log.open("wb" if step == STEPS[0] else "ab") as log:
        job.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    return True


def has_claims(folder: Path) -> bool:
    """Whether a study that has been run declares claims."""
    path = Layout(folder).study
    return path.exists() and "[[claim]]" in read_text(path)


def step_of(job: Job) -> str:
    """What is done with a study now."""
    return job.steps[0] if job.steps else "done"


def last_line(job: Job) -> str:
    """What a run has said last about its replicates."""
    lines = log_lines(job)
    return f" ({lines[-1]})" if lines and job.steps[:1] == ["run"] and "replicates" in lines[-1] else ""


def reason(job: Job) -> str:
    """The last words of a step that failed."""
    lines = log_lines(job)
    return lines[-1].removeprefix("Error: ") if lines else f"see {job.log}"


def log_lines(job: Job) -> list[str]:
    """Lines of a study's log that say something."""
    if not job.log.exists():
        return []
    return [line.strip() for line in job.log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]


def outcome(everything: Sequence[Job], results: Path) -> Outcome:
    """What came of all studies, from the verdicts that they have written."""
    good = [job for job in everything if not job.problem]
    rows = [(job.name, row) for job in good for row in verdicts(results / job.name)]
    return Outcome(
        tuple(job.name for job in good),
        tuple(f"{job.name}: {job.problem}" for job in everything if job.problem and not job.failed),
        tuple(f"{job.name}: {job.problem}" for job in everything if job.failed),
        Counter(str(row["outcome"]) for _, row in rows),
        tuple(f"{name} {row['claim']}" for name, row in rows if row["outcome"] in {"unexpected", "missed"}),
    )


def verdicts(folder: Path) -> Iterator[dict[Any, Any]]:
    """Lines of a study's ledger; none where it has no claims."""
    path = Layout(folder).claims
    if not path.exists():
        return
    try:
        found: pd.DataFrame = read_table(path).to_pandas()
    except ResultsError:
        return
    yield from found[["claim", "outcome"]].to_dict("records")
