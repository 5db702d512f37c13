"""The command line: parses, calls one function of `api` or `inspection`, prints."""

from simstudy.cli import commands, pages, scenario
from simstudy.cli.group import main

__all__ = ["commands", "main", "pages", "scenario"]
