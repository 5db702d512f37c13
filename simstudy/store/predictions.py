"""What the theory predicts for a study, kept so that tables and figures need not compute it twice."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from simstudy.store.files import write_bytes
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
    table = pa.Table.from_pandas(pd.DataFrame() if frame is None else frame, preserve_index=False)
    kept = {**(table.schema.metadata or {}), FINGERPRINT: fingerprint, REASONS: json.dumps(list(reasons))}
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(kept), sink)
    write_bytes(layout.predictions, sink.getvalue().to_pybytes())


def read_predictions(layout: Layout, fingerprint: str) -> tuple[pd.DataFrame | None, tuple[str, ...]] | None:
    """Predictions and reasons as written; None where the file is missing, damaged or another study's."""
    try:
        table = pq.read_table(layout.predictions)
    except (OSError, pa.ArrowInvalid):
        return None
    known = table.schema.metadata or {}
    if known.get(FINGERPRINT, b"").decode() != fingerprint:
        return None
    frame = table.to_pandas() if table.num_columns else None
    return frame, tuple(json.loads(known[REASONS]))
