"""Registries: what a study can ask for by name, ours and everybody's."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

from simstudy.errors import ConfigError, bad_value, unknown_name

T = TypeVar("T")

#: A name is a key of study files and a part of column and file names.
NAME = r"[A-Za-z][A-Za-z0-9_]*"


class Registry(Mapping[str, T], Generic[T]):
    """The entries of one kind by name; total, so that a name which is not there raises and never stands for another.

    Parameters
    ----------
    kind : str
        What the entries are, in the singular, as error messages name it.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, T] = {}

    def register(self, name: str, entry: T, *, replace: bool = False) -> T:
        """Add an entry.

        Parameters
        ----------
        name : str
            A letter, then letters, digits and underscores.
        entry : T
            What the name stands for.
        replace : bool
            Whether the entry may take the place of another one of its name.

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
            raise ConfigError(bad_value(f"name of the {self.kind}", name, "a letter, then letters, digits or _"))
        if name in self._entries and not replace:
            raise ConfigError(
                bad_value(f"name of the {self.kind}", name, f"another name: there is a {self.kind} {name}")
            )
        self._entries[name] = entry
        return entry

    def __getitem__(self, name: str) -> T:
        try:
            return self._entries[name]
        except (KeyError, TypeError):
            raise ConfigError(unknown_name(self.kind, name, self._entries)) from None

    def __contains__(self, name: object) -> bool:
        # Mapping's own asks __getitem__ and expects KeyError.
        return isinstance(name, str) and name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


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
