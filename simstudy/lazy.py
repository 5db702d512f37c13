"""Names of a package whose modules are imported when a name is used first, as its stub says."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from simstudy.registry import register_ours

#: Decorators with which a user adds entries to the registries.
DECORATORS = {"analysis", "estimand", "estimator", "family", "law", "measure", "penalty", "source"}


def names(package: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """What a package needs to answer for the names that its stub imports (PEP 562).

    The stub ``__init__.pyi`` is what type checkers read, so that each name stands once.

    Parameters
    ----------
    package : str
        ``__name__`` of the package.
    file : str
        ``__file__`` of the package; the stub lies beside it.

    Returns
    -------
    __getattr__, __dir__, __all__
        The first raises AttributeError where the stub does not have the name.
    """
    tree = ast.parse(Path(file).with_suffix(".pyi").read_text(encoding="utf-8"))
    origins = {
        each.asname or each.name: (str(node.module), each.name)
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for each in node.names
    }

    def get(name: str) -> Any:
        if name not in origins:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        if name in DECORATORS:
            register_ours()
        module, original = origins[name]
        if module == package:
            return import_module(f"{package}.{original}")
        value = getattr(import_module(module), original)
        # The next time Python finds it there and does not ask.
        setattr(sys.modules[package], name, value)
        return value

    return get, lambda: sorted([*origins, "__version__"]), list(origins)
