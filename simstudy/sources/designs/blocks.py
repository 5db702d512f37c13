"""Covariates in blocks of columns of different laws, correlated through latent normals."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from typing_extensions import override

from simstudy.errors import ConfigError, bad_value
from simstudy.sources.designs.block import Block
from simstudy.sources.designs.correlation import Correlated
from simstudy.sources.designs.independent_blocks import IndependentBlock
from simstudy.sources.designs.latent_blocks import LatentBlock
from simstudy.sources.designs.latent_law import LatentLaw, LatentVariable
from simstudy.sources.designs.law import Array, ComplexArray

TWO_CUTS = "two dichotomised or categorical variables with nonzero coefficients share correlated latent normals"


@dataclass(frozen=True)
class Blocks(Correlated):
    """Blocks of columns, in their order, raw unless standardised.

    The correlation (rho, correlation or matrix, as in `Correlated`) is that of the latent normals of the normal,
    dichotomised and categorical variables, in their order; the other blocks are independent of everything.

    Parameters
    ----------
    blocks : tuple of Block
        At least one; at most one of them leaves its number of columns out.

    Raises
    ------
    ConfigError
        There is no block, several leave their columns out, or a value is out of its range.
    """

    name: ClassVar[str] = "blocks"
    blocks: tuple[Block, ...] = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "blocks", tuple(self.blocks))
        if not self.blocks or not all(isinstance(block, Block) for block in self.blocks):
            raise ConfigError(bad_value("blocks", list(self.blocks), "a list of at least one block"))
        if sum(block.columns is None for block in self.blocks) > 1:
            raise ConfigError(bad_value("blocks", "several without columns", "blocks of which one at most has none"))

    @property
    def is_normal(self) -> bool:
        """Whether rows are jointly normal."""
        return all(block.is_normal for block in self.blocks)

    def counts(self, p: int) -> list[int]:
        """Number of variables in each block of a design with p columns.

        Raises
        ------
        ConfigError
            The blocks do not make p columns.
        """
        given = sum(block.width * block.columns for block in self.blocks if block.columns is not None)
        counts = []
        for block in self.blocks:
            rest, remainder = divmod(p - given, block.width)
            if block.columns is None and (rest < 1 or remainder):
                allowed = f"more than {given} by a multiple of {block.width} (design.blocks)"
                raise ConfigError(bad_value("p", p, allowed))
            counts.append(rest if block.columns is None else block.columns)
        total = sum(block.width * k for block, k in zip(self.blocks, counts, strict=True))
        if total != p:
            raise ConfigError(bad_value("blocks", f"{total} columns", f"p = {p} columns"))
        return counts

    @override
    def check_columns(self, p: int) -> None:
        super().check_columns(p)
        counts = self.counts(p)
        self._check_normals(sum(block.latents * k for block, k in zip(self.blocks, counts, strict=True)))

    @override
    def _draw(self, n: int, p: int, rng: np.random.Generator) -> Array:
        counts = self.counts(p)
        ends = np.cumsum([block.latents * k for block, k in zip(self.blocks, counts, strict=True)])
        Z = self._normals(n, int(ends[-1]), rng)
        latents = np.split(Z, ends[:-1], axis=1)
        X = np.hstack([block.draw(k, z, rng) for block, k, z in zip(self.blocks, counts, latents, strict=True)])
        if self.standardise == "law":
            X = (X - self._raw("mean", p)) / self._raw("sd", p)
        return np.ascontiguousarray(X)

    def _raw(self, moment: str, p: int) -> Array:
        """Means or standard deviations (p,) of the raw columns."""
        parts = [np.tile(getattr(block, moment), k) for block, k in zip(self.blocks, self.counts(p), strict=True)]
        return np.concatenate(parts)

    def _scale(self, p: int) -> Array:
        """Raw columns are divided by this, (p,)."""
        return np.ones(p) if self.standardise == "none" else self._raw("sd", p)

    @override
    def means(self, p: int) -> Array:
        return self.mean + (self._raw("mean", p) if self.standardise == "none" else np.zeros(p))

    @override
    def predictor_mean(self, beta: tuple[float, ...]) -> float:
        return math.fsum(self.means(len(beta)) * np.array(beta))

    def _parts(self, raw: Array) -> Iterator[tuple[Block, int, Array]]:
        """Each block, its number of variables and its part of p values."""
        start = 0
        for block, k in zip(self.blocks, self.counts(len(raw)), strict=True):
            yield block, k, raw[start : start + block.width * k]
            start += block.width * k

    def _latent_law(self, beta: Array) -> LatentLaw:
        """Law of the part of x'beta that is a function of the latent normals, for coefficients of raw columns."""
        variables = []
        latent = 0
        for block, k, part in self._parts(beta):
            if isinstance(block, LatentBlock):
                for coefficients in part.reshape(k, block.width):
                    if coefficients.any():
                        variables.append(LatentVariable(latent, tuple(coefficients.tolist()), block.thresholds))
                    latent += 1
        return LatentLaw(variables, self._correlation(np.array([v.latent for v in variables], dtype=np.int64)))

    @override
    def covariance(self, p: int) -> Array:
        is_latent = np.concatenate([np.repeat(block.latents, len(part)) for block, _, part in self._parts(np.zeros(p))])
        columns = np.flatnonzero(is_latent)
        C = np.diag(self._raw("sd", p) ** 2)
        C[np.ix_(columns, columns)] = self._latent_law(np.ones(p)).covariance()
        return C / np.outer(self._scale(p), self._scale(p))

    @override
    def predictor_variance(self, beta: Array) -> float:
        raw = beta / self._scale(len(beta))
        total = self._latent_law(raw).variance()
        for block, _, part in self._parts(raw):
            if isinstance(block, IndependentBlock):
                total += float(part @ part * block.sd[0] ** 2)
        return total

    @override
    def predictor_obstacle(self, beta: Array) -> str | None:
        return TWO_CUTS if self._latent_law(beta).has_joint_cuts() else super().predictor_obstacle(beta)

    @override
    def has_exponential_moments(self, beta: Array) -> bool:
        return all(block.has_exponential_moments(part) for block, _, part in self._parts(beta))

    @override
    def predictor_characteristic(self, t: Array, beta: Array) -> ComplexArray:
        raw = beta / self._scale(len(beta))
        product = self._latent_law(raw).characteristic(t)
        for block, _, part in self._parts(raw):
            if isinstance(block, IndependentBlock):
                product *= block.law.predictor_characteristic(t, part * block.sd)
        return product
