"""How the measures frame names what a row is about."""

from __future__ import annotations

#: Name of the parameter of measures that belong to the whole vector of coefficients, to selection or to counts.
WHOLE = "all"
#: Estimand that the package's own sources have: its components are numbered from 1 under its name, and selection is
#: asked of it whether or not the truth has zeros.
COEFFICIENTS = "beta"


def parameter(estimand: str | None, component: int | None, number: bool) -> str:
    """Display name of a row's parameter.

    Parameters
    ----------
    estimand : str or None
        None for what is about the fits.
    component : int or None
        0-based; None for a number, or for a vector as a whole.
    number : bool
        Whether the estimand is a number.

    Returns
    -------
    str
        ``beta_3`` for component 2 of ``beta``, ``gap`` for a number; for a whole ``all`` of the coefficients and of the
        fits, ``gap_all`` of another vector.
    """
    if estimand is None or (component is None and estimand == COEFFICIENTS):
        return WHOLE
    if component is not None:
        return f"{estimand}_{component + 1}"
    return estimand if number else f"{estimand}_{WHOLE}"
