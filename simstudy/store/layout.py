"""Where the files of one study are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """Paths of one study's results.

    Parameters
    ----------
    folder : Path
        The study's own folder, usually ``results/<study>``.
    """

    folder: Path

    @property
    def study(self) -> Path:
        """The resolved study file."""
        return self.folder / "study.toml"

    @property
    def provenance(self) -> Path:
        """What produced the results: versions, machine, commit, command lines."""
        return self.folder / "provenance.json"

    @property
    def scenarios(self) -> Path:
        """The truth, one row a scenario."""
        return self.folder / "scenarios.parquet"

    @property
    def replicates(self) -> Path:
        """Folder of the shards, one row for every attempted fit."""
        return self.folder / "replicates"

    @property
    def set_aside(self) -> Path:
        """Folder of shards that could not be read."""
        return self.folder / "set_aside"

    @property
    def lock(self) -> Path:
        """Empty file that a run locks while it writes here."""
        return self.folder / ".lock"

    @property
    def measures(self) -> Path:
        """Performance measures with their Monte Carlo standard errors."""
        return self.folder / "measures.parquet"

    @property
    def predictions(self) -> Path:
        """What the theory predicts, as the last tables showed it."""
        return self.folder / "predictions.parquet"

    @property
    def claims(self) -> Path:
        """Verdicts on the study's claims."""
        return self.folder / "claims.parquet"

    @property
    def made(self) -> Path:
        """What the tables and figures were made from."""
        return self.folder / "made.json"

    @property
    def tables(self) -> Path:
        """Folder of the tables."""
        return self.folder / "tables"

    @property
    def figures(self) -> Path:
        """Folder of the figures."""
        return self.folder / "figures"

    def slider(self, name: str) -> Path:
        """What the report's slider of an analysis draws from."""
        return self.figures / f"{name}.slider.json"
