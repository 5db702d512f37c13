"""The command line: parses, calls one verb, prints."""

from simstudy.cli.group import main

__all__ = ["main"]
