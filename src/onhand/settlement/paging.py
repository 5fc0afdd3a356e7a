"""Some rows of a report from anywhere in it, as cheap from its middle as from its start (RC-05 to RC-07)."""

from onhand.settlement.reading import page_from
from onhand.settlement.statement import TYPE_COLUMN, Statement
from onhand.settlement.vocabulary import document_word
from onhand.store.database import Database, Session


async def rows_at(
    reader: Database | Session, statement: Statement, offset: int, rows_max: int, *, document_words: bool = False
) -> list[list[str]]:
    """At most `rows_max` rows of cells after the first `offset` ones; row 0 is the one that sums the report up.

    `document_words` gives the transaction types the document's words (RC-10).
    """
    rows = [statement.summary()] if offset == 0 and rows_max > 0 else []
    wanted = rows_max - len(rows)
    if wanted > 0 and offset < statement.period.rows:
        # The sum is row 0, so that a row's number is one more than its place among the lines.
        first_line = statement.period.first_line + max(offset - 1, 0)
        page = await page_from(reader, statement.period, first_line, wanted)
        rows += statement.cells(page)
    if document_words:
        for cells in rows:
            cells[TYPE_COLUMN] = document_word(cells[TYPE_COLUMN])
    return rows
