"""Which versions of this package computed the rows of a study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from contextlib import suppress

from simstudy.errors import ResultsError
from simstudy.store.files import read_metadata
from simstudy.store.layout import Layout
from simstudy.store.shards import VERSION_KEY, description, own_version, shard_paths


def fits_by_version(layout: Layout, keys: Collection[str], methods: Collection[str]) -> Counter[str]:
    """Fits of some scenarios (by their keys) and methods by the version that computed them."""
    found: Counter[str] = Counter()
    for path in shard_paths(layout):
        with suppress(ResultsError):
            metadata = read_metadata(path)
            shard = description(path, metadata)
            if shard.scenario_key in keys:
                own = len([name for name in shard.methods if name in methods])
                found[metadata.get(VERSION_KEY, b"unknown").decode(errors="replace")] += own * (
                    shard.stop - shard.start
                )
    return +found


def version_note(layout: Layout, keys: Collection[str], methods: Collection[str]) -> str:
    """A sentence on rows that another version of this package computed; empty where there are none."""
    found = fits_by_version(layout, keys, methods)
    if not found.keys() - {own_version()}:
        return ""
    counted = " and ".join(f"{count} by {name}" for name, count in sorted(found.items()))
    if len(found) == 1:
        return f"Fits by another version of simstudy than this one ({own_version()}): {counted}."
    return f"Fits by different versions of simstudy, whose numbers need not agree: {counted}."
