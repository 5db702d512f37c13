"""Numbers as text: as many digits as their Monte Carlo standard error (MCSE) supports."""

from __future__ import annotations

import math

#: What stands for a number that does not exist or is not known.
MISSING = "–"
#: Beyond this many decimals a number is written with an exponent.
MOST_DECIMALS = 8


def with_mcse(value: float, mcse: float) -> str:
    """Value and MCSE in parentheses, both with the decimals of two significant digits of the MCSE.

    Examples
    --------
    >>> with_mcse(-0.043217, 0.00119)
    '-0.0432 (0.0012)'
    >>> with_mcse(0.0, float("nan"))
    '0 (–)'
    """
    if math.isnan(value):
        return MISSING
    if not mcse > 0:
        return f"{value:.3g} ({MISSING})"
    return f"{rounded(value, decimals(mcse))} ({rounded(mcse, decimals(mcse))})"


def with_interval(value: float, lower: float, upper: float, mcse: float) -> str:
    """Value and interval in brackets, with the decimals of two significant digits of the MCSE."""
    if math.isnan(value):
        return MISSING
    if not mcse > 0:
        return f"{value:.3g} [{MISSING}]"
    return f"{rounded(value, decimals(mcse))} {bounds(lower, upper, mcse)}"


def bounds(lower: float, upper: float, mcse: float) -> str:
    """Interval in brackets, with the decimals of two significant digits of the MCSE."""
    if not mcse > 0:
        return MISSING
    return f"[{rounded(lower, decimals(mcse))}, {rounded(upper, decimals(mcse))}]"


def beside(predicted: float, predicted_mcse: float, mcse: float) -> str:
    """Prediction to stand beside a simulated number that has the MCSE `mcse`.

    It has the decimals of the simulated number. Its own MCSE follows in parentheses where it is at least a tenth of
    the simulated one, and decides on the decimals where it is larger or the simulated one is unknown.
    """
    if math.isnan(predicted):
        return MISSING
    if predicted_mcse > 0 and not predicted_mcse <= mcse:
        return with_mcse(predicted, predicted_mcse)
    if not mcse > 0 or predicted == 0:
        return f"{predicted:.3g}"
    own = f" ({rounded(predicted_mcse, decimals(mcse))})" if predicted_mcse >= mcse / 10 else ""
    return rounded(predicted, decimals(mcse)) + own


def setting(value: float) -> str:
    """Number known without error, with up to four decimals."""
    return MISSING if math.isnan(value) else f"{round(value, 4) + 0.0:.10g}"


def p_value(p: float) -> str:
    """P-value with two decimals, three below 0.1."""
    if math.isnan(p):
        return MISSING
    if p < 0.001:
        return "<0.001"
    return f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def decimals(mcse: float) -> int:
    """Decimals that two significant digits of `mcse` > 0 take up; negative for an MCSE of 100 and more."""
    exponent = int(f"{mcse:.1e}".split("e")[1])
    return 1 - exponent


def rounded(value: float, digits: int) -> str:
    """Value rounded to `digits` decimals (to tens, hundreds, ... where negative), zero without a sign."""
    if digits > MOST_DECIMALS:
        return f"{value:.1e}"
    number = round(value, digits) + 0.0
    return f"{number:.{max(digits, 0)}f}"
