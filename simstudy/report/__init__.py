"""Tables of a study in markdown, LaTeX and CSV."""

from simstudy.report.table import Column, Table, cells, csv, latex, markdown, write_table
from simstudy.report.tables import coefficients_table, neutrality_table, root_n_table, support_table

__all__ = [
    "Column",
    "Table",
    "cells",
    "coefficients_table",
    "csv",
    "latex",
    "markdown",
    "neutrality_table",
    "root_n_table",
    "support_table",
    "write_table",
]
