"""The source `table`: rows of a file or DataFrame, with their own response or with a simulated one."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simstudy.errors import ConfigError, InputError, bad_value, unknown_name
from simstudy.families import family as family_of
from simstudy.records import Data
from simstudy.sources.frames import check_numbers, content_of, read_frame
from simstudy.sources.registry import source

Array = NDArray[np.float64]

#: Stands for the path of a table that was made from a DataFrame.
IN_MEMORY = Path("a DataFrame")


@source("table")
@dataclass(frozen=True)
class Table:
    """Rows of a table, drawn anew for each replicate.

    Parameters
    ----------
    n : int
        Rows in a data set.
    path : Path
        A CSV or parquet file; in a study file, relative to it. `Table.from_frame` takes a DataFrame.
    family : str
        Response family.
    response : str
        Column of the response, whose law nobody knows: there is no truth. Empty: it is simulated from `beta`.
    covariates : tuple of str
        Columns of X in their order; empty for all columns but the response.
    replacement : bool
        Whether rows are drawn with replacement.
    standardise : bool
        Whether covariates are centred and divided by their standard deviation (divisor: number of rows) in the table.
    holdout : bool
        Whether the rows that were not drawn are the data's test part.
    beta : tuple of float
        Coefficients of a simulated response, one for each covariate.
    intercept : float
        Intercept of a simulated response.
    has_intercept : bool
        Whether the model, and with it every fit, has an intercept.
    sigma : float
        Standard deviation of simulated gaussian errors; 1 in the other families.
    content : str
        SHA-256 hash of the file, found when it is left out; data are refused when it is another one.

    Raises
    ------
    ConfigError
        The file does not exist, cannot be read or has changed; a column does not exist, is not numeric or has missing
        or infinite values; there are too few rows; the response is outside the family's support; or response and beta
        do not suit each other.
    """

    n: int
    path: Path = field(metadata={"key": False})
    family: str
    response: str = ""
    covariates: tuple[str, ...] = ()
    replacement: bool = False
    standardise: bool = False
    holdout: bool = False
    beta: tuple[float, ...] = ()
    intercept: float = 0.0
    has_intercept: bool = True
    sigma: float = 1.0
    content: str = ""

    def __post_init__(self) -> None:
        frame, content = self._frame()
        if self.content and self.content != content:
            raise ConfigError(bad_value("content", self.content, f"that of {self.path}, which has changed: {content}"))
        names = self.covariates or tuple(str(name) for name in frame.columns if name != self.response)
        given = {
            "path": Path(self.path),
            "content": content,
            "covariates": tuple(names),
            "beta": tuple(map(float, self.beta)),
        }
        for name, value in given.items():
            object.__setattr__(self, name, value)
        self._check_columns(frame)
        self._check_rows(len(frame))
        self._check_response(frame)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, **values: Any) -> Table:
        """A table whose rows are those of a DataFrame; the other fields as they are.

        Raises
        ------
        ConfigError
            As the class.
        """
        table = object.__new__(cls)
        object.__setattr__(table, "_given", frame.rename(columns=str))
        table.__init__(path=IN_MEMORY, **values)  # type: ignore[misc]
        return table

    @property
    def p(self) -> int:
        """Number of covariates."""
        return len(self.covariates)

    def truth(self) -> dict[str, Any]:
        """True values of a simulated response: `beta` (p,) and `intercept`; empty where the response is the table's."""
        if self.response:
            return {}
        return {"beta": np.array(self.beta), **({"intercept": self.intercept} if self.has_intercept else {})}

    def sample(self, rng: np.random.Generator) -> Data:
        """Draw one data set: first its rows, then its simulated responses.

        Raises
        ------
        InputError
            The file is not the one that the table was made from, or a simulated mean is too large to draw from.
        """
        frame, content = self._frame()
        if content != self.content:
            raise InputError(bad_value("path", str(self.path), f"the file with the content {self.content}"))
        rows = rng.choice(len(frame), size=self.n, replace=self.replacement)
        X, y = self._part(frame, rows, rng)
        if not self.holdout:
            return Data(X, y)
        left = np.setdiff1d(np.arange(len(frame)), rows)
        return Data(X, y, test=self._part(frame, left, rng))

    def _part(self, frame: pd.DataFrame, rows: NDArray[np.intp], rng: np.random.Generator) -> tuple[Array, Array]:
        table = frame[list(self.covariates)]
        X = np.ascontiguousarray(table.iloc[rows].to_numpy(dtype=np.float64))
        if self.standardise:
            X = (X - table.mean().to_numpy()) / table.std(ddof=0).to_numpy()
        if self.response:
            return X, frame[self.response].iloc[rows].to_numpy(dtype=np.float64)
        eta = X @ np.array(self.beta) + self.intercept
        return X, family_of(self.family).sample(eta, rng, self.sigma)

    def _frame(self) -> tuple[pd.DataFrame, str]:
        """The whole table, and the hash of its content."""
        frame = getattr(self, "_given", None)
        return read_frame(Path(self.path)) if frame is None else (frame, content_of(frame))

    def _check_columns(self, frame: pd.DataFrame) -> None:
        columns = [str(name) for name in frame.columns]
        if len(set(self.covariates)) < len(self.covariates) or not self.covariates:
            raise ConfigError(bad_value("covariates", list(self.covariates), "at least one column, each of them once"))
        if self.response in self.covariates:
            raise ConfigError(bad_value("covariates", list(self.covariates), "columns without the response"))
        for key, names in (("covariates", self.covariates), ("response", (self.response,) if self.response else ())):
            for name in names:
                if name not in columns:
                    raise ConfigError(unknown_name(key, name, columns))
                check_numbers(key, name, frame[name])
                if self.standardise and key == "covariates" and frame[name].nunique() == 1:
                    raise ConfigError(bad_value(key, name, "columns that vary, to be standardised"))

    def _check_rows(self, rows: int) -> None:
        if isinstance(self.n, bool) or not isinstance(self.n, int) or self.n < 1:
            raise ConfigError(bad_value("n", self.n, "a whole number of at least 1"))
        most = rows - 1 if self.holdout else rows
        if not self.replacement and self.n > most:
            what = "with one left for the test part" if self.holdout else "its rows"
            raise ConfigError(bad_value("n", self.n, f"at most {most} of {self.path} ({what}), or replacement = true"))

    def _check_response(self, frame: pd.DataFrame) -> None:
        family = family_of(self.family)
        if not 0.0 < self.sigma < math.inf or (not family.has_scale and self.sigma != 1.0):
            raise ConfigError(bad_value("sigma", self.sigma, "a finite positive number, 1 but in the gaussian family"))
        if not math.isfinite(self.intercept) or (self.intercept != 0.0 and (self.response or not self.has_intercept)):
            raise ConfigError(
                bad_value("intercept", self.intercept, "finite, and of a simulated response that has one")
            )
        if self.response:
            if self.beta:
                raise ConfigError(bad_value("beta", list(self.beta), "left out where the response is a column"))
            try:
                family.check_response(frame[self.response].to_numpy(dtype=np.float64))
            except InputError as error:
                raise ConfigError(f"response {self.response}: {error}") from None
        elif len(self.beta) != self.p or not all(map(math.isfinite, self.beta)):
            allowed = f"{self.p} finite numbers, one for each covariate, or left out with a response"
            raise ConfigError(bad_value("beta", list(self.beta), allowed))
