"""Keyed random streams: every draw is a function of (seed, key, replicate, stream) and of nothing else."""

from __future__ import annotations

import hashlib
from enum import IntEnum
from functools import lru_cache

import numpy as np


class Stream(IntEnum):
    """Purposes of random numbers; streams of one key never overlap."""

    DATA = 0
    FOLDS = 1
    CONSTANTS = 2
    LIMIT_LAW = 4
    PSEUDO_TRUE = 5
    BOOTSTRAP = 6
    ESTIMATOR = 7
    DESIGN = 8
    POPULATION = 9


@lru_cache
def words(key: str) -> tuple[int, ...]:
    """Four 32-bit words of the SHA-256 digest of `key`."""
    digest = hashlib.sha256(key.encode()).digest()
    return tuple(int.from_bytes(digest[4 * k : 4 * k + 4], "little") for k in range(4))


def study_seed(name: str) -> int:
    """Default seed of a study: a hash of its name, so that two studies are independent."""
    return int.from_bytes(hashlib.sha256(f"study:{name}".encode()).digest()[:8], "little")


def generator(seed: int, key: str, stream: Stream, replicate: int = 0) -> np.random.Generator:
    """Random generator of one purpose in one replicate of one scenario, in O(1).

    Parameters
    ----------
    seed : int
        The study's seed, non-negative.
    key : str
        The scenario's key (a hash of its data-generating part).
    stream : Stream
        What the numbers are for.
    replicate : int
        Replicate index, from 0.
    """
    spawn_key = (*words(key), replicate, int(stream))
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy=seed, spawn_key=spawn_key)))
