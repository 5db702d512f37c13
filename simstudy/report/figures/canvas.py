"""What figures are made of, from matplotlib, which is loaded when the first figure is drawn."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib import rc_context
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch
    from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter, NullLocator, ScalarFormatter
else:

    def late(module: str, name: str) -> Callable[..., Any]:
        """Call of what a module defines; the module is loaded by the first call."""

        def call(*args: Any, **options: Any) -> Any:
            return getattr(import_module(module), name)(*args, **options)

        return call

    # Loading matplotlib takes as long as loading pandas, and no command but those that draw needs it.
    rc_context = late("matplotlib", "rc_context")
    Axes = late("matplotlib.axes", "Axes")
    Figure = late("matplotlib.figure", "Figure")
    Line2D = late("matplotlib.lines", "Line2D")
    Patch = late("matplotlib.patches", "Patch")
    FixedLocator = late("matplotlib.ticker", "FixedLocator")
    FuncFormatter = late("matplotlib.ticker", "FuncFormatter")
    LogLocator = late("matplotlib.ticker", "LogLocator")
    NullFormatter = late("matplotlib.ticker", "NullFormatter")
    NullLocator = late("matplotlib.ticker", "NullLocator")
    ScalarFormatter = late("matplotlib.ticker", "ScalarFormatter")

__all__ = [
    "Axes",
    "Figure",
    "FixedLocator",
    "FuncFormatter",
    "Line2D",
    "LogLocator",
    "NullFormatter",
    "NullLocator",
    "Patch",
    "ScalarFormatter",
    "rc_context",
]
