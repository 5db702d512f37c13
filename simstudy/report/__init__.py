"""Tables in markdown, LaTeX and CSV, figures, and the report: how numbers are printed and drawn."""

from simstudy.report.table import Column, Table, cells, csv, latex, markdown, marks, write_table

__all__ = ["Column", "Table", "cells", "csv", "latex", "markdown", "marks", "write_table"]
