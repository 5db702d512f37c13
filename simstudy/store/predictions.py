"""What the theory predicts for a study, kept so that tables and figures need not compute it twice."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

from simstudy.errors import ResultsError
from simstudy.store.files import read_table, write_frame
from simstudy.store.layout import Layout

#: Keys of the file's metadata: the study that it is for, and why the theory is silent where it is.
FINGERPRINT, REASONS = b"simstudy.fingerprint", b"simstudy.reasons"


def write_predictions(layout: Layout, frame: pd.DataFrame | None, reasons: Sequence[str], fingerprint: str) -> None:
    """Write predictions (None: there are none) and the reasons where there are none.

    Raises
    ------
    ResultsError
        The folder cannot be written.
    """
    kept = {FINGERPRINT: fingerprint.encode(), REASONS: json.dumps(list(reasons)).encode()}
    write_frame(layout.predictions, pd.DataFrame() if frame is None else frame, kept)


def read_predictions(layout: Layout, fingerprint: str) -> tuple[pd.DataFrame | None, tuple[str, ...]] | None:
    """Predictions and reasons as written; None where the file is missing, damaged or another study's."""
    try:
        table = read_table(layout.predictions)
        known = table.schema.metadata or {}
        if known.get(FINGERPRINT) != fingerprint.encode():
            return None
        return to_frame(table), tuple(json.loads(known[REASONS]))
    except (ResultsError, KeyError, ValueError):
        return None


def to_frame(table: pa.Table) -> pd.DataFrame | None:
    """Predictions as a frame; None where the theory has none."""
    frame: pd.DataFrame | None = table.to_pandas() if table.num_columns else None
    return frame
