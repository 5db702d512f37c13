"""Writing a figure: the same bytes in every run, with its description inside."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

from simstudy.errors import ConfigError, unknown_name
from simstudy.report.figures.canvas import Figure, rc_context
from simstudy.report.figures.style import SETTINGS
from simstudy.store.files import write_bytes

#: Formats and the names that their metadata give to title, description and what changes from run to run.
FORMATS = {
    "svg": ("Title", "Description", ("Date",)),
    "pdf": ("Title", "Subject", ("CreationDate",)),
    "png": ("Title", "Description", ()),
}
DPI = 160
#: Where the caption in a figure's description ends and its numbers begin.
NUMBERS = "In numbers:"
DESCRIPTION = "{http://purl.org/dc/elements/1.1/}description"


def write_figure(figure: Figure, name: str, folder: Path, formats: Sequence[str] = ("svg", "pdf")) -> list[Path]:
    """Write ``<name>.<format>`` into the folder; the figure's label goes into the files as their description.

    Raises
    ------
    ConfigError
        There is no such format.
    ResultsError
        The folder cannot be written.
    """
    for wanted in formats:
        if wanted not in FORMATS:
            raise ConfigError(unknown_name("format", wanted, FORMATS))
    paths = []
    for ending in dict.fromkeys(formats):
        paths.append(folder / f"{name}.{ending}")
        write_bytes(paths[-1], content(figure, name, ending))
    return paths


def content(figure: Figure, name: str, ending: str) -> bytes:
    """Bytes of the figure in a format."""
    title, description, changing = FORMATS[ending]
    metadata = {title: name, description: str(figure.get_label()), **dict.fromkeys(changing)}
    sink = BytesIO()
    with rc_context(SETTINGS):
        figure.savefig(sink, format=ending, metadata=metadata, dpi=DPI)
    return sink.getvalue()


def description(svg: str) -> str:
    """Description inside an SVG file that `write_figure` made; empty where there is none."""
    try:
        root = ET.fromstring(svg)
    except ET.ParseError:
        return ""
    found = next(root.iter(DESCRIPTION), None)
    return "" if found is None else re.sub(r"\s+", " ", found.text or "").strip()
