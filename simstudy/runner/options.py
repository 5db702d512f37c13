"""How a run is carried out; nothing here changes a number in its results."""

from __future__ import annotations

import re
from dataclasses import dataclass

from simstudy.errors import ConfigError, bad_value, unknown_name
from simstudy.runner.precision import Target

#: Backend -> module whose `open_pool` starts it; imported when it is asked for, because dask is optional and slow.
BACKENDS = {"loky": "simstudy.runner.processes", "dask": "simstudy.runner.cluster"}


@dataclass(frozen=True)
class Part:
    """Part `index` (from 1) of a run that `count` runs share."""

    index: int
    count: int

    def __post_init__(self) -> None:
        if self.count < 1 or not 1 <= self.index <= self.count:
            raise ConfigError(bad_value("shard", str(self), "I/K with 1 <= I <= K, such as 2/8"))

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"

    def owns(self, scenario_key: str, chunk: int) -> bool:
        """Whether this part computes a chunk of a scenario's replicates; exactly one part does."""
        return (int(scenario_key[:8], 16) + chunk) % self.count == self.index - 1


def parse_part(text: str) -> Part:
    """Part from ``I/K``.

    Raises
    ------
    ConfigError
        Another form, or I is not among 1, ..., K.
    """
    match = re.fullmatch(r"(-?\d+)/(-?\d+)", text.strip())
    if match is None:
        raise ConfigError(bad_value("shard", text, "I/K with 1 <= I <= K, such as 2/8"))
    return Part(int(match[1]), int(match[2]))


@dataclass(frozen=True)
class Options:
    """Where and how a study is computed.

    Parameters
    ----------
    jobs : int
        Processes; 1 computes in this process, -1 uses every core.
    backend : {"loky", "dask"}
        Processes of this machine, or a Dask cluster.
    scheduler : str, optional
        Address of a Dask scheduler; without it a cluster of `jobs` workers is started on this machine.
    part : Part, optional
        Compute only this part of the study; other runs on the same folder compute the others.
    fresh : tuple of str
        Methods whose results are computed again, because their definition has changed.
    until : Target, optional
        Stop a scenario when every method and parameter is as precise as this. Looked at after 100, 200, 400, ...
        replicates; the study's number of replicates is the most.
    keep_going : bool
        Whether to compute all replicates of a scenario and method whose first ones all end in an error.

    Raises
    ------
    ConfigError
        A value is not allowed, or two do not go together.
    """

    jobs: int = 1
    backend: str = "loky"
    scheduler: str | None = None
    part: Part | None = None
    fresh: tuple[str, ...] = ()
    until: Target | None = None
    keep_going: bool = False

    def __post_init__(self) -> None:
        if self.jobs != -1 and self.jobs < 1:
            raise ConfigError(bad_value("jobs", self.jobs, "1 or more, or -1 for every core"))
        if self.backend not in BACKENDS:
            raise ConfigError(unknown_name("backend", self.backend, BACKENDS))
        if self.scheduler is not None and self.backend != "dask":
            raise ConfigError(bad_value("scheduler", self.scheduler, "left out unless the backend is dask"))
        if self.fresh and self.part is not None:
            raise ConfigError(bad_value("shard", str(self.part), "left out with fresh, which one run must do alone"))
