"""Cells of a CSV file (RFC 4180) that a spreadsheet shows as what they are, and never runs (DS-28)."""

from collections.abc import Iterable

LINE_END = "\r\n"

# With these a spreadsheet begins a formula, or throws away what comes before one.
_FORMULA_STARTS = frozenset("=+-@\t\r\n")
_QUOTED = frozenset('",\r\n')


def text_cell(text: str) -> str:
    """The cell of a text, leading zeros and all; one that a spreadsheet would take for a formula begins with `'`."""
    if text and text[0] in _FORMULA_STARTS:
        text = f"'{text}"
    return text if _QUOTED.isdisjoint(text) else '"' + text.replace('"', '""') + '"'


def text_line(texts: Iterable[str]) -> str:
    """A line of cells, with its end."""
    return ",".join(map(text_cell, texts)) + LINE_END
