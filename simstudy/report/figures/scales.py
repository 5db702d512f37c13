"""Logarithmic axes whose marks are plain numbers, and the symmetric form of them where values cross zero."""

from __future__ import annotations

from typing import Any

import numpy as np

from simstudy.report.figures.canvas import FuncFormatter, LogLocator, NullFormatter, NullLocator

#: Marks within a factor of ten, by how many factors of ten an axis has at most.
MARKS = ((1.2, (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)), (2.5, (1.0, 2.0, 5.0)))
#: Factors of ten from which on every other one has a mark.
LONG = 3.2
#: Size of the largest value over the middle one from which on a linear axis would show the largest alone.
FAR = 30.0


def plain_tick(value: float, _: object = None) -> str:
    """A number on an axis as people write it: 16,000, 0.05."""
    return f"{value:,.10g}".replace("-", "−")


def log_axis(axis: Any) -> None:
    """Make an axis logarithmic; its limits must be those of its data already."""
    axis.axes.set(**{f"{axis.axis_name}scale": "log"})
    limits = np.sort(axis.get_view_interval())
    # An axis without data has the limits of a linear one, 0 and 1.
    low, high = np.log10(limits) if limits[0] > 0.0 else (0.0, 1.0)
    marks = next((marks for most, marks in MARKS if high - low <= most), (1.0,))
    axis.set_major_locator(LogLocator(base=100.0 if high - low > LONG else 10.0, subs=marks))
    axis.set_major_formatter(FuncFormatter(plain_tick))
    axis.set_minor_formatter(NullFormatter())


def symmetric_log_axis(axis: Any, values: Any) -> None:
    """Make an axis linear around zero and logarithmic on both sides, for values of either sign.

    The linear part reaches to the power of ten below the middle one of the sizes.
    """
    sizes = np.abs(np.asarray(values, dtype=float))
    sizes = sizes[np.isfinite(sizes) & (sizes > 0.0)]
    threshold = 10.0 ** np.floor(np.log10(np.median(sizes)))
    axis.axes.set(**{f"{axis.axis_name}scale": "symlog"})
    # The scale's own class is asked for again with its threshold: `set` takes no options of a scale.
    getattr(axis.axes, f"set_{axis.axis_name}scale")("symlog", linthresh=threshold)
    powers = threshold * 10.0 ** np.arange(np.ceil(np.log10(sizes.max() / threshold)) + 1)
    axis.set_ticks([*(-powers[::-1]), 0.0, *powers])
    axis.set_major_formatter(FuncFormatter(plain_tick))
    axis.set_minor_locator(NullLocator())


def crosses_far(values: Any) -> bool:
    """Whether values lie on both sides of zero and some are so large that the others could not be told from zero."""
    known = np.asarray(values, dtype=float)
    known = known[np.isfinite(known) & (known != 0.0)]
    if not len(known) or known.min() > 0.0 or known.max() < 0.0:
        return False
    return bool(np.abs(known).max() > FAR * np.median(np.abs(known)))
