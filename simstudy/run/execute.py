"""Blocks through one process or many; results come back as they finish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from joblib import Parallel, delayed, parallel_config

from simstudy.errors import ConfigError, bad_value
from simstudy.run.block import Block, BlockResult, run_block


def check_jobs(jobs: int) -> None:
    """Raise ConfigError unless `jobs` is a number of processes or -1 for every core."""
    if jobs != -1 and jobs < 1:
        raise ConfigError(bad_value("jobs", jobs, "1 or more, or -1 for every core"))


def execute(blocks: Sequence[Block], jobs: int) -> Iterator[BlockResult]:
    """Results of the blocks in the order in which they finish.

    Parameters
    ----------
    blocks : sequence of Block
        What to compute.
    jobs : int
        Processes; 1 computes in this process, -1 uses every core. No result depends on it.
    """
    # One thread in each worker: more would fight for the cores and could change the last bit of a sum.
    with parallel_config(backend="loky", n_jobs=jobs, inner_max_num_threads=1):
        work = (delayed(run_block)(block) for block in blocks)
        yield from Parallel(return_as="generator_unordered", batch_size=1, max_nbytes=None)(work)
