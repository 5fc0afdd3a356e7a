"""Cells of a CSV file (RFC 4180) that a spreadsheet shows as what they are, and never runs (DS-28)."""

import re
from collections.abc import Iterable, Sequence

LINE_END = "\r\n"

# With these a spreadsheet begins a formula, or throws away what comes before one. A text that is one but for its own
# apostrophes gets one more, so that whoever takes one away has the text.
_FORMULA = re.compile(r"'*+[=+\-@\t\r\n]")
_LOOKED_AT = frozenset("'=+-@\t\r\n")
_QUOTED = frozenset('",\r\n')
_NOT_PLAIN = re.compile(r'["\r\n\t]|(?:^|,)\'*+[=+@-]')


def text_cell(text: str) -> str:
    """The cell of a text, leading zeros and all; one that a spreadsheet would take for a formula begins with `'`.

    Taking away the first of the apostrophes before `=`, `+`, `-`, `@`, a tab or a line break gives the text back.
    """
    if text and text[0] in _LOOKED_AT and _FORMULA.match(text):
        text = f"'{text}"
    return text if _QUOTED.isdisjoint(text) else '"' + text.replace('"', '""') + '"'


def text_cells(texts: Sequence[str]) -> str:
    """The cells of some texts, without the end of their line."""
    joined = ",".join(texts)
    # Nearly all texts are plain, and one look at all of them is quicker than one at each.
    is_plain = joined.count(",") == len(texts) - 1 and not _NOT_PLAIN.search(joined)
    return joined if is_plain else ",".join(map(text_cell, texts))


def text_line(texts: Iterable[str]) -> str:
    """A line of cells, with its end."""
    return text_cells(tuple(texts)) + LINE_END
