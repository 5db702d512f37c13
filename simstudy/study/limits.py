"""What a study file may hold at most, so that a mistake or a stranger's file is an error at once and never a hang."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from simstudy.errors import ConfigError, bad_value

MOST_BYTES = 10_000_000
MOST_NESTING = 32
MOST_CELLS = 1_000_000
MOST_REPLICATES = 100_000_000

#: Coefficients of a scenario, and numbers in one data set (8 GB).
MOST_COEFFICIENTS = 1_000_000
MOST_NUMBERS = 1_000_000_000

#: Digits of a number at which Python's own reading fails, or takes long, without saying where.
MOST_DIGITS = 400

#: Bits of a whole number; the largest that make sense are seeds.
MOST_BITS = 128

#: Everything in a TOML file that can hide a bracket (texts, comments), brackets, dotted keys and numbers that are too
#: long. A text without an end goes to the end of its line or of the file, so that no place is read twice.
TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?(?:"""|\Z)'
    r"|'''.*?(?:'''|\Z)"
    r'|"(?:\\.|[^"\\\n])*"?'
    r"|'[^'\n]*'?"
    r"|\#[^\n]*"
    r"|(?P<open>[\[{])"
    r"|(?P<close>[\]}])"
    rf"|(?P<dots>(?<![\w.-])(?:[\w-]+[ \t]*\.[ \t]*){{{MOST_NESTING}}})"
    rf"|(?P<digits>\d[\d_]{{{MOST_DIGITS}}})",
    re.DOTALL,
)
KEY = re.compile(r"([\w.\"'-]+)[ \t]*=")


def read_text(path: Path) -> str:
    """Text of a study file.

    Raises
    ------
    ConfigError
        It cannot be read, is a pipe, a device or a folder, is too large or is not UTF-8.
    """
    try:
        # Opening a pipe would wait for somebody who writes into it.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            kind = os.fstat(descriptor)
            if not stat.S_ISREG(kind.st_mode):
                raise ConfigError("cannot be read: it is not a regular file")
            if kind.st_size > MOST_BYTES:
                raise ConfigError(f"is too large: {kind.st_size} bytes, and a study file has at most {MOST_BYTES}")
            return os.read(descriptor, MOST_BYTES).decode()
        finally:
            os.close(descriptor)
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"is not a text file in UTF-8: {error.reason} at byte {error.start}") from None


def parse(text: str) -> dict[str, Any]:
    """A study file's tables.

    Raises
    ------
    ConfigError
        It is not TOML, is nested too deeply or has a number that is too long; the key is named.
    """
    check_tokens(text)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"is not valid TOML: {error}") from None
    for path, value in leaves(document):
        if isinstance(value, int) and value.bit_length() > MOST_BITS:
            found = f"a number of {value.bit_length()} bits"
            raise ConfigError(f"{path} = {found} is not allowed: it must have at most {MOST_BITS} bits")
    return document


def check_tokens(text: str) -> None:
    """Raise ConfigError for what Python's own reader of TOML cannot stand, which is found without it."""
    depth = 0
    for token in TOKEN.finditer(text):
        kind = token.lastgroup
        depth = max(0, depth + (kind == "open") - (kind == "close"))
        if kind == "digits":
            raise ConfigError(f"{key_before(text, token.end())} is a number of more than {MOST_DIGITS} digits")
        if kind == "dots" or depth > MOST_NESTING:
            raise ConfigError(f"{key_before(text, token.end())} is nested more than {MOST_NESTING} deep")


def key_before(text: str, place: int) -> str:
    """The last key in front of a place in a file, and its line."""
    near = text[max(0, place - 2000) : place]
    found = [match[1] for match in KEY.finditer(near)]
    line = f"line {text.count(chr(10), 0, place) + 1}"
    return f"{found[-1]} ({line})" if found else line


def leaves(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Values of a parsed file with their places, such as scenario[0].design.rho.

    Raises
    ------
    ConfigError
        Tables are nested too deeply.
    """
    if depth > MOST_NESTING:
        raise ConfigError(f"{path[:80]} is nested more than {MOST_NESTING} deep")
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from leaves(entry, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from leaves(entry, f"{path}[{index}]", depth + 1)
    else:
        yield path, value


def check_grid(combinations: int) -> None:
    """Raise ConfigError if a [[scenario]] block stands for too many scenarios, before they are made."""
    if combinations > MOST_CELLS:
        raise ConfigError(f"grid of {combinations} scenarios is not allowed: it must have at most {MOST_CELLS}")


def check_data_size(n: int, p: int) -> None:
    """Raise ConfigError if a data set is too large for any machine, before anything of that size is made.

    Parameters
    ----------
    n : int
        Observations.
    p : int
        Coefficients.
    """
    if p > MOST_COEFFICIENTS:
        raise ConfigError(bad_value("p", p, f"at most {MOST_COEFFICIENTS}"))
    if n * p > MOST_NUMBERS:
        raise ConfigError(bad_value("n", n, f"at most {MOST_NUMBERS // p} with p = {p}: one data set would take 8 GB"))
