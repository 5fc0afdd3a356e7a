"""Cells of CSV files: read back as they were by the standard library, and never a formula."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onhand.basics.cells import text_cell, text_line

texts = st.text(st.sampled_from("'=-\r\n\t,\"a") | st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


@pytest.mark.contract("DS-28")
@given(st.lists(texts, min_size=2, max_size=6))
def test_cells_are_read_back_as_they_were_but_for_the_sign_before_a_formula(cells: list[str]) -> None:
    (row,) = csv.reader(io.StringIO(text_line(cells), newline=""), strict=True)
    assert [cell if cell == own else cell.removeprefix("'") for cell, own in zip(row, cells, strict=True)] == cells
    # No two texts are written alike: by a cell itself it can be told whether the sign was put before it.
    assert [re.sub(r"^'(?='*[=+@\t\r\n-])", "", cell) for cell in row] == cells
    assert not any(cell.startswith(tuple("=+-@\t\r\n")) for cell in row)


@pytest.mark.contract("DS-28")
@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("00012947218283", "00012947218283"),
        ("", ""),
        ('say "x", y', '"say ""x"", y"'),
        ("two\nlines", '"two\nlines"'),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@a", "'@a"),
        ("\t=1", "'\t=1"),
        ("\r=1", '"\'\r=1"'),
        ('=A1&"x"', '"\'=A1&""x"""'),
        ("a=1", "a=1"),
        ("'=1", "''=1"),
        ("''=1", "'''=1"),
        ("'tis", "'tis"),
        ("'", "'"),
    ],
)
def test_a_cell_is_quoted_where_it_must_be_and_never_a_formula(text: str, cell: str) -> None:
    assert text_cell(text) == cell
