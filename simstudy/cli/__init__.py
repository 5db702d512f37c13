"""The command line: parses, calls one verb, prints."""

from simstudy.cli import commands, pages, scenario
from simstudy.cli.group import main

__all__ = ["commands", "main", "pages", "scenario"]
