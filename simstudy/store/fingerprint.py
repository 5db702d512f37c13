"""What a file of results was made from, told by its content and never by its date.

A fingerprint has two parts, the rows' and the maker's, joined by a hyphen: the first says which rows there were, the
second which study, plug-ins and version of the package made something of them.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from simstudy.errors import ResultsError
from simstudy.store.files import is_intact, read_bytes, read_metadata, write_text
from simstudy.store.layout import Layout
from simstudy.store.lock import alone
from simstudy.store.overlap import Range, merged
from simstudy.store.shards import VERSION_KEY, description, own_version, shard_paths, tallied

#: Key of a parquet file's metadata.
FINGERPRINT = b"simstudy.fingerprint"
SIZE = 32


def digest(content: Mapping[str, Any]) -> str:
    """Hash of something in terms of JSON."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:SIZE]


def of_rows(layout: Layout) -> str:
    """Hash of what the shards hold, whatever their number and what they cost.

    For each scenario and method it sees the replicates, how the fits ended, and the versions that computed them.
    """
    ranges: dict[str, list[Range]] = {}
    outcomes: dict[str, Counter[str]] = {}
    versions: dict[str, set[str]] = {}
    for path in shard_paths(layout):
        # A damaged shard is named by who reads its rows.
        with suppress(ResultsError):
            metadata = read_metadata(path)
            shard, tally = description(path, metadata), tallied(path, metadata)
            for method in shard.methods:
                cell = f"{shard.scenario_key}/{method}"
                ranges.setdefault(cell, []).append((shard.start, shard.stop))
                outcomes.setdefault(cell, Counter()).update(tally.outcomes.get(method, {}))
                versions.setdefault(cell, set()).add(metadata.get(VERSION_KEY, b"").decode())
    cells = {name: [merged(ranges[name]), outcomes[name], sorted(versions[name])] for name in ranges}
    return digest(cells)


def of_maker(definition: Mapping[str, Any]) -> str:
    """Hash of a definition and of this package's version."""
    return digest({"version": own_version(), **definition})


def stored(path: Path) -> str | None:
    """Fingerprint in a parquet file; None where there is none, or no such file that can be read and is as written."""
    try:
        found = read_metadata(path).get(FINGERPRINT) if is_intact(read_bytes(path)) else None
    except ResultsError:
        return None
    return None if found is None else found.decode(errors="replace")


def record(layout: Layout, paths: Iterable[Path], fingerprint: str) -> None:
    """Note in made.json what files without metadata of their own, as they are now, were made from.

    Raises
    ------
    ResultsError
        A file is missing or cannot be read, or the note cannot be written.
    """
    new = {name_of(layout, path): {"sha256": sha256(path), "fingerprint": fingerprint} for path in paths}
    with alone(layout.made):
        write_text(layout.made, json.dumps({**dict(recorded(layout)), **new}, indent=1, sort_keys=True) + "\n")


def recorded(layout: Layout) -> Iterator[tuple[str, dict[str, str]]]:
    """Entries of made.json; what is none is passed over, for its file is made again."""
    try:
        content = json.loads(read_bytes(layout.made))
    except (ResultsError, ValueError, RecursionError):
        return
    for name, entry in content.items() if isinstance(content, dict) else ():
        if isinstance(entry, dict) and all(isinstance(entry.get(key), str) for key in ("sha256", "fingerprint")):
            yield name, {key: entry[key] for key in ("sha256", "fingerprint")}


def noted(layout: Layout, paths: Iterable[Path]) -> dict[Path, str | None]:
    """What each file was made from, by made.json; None for one that is missing or has changed since."""
    known = dict(recorded(layout))
    found: dict[Path, str | None] = {}
    for path in paths:
        entry = known.get(name_of(layout, path))
        with suppress(ResultsError):
            if entry is not None and entry["sha256"] == sha256(path):
                found[path] = entry["fingerprint"]
        found.setdefault(path, None)
    return found


def name_of(layout: Layout, path: Path) -> str:
    """A file's name in made.json."""
    return path.relative_to(layout.folder).as_posix()


def sha256(path: Path) -> str:
    """Digest of a file."""
    return hashlib.sha256(read_bytes(path)).hexdigest()
