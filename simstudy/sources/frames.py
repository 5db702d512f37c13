"""Tables in files and in memory: reading them, the hash of their content, and columns that data can be made of."""

from __future__ import annotations

import functools
import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pyarrow import csv

from simstudy.errors import ConfigError, bad_value


def _csv(content: io.BytesIO) -> pd.DataFrame:
    # Arrow's reader gives every float back to its last digit, whatever the version of pandas.
    frame: pd.DataFrame = csv.read_csv(content).to_pandas()
    return frame


#: End of a file's name -> its reader.
READERS: dict[str, Callable[[io.BytesIO], pd.DataFrame]] = {".csv": _csv, ".parquet": pd.read_parquet}


def read_frame(path: Path) -> tuple[pd.DataFrame, str]:
    """The table in a CSV or parquet file, and the SHA-256 hash of the file; read anew only when it has changed.

    Raises
    ------
    ConfigError
        The file does not exist, is of another kind, or does not hold a table.
    """
    try:
        stat = path.stat()
        return _read(path, stat.st_mtime_ns, stat.st_size)
    except OSError as error:
        raise ConfigError(bad_value("path", str(path), f"a file that can be read: {error.strerror}")) from None


@functools.lru_cache(maxsize=4)
def _read(path: Path, modified: int, size: int) -> tuple[pd.DataFrame, str]:  # noqa: ARG001 - tell versions apart
    if path.suffix not in READERS:
        raise ConfigError(bad_value("path", str(path), f"a file that ends in {' or '.join(READERS)}"))
    content = path.read_bytes()
    try:
        frame = READERS[path.suffix](io.BytesIO(content))
    except ValueError as error:
        raise ConfigError(bad_value("path", str(path), f"a table: {error}")) from None
    return frame, hashlib.sha256(content).hexdigest()


def content_of(frame: pd.DataFrame) -> str:
    """SHA-256 hash of a table in memory: of what it would be as a CSV file."""
    return hashlib.sha256(frame.to_csv(index=False).encode()).hexdigest()


def check_numbers(key: str, name: str, column: pd.Series[Any]) -> None:
    """Refuse a column that is not made of finite numbers.

    Raises
    ------
    ConfigError
        Names the key of the study file, the column, and the first row (from 0) without a value.
    """
    missing = np.flatnonzero(column.isna())
    if missing.size:
        where = f"{missing.size} of {len(column)} rows, the first is row {missing[0]}"
        raise ConfigError(bad_value(key, name, f"a column without missing values: {where}"))
    if not pd.api.types.is_numeric_dtype(column):
        raise ConfigError(bad_value(key, name, f"a numeric column, not one of {column.dtype}"))
    if not np.isfinite(column.to_numpy(dtype=np.float64)).all():
        raise ConfigError(bad_value(key, name, "a column of finite numbers"))
