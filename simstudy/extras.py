"""Libraries of the package's extras, loaded when something needs them."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from simstudy.errors import MissingError


def library(module: str, extra: str, purpose: str) -> ModuleType:
    """A module that is installed with one of the package's extras.

    Parameters
    ----------
    module : str
        Its full name.
    extra : str
        The extra of this package that installs it.
    purpose : str
        What needs it, as the error says it.

    Raises
    ------
    MissingError
        It is not installed: names it, the extra, and the command that installs both.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise MissingError(f"{purpose} needs {error.name}: pip install 'simstudy[{extra}]'") from error
