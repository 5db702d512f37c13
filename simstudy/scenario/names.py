"""Names that end up in file names, tables and hashes."""

from __future__ import annotations

import hashlib
import json
import re

from simstudy.errors import ConfigError, bad_value


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
