"""Blocks through one process or many; results come back as they finish."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from importlib import import_module
from types import ModuleType

from joblib import effective_n_jobs

from simstudy.errors import ConfigError
from simstudy.runner.block import Block, BlockResult
from simstudy.runner.options import BACKENDS, Options
from simstudy.runner.pool import compute, drive
from simstudy.runner.prepare import prepare


def execute(blocks: Sequence[Block], options: Options) -> Generator[BlockResult]:
    """Results of the blocks in the order in which they finish; closing it stops the work.

    Parameters
    ----------
    blocks : sequence of Block
        What to compute.
    options : Options
        Where. No result depends on it, bit for bit; but one process cannot survive a fit that kills it.

    Raises
    ------
    ConfigError
        The backend needs a package that is not installed.
    ResultsError
        A Dask scheduler does not answer or is lost, or a worker has another version of this package.
    """
    if not blocks:
        return
    if options.backend == "loky" and effective_n_jobs(options.jobs) == 1:
        yield from map(compute, blocks)
        return
    # Processes load from the cache what this one has compiled.
    prepare(method for block in blocks for method in block.methods)
    with backend_module(options.backend).open_pool(options, blocks) as pool:
        yield from drive(pool, blocks)


def backend_module(name: str) -> ModuleType:
    """Module of a backend."""
    try:
        return import_module(BACKENDS[name])
    except ModuleNotFoundError as error:
        raise ConfigError(f"backend {name} needs {error.name}: pip install 'simstudy[distributed]'") from error
