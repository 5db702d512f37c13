"""The command line: parses, calls one verb, prints."""

from simstudy.cli import commands, every, lists, pages, scenario
from simstudy.cli.group import main

__all__ = ["commands", "every", "lists", "main", "pages", "scenario"]
