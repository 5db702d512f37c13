"""A small study with everything that can be broken, its commands, and what its results are: for trials of chaos."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pyarrow.parquet as pq
from click.testing import CliRunner

from simstudy.cli.group import main

STUDY = """
aim = "to be broken"
seed = 3
replicates = 40
analyses = ["root_n"]

[[scenario]]
family = "gaussian"
n = [40, 80]
intercept = 0.5
beta = { pattern = "explicit", values = [1.0, 0.0] }

[[method]]
name = "mle"
estimator = "mle"

[[method]]
name = "fgsm_lasso"
estimator = "fgsm"
penalty = "lasso"
lam = 0.1

[[claim]]
id = "unbiased"
statement = "The MLE is unbiased"
theory = "T8"
method = "mle"
quantity = "bias"
parameter = "beta_1"
prediction = 0.0
margin = 0.5
scenario = { n = 80 }
"""
NAME = "victim"
#: The verbs that write, in the order of a study.
VERBS = ("run", "table", "claims", "figure", "report")
#: What differs between two undisturbed runs by its nature: when and where they were.
UNSTABLE = ("provenance.json", "made.json", ".pdf", ".lock", ".sha256")
FREE_COLUMNS = ("seconds",)
MOMENT = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"
#: Runs the commands given as JSON one after the other in one process, and prints how each ended.
DRIVER = """
import json, sys, traceback
from click.testing import CliRunner
from simstudy.cli.group import main
ends = []
for command in json.loads(sys.argv[1]):
    found = CliRunner().invoke(main, command)
    odd = found.exception is not None and not isinstance(found.exception, SystemExit)
    ends.append([found.exit_code, found.output, "".join(traceback.format_exception(found.exception)) if odd else ""])
print("ENDS" + json.dumps(ends))
"""


@dataclass(frozen=True)
class End:
    """How a command ended: `odd` is the traceback of an error that nobody raised on purpose."""

    code: int
    output: str
    odd: str


def write_study(folder: Path, text: str = STUDY) -> Path:
    """The study file in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{NAME}.toml"
    path.write_text(text)
    return path


def command(verb: str, *more: str) -> list[str]:
    """Arguments of a verb on the study of the working folder, whose results are in it."""
    if verb == "run":
        more = ("--quiet", *more)
    if verb == "figure":
        more = ("--format", "svg", *more)
    return [verb, f"{NAME}.toml", *more]


def environment() -> dict[str, str]:
    """The environment of a command, on one thread."""
    return {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def drive(folder: Path, commands: Sequence[Sequence[str]], timeout: float = 300.0) -> list[End]:
    """Run commands one after the other in a new process that works in a folder.

    A process that ends otherwise, or not in time, is odd.
    """
    arguments = [sys.executable, "-c", DRIVER, json.dumps(commands)]
    try:
        done = subprocess.run(
            arguments, check=False, capture_output=True, text=True, timeout=timeout, env=environment(), cwd=folder
        )
    except subprocess.TimeoutExpired:
        return [End(-1, "", f"not ended after {timeout} s")]
    found = [line for line in done.stdout.splitlines() if line.startswith("ENDS")]
    if not found:
        return [End(done.returncode, done.stdout, f"died: {done.stderr[-2000:]}")]
    return [End(*each) for each in json.loads(found[0].removeprefix("ENDS"))]


def late(*_: object) -> NoReturn:
    """Answer an alarm."""
    raise TimeoutError("not ended in time")


def here(folder: Path, commands: Sequence[Sequence[str]], seconds: int = 300) -> list[End]:
    """Run commands one after the other in this process, each in a folder and for so long at most."""
    ends, before = [], Path.cwd()
    signal.signal(signal.SIGALRM, late)
    os.chdir(folder)
    try:
        for each in commands:
            signal.alarm(seconds)
            found = CliRunner().invoke(main, each)
            signal.alarm(0)
            odd = found.exception is not None and not isinstance(found.exception, SystemExit)
            text = "".join(traceback.format_exception(found.exception)) if odd else ""
            ends.append(End(found.exit_code, found.output, text))
    finally:
        signal.alarm(0)
        os.chdir(before)
    return ends


def state(results: Path) -> dict[str, str]:
    """What the results are, bit for bit: rows by replicate without seconds, and the digest of every other file."""
    folder = results / NAME
    found = dict(digests(results))
    rows: list[str] = []
    for path in sorted(folder.glob("replicates/*.parquet")):
        table = pq.read_table(path)
        names = [name for name in table.column_names if name not in FREE_COLUMNS]
        rows += map(repr, zip(*(table[name].to_pylist() for name in names), strict=True))
    return {**found, "rows": hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()}


def digests(folder: Path) -> Iterator[tuple[str, str]]:
    """Digest of each file that two undisturbed runs have in common, but for shards, by its path."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        is_kept = not name.endswith(UNSTABLE) and "replicates/" not in name and "set_aside" not in name
        if is_kept and path.is_file() and not path.name.startswith("."):
            # A report lists the runs, of which a study that was disturbed has more.
            content = re.sub(
                rb"<tr>(?:(?!</tr>).)*" + MOMENT + rb".*?</tr>\s*", b"", path.read_bytes(), flags=re.DOTALL
            )
            yield name, hashlib.sha256(content).hexdigest()


def different(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """Names of what differs between two states."""
    return sorted(name for name in {**one, **other} if one.get(name) != other.get(name))


def left_behind(results: Path) -> list[str]:
    """Files in the making that nobody is making any more."""
    return sorted(str(path) for path in results.rglob("*.tmp"))


def everything() -> list[list[str]]:
    """All commands that write, in order."""
    return [command(verb) for verb in VERBS]


def reference(folder: Path) -> dict[str, str]:
    """Run everything undisturbed.

    Raises
    ------
    RuntimeError
        A command failed: there is nothing to compare with.
    """
    write_study(folder)
    failed = [end for end in here(folder, everything()) if end.code or end.odd]
    if failed:
        raise RuntimeError(f"the undisturbed study failed: {failed[0].output}\n{failed[0].odd}")
    return state(folder / "results")
