"""The library that differentiates and compiles, loaded at its first use: JAX, of the extra `networks`."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from simstudy.extras import library

#: One thread a process, so that results do not depend on how many cores or workers there are.
ONE_THREAD = {
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "NPROC": "1",
    "JAX_PLATFORMS": "cpu",
}
#: What has been compiled stays there from process to process, unless JAX_COMPILATION_CACHE_DIR names another folder.
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "simstudy" / "xla"


class Engine(NamedTuple):
    """The library and its arrays."""

    jax: Any
    np: Any


@cache
def engine() -> Engine:
    """JAX in double precision, on one thread of the CPU.

    Settings of the environment that are there already stay; nothing is changed where JAX runs already.

    Raises
    ------
    ConfigError
        It is not installed: names the extra.
    """
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)
    jax = library("jax", "networks", "a network")
    jax.config.update("jax_enable_x64", True)
    if jax.config.jax_compilation_cache_dir is None:
        jax.config.update("jax_compilation_cache_dir", str(CACHE))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)
    return Engine(jax, library("jax.numpy", "networks", "a network"))
