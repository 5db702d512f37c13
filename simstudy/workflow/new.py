"""A new study: a commented study file and plug-in that run, or a copy of a study that comes with the package."""

from __future__ import annotations

import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from simstudy.errors import ConfigError, bad_value, unknown_name
from simstudy.registry import NAME
from simstudy.store.files import write_text

#: What stands for the study's name in the templates.
PLACEHOLDER = "NAME"


def new(name: str, *, folder: str | Path = ".", source: str | None = None) -> tuple[Path, ...]:
    """Write a study to start from.

    Parameters
    ----------
    name : str
        Name of the study: a letter, then letters, digits and underscores.
    folder : str or Path
        Where to write ``NAME.toml`` and, for a study of one's own, its plug-in ``NAME.py``.
    source : str, optional
        A study that comes with the package, such as "root_n", to copy instead.

    Returns
    -------
    tuple of Path
        The files.

    Raises
    ------
    ConfigError
        The name is not allowed, one of the files exists, or there is no such study to copy.
    ResultsError
        The folder cannot be written.
    """
    if not re.fullmatch(NAME, name):
        raise ConfigError(bad_value("NAME", name, "a letter, then letters, digits or _"))
    contents = template(name) if source is None else {f"{name}.toml": shipped(source).read_text(encoding="utf-8")}
    paths = {Path(folder) / each: text for each, text in contents.items()}
    for path in paths:
        if path.exists():
            raise ConfigError(bad_value("NAME", name, f"another name: {path} exists"))
    for path, text in paths.items():
        # A folder of the user's own may be a link.
        write_text(path.parent.resolve() / path.name, text)
    return tuple(paths)


def template(name: str) -> dict[str, str]:
    """Contents of the files of a study of one's own."""
    folder = files("simstudy.workflow") / "templates"
    texts = {".toml": "study.template", ".py": "plugin.template"}
    read = {ending: (folder / each).read_text(encoding="utf-8") for ending, each in texts.items()}
    return {f"{name}{ending}": text.replace(PLACEHOLDER, name) for ending, text in read.items()}


def shipped(name: str) -> Traversable:
    """Study file of this name that comes with the package.

    Raises
    ------
    ConfigError
        There is none; lists those that there are.
    """
    found = {each.name.removesuffix(".toml"): each for each in studies() if each.name.endswith(".toml")}
    if name not in found:
        raise ConfigError(unknown_name("--from", name, found))
    return found[name]


def studies() -> list[Traversable]:
    """The studies that come with the package: in it where it is installed, beside it in a checkout."""
    inside = files("simstudy") / "experiments"
    if inside.is_dir():
        return list(inside.iterdir())
    beside = Path(str(files("simstudy"))).parent / "experiments"
    return list(beside.iterdir()) if beside.is_dir() else []
