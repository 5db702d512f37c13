"""Files that cannot be read are kept under another name: neither lost nor in the way."""

from __future__ import annotations

import itertools
from pathlib import Path

from simstudy.errors import ResultsError
from simstudy.store.files import refuse_link
from simstudy.store.layout import Layout


def keep_aside(layout: Layout, path: Path) -> Path | None:
    """Move a file of a study into its folder of files set aside.

    Returns
    -------
    Path or None
        Where it is now; None where it was not there any more.

    Raises
    ------
    ResultsError
        The folder cannot be written, or is a link.
    """
    refuse_link(layout.set_aside, path.parent)
    if not path.exists():
        return None
    try:
        layout.set_aside.mkdir(parents=True, exist_ok=True)
        place = free_name(layout.set_aside / path.name)
        path.replace(place)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ResultsError(f"cannot move {path} to {layout.set_aside}: {error.strerror}") from error
    return place


def free_name(path: Path) -> Path:
    """The path, or with a number where a file of this name is there already."""
    names = (path.with_name(f"{path.stem}.{k}{path.suffix}") for k in itertools.count(1))
    return path if not path.exists() else next(name for name in names if not name.exists())
