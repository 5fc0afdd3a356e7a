"""Files that are not what a report is: told, instead of read as rows that look right."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onhand.basics.cells import text_line
from onhand.client import FileRow, SettlementRow, Unreadable, rows_of_file
from onhand.client.csvs import rows_in

HEAD = b"Transaction Key,Currency,Amount\r\n"


def rows(tmp_path: Path, content: bytes, kind: type = SettlementRow) -> list[SettlementRow]:
    path = tmp_path / "report.csv"
    path.write_bytes(content)
    return rows_of_file(path, kind).to_list()


@pytest.mark.parametrize("kind", [SettlementRow, FileRow])
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (HEAD + b"k,USD,12.34\r\nl,US", "line 3: it has 2 cells under 3 columns"),
        (HEAD + b'k,USD,12.34\r\n"l,USD,5', "line 3: it has 1 cells under 3 columns"),
        (HEAD + b"k,USD,12.34,5\r\n", "line 2: it has 4 cells under 3 columns"),
        (HEAD + b"k\xe9,USD,12.34\r\n", "not UTF-8"),
        (HEAD + b"k" * 1_000_001 + b",USD,12.34\r\n", "field larger than"),
        (b"", "it is empty"),
    ],
    ids=["cut short", "cut in a quoted cell", "a cell too many", "another encoding", "an endless cell", "empty"],
)
def test_a_file_that_is_not_whole_is_unreadable(tmp_path: Path, content: bytes, told: str, kind: type) -> None:
    with pytest.raises(Unreadable, match=told):
        rows(tmp_path, content, kind)


def test_a_page_for_people_is_no_report_without_rows(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"no column of a SettlementRow: it starts '<html>"):
        rows(tmp_path, b"<html>\n<body>Sign in, please.</body>\n</html>\n")


def test_a_report_may_have_no_rows(tmp_path: Path) -> None:
    assert rows(tmp_path, HEAD) == []


def test_separators_at_the_end_of_a_line_are_no_cells(tmp_path: Path) -> None:
    assert [row.currency for row in rows(tmp_path, HEAD + b"k,USD,12.34,,\r\n")] == ["USD"]


TEXTS = st.text(st.sampled_from("'=-@+\r\n\t,\"a") | st.characters(codec="utf-8", exclude_characters="\0"), max_size=9)


@pytest.mark.contract("DS-28")
@given(st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=4))
def test_what_the_server_wrote_is_read_as_it_was(rows: list[list[str]]) -> None:
    columns = ["One", "Two", "Three"]
    content = "".join(map(text_line, (columns, *rows))).encode()
    read = [row.cells for row in rows_in(content, FileRow, "a report")]
    assert [[cells.get(column, "") for column in columns] for cells in read] == rows
