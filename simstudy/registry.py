"""Registries: what a study can ask for by name, ours and everybody's."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Generic, TypeVar

from simstudy.errors import ConfigError, bad_value, unknown_name

T = TypeVar("T")

#: A name is a key of study files and a part of column and file names.
NAME = r"[A-Za-z][A-Za-z0-9_]*"
ALLOWED_NAME = "a letter, then letters, digits or _"

#: A registration made anew: it is kept with the plug-in whose code made it.
Registration = Callable[[], Any]

#: The code of plug-ins that is being executed, innermost last: its hash, and the registrations that it has made so far.
_running: list[tuple[str, list[Registration]]] = []


#: Modules that import everything of the package that registers an entry.
OURS = ("simstudy.analyses", "simstudy.geometry", "simstudy.networks", "simstudy.theory.proportional")


def register_ours() -> None:
    """Make every entry of the package known, so that whoever registers their own afterwards takes no name of ours."""
    with registering(""):
        for module in OURS:
            import_module(module)


@contextmanager
def registering(code: str) -> Iterator[list[Registration]]:
    """Everything that is registered meanwhile comes from code of a plug-in that has this hash."""
    made: list[Registration] = []
    _running.append((code, made))
    try:
        yield made
    finally:
        _running.pop()


class Registry(Mapping[str, T], Generic[T]):
    """The entries of one kind by name; total, so that a name which is not there raises and never stands for another.

    Parameters
    ----------
    kind : str
        What the entries are, in the singular, as error messages name it.
    homes : sequence of str
        Modules outside the registry's own folder that register entries of this kind; they are imported at the first
        look-up.
    """

    def __init__(self, kind: str, homes: Sequence[str] = ()) -> None:
        self.kind = kind
        self._homes = homes
        self._entries: dict[str, T] = {}
        self._code: dict[str, str] = {}

    def register(self, name: str, entry: T) -> T:
        """Add an entry.

        An entry of a plug-in takes the place of another plug-in's of the same name, so that studies with plug-ins of
        their own can be read one after the other; the package's own entries stay.

        Parameters
        ----------
        name : str
            A letter, then letters, digits and underscores.
        entry : T
            What the name stands for.

        Returns
        -------
        T
            The entry.

        Raises
        ------
        ConfigError
            The name is taken or not allowed.
        """
        if not isinstance(name, str) or not re.fullmatch(NAME, name):
            raise ConfigError(bad_value(f"name of the {self.kind}", name, ALLOWED_NAME))
        code, made = _running[-1] if _running else ("", [])
        if name in self._entries and not (code and self._code[name]):
            raise ConfigError(bad_value(f"name of the {self.kind}", name, "another name: it is taken"))
        self._entries[name], self._code[name] = entry, code
        made.append(lambda: self._again(name, entry, code))
        return entry

    def _known(self) -> dict[str, T]:
        """All entries."""
        homes, self._homes = self._homes, ()
        for module in homes:
            with registering(""):
                import_module(module)
        return self._entries

    def _again(self, name: str, entry: T, code: str) -> None:
        self._entries[name], self._code[name] = entry, code

    def code(self, name: str) -> str:
        """Hash of the code in a plug-in that an entry rests on; empty for the package's own.

        Raises
        ------
        ConfigError
            There is no such entry.
        """
        self[name]
        return self._code[name]

    def __getitem__(self, name: str) -> T:
        try:
            return self._known()[name]
        except (KeyError, TypeError):
            raise ConfigError(unknown_name(self.kind, name, self._entries)) from None

    def __contains__(self, name: object) -> bool:
        # Mapping's own asks __getitem__ and expects KeyError.
        return isinstance(name, str) and name in self._known()

    def __iter__(self) -> Iterator[str]:
        return iter(self._known())

    def __len__(self) -> int:
        return len(self._known())


def check_name(field: str, name: str, pattern: str = r"[A-Za-z0-9_-]+") -> None:
    """Refuse a name that is not safe as a part of a path.

    Raises
    ------
    ConfigError
        Names the field, the name and what it may consist of.
    """
    if not re.fullmatch(pattern, name):
        raise ConfigError(bad_value(field, name, f"made of the characters {pattern}"))


def digest(definition: object) -> str:
    """Hash of a definition in JSON terms, 16 hexadecimal digits; the order of keys does not matter."""
    canonical = json.dumps(definition, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def joint(*codes: str) -> str:
    """Hash of several codes of `Registry.code`; empty where all are the package's own."""
    given = [code for code in codes if code]
    return digest(given) if len(given) > 1 else "".join(given)
