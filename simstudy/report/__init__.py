"""Tables of a study in markdown, LaTeX and CSV."""

from simstudy.report.comparisons import (
    best_table,
    dispersion_table,
    limit_law_table,
    oracle_table,
    tradeoff_table,
    uniformity_table,
    weak_oracle_table,
)
from simstudy.report.mechanisms import activation_table, penalties_table, training_table
from simstudy.report.table import Column, Table, cells, csv, latex, markdown, marks, write_table
from simstudy.report.tables import coefficients_table, neutrality_table, root_n_table, support_table

__all__ = [
    "Column",
    "Table",
    "activation_table",
    "best_table",
    "cells",
    "coefficients_table",
    "csv",
    "dispersion_table",
    "latex",
    "limit_law_table",
    "markdown",
    "marks",
    "neutrality_table",
    "oracle_table",
    "penalties_table",
    "root_n_table",
    "support_table",
    "tradeoff_table",
    "training_table",
    "uniformity_table",
    "weak_oracle_table",
    "write_table",
]
