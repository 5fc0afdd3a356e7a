"""Taking files of the catalogue as a whole or not at all (OP-02).

A file is read twice: once to check every row, against the others and against what stands, and once to store it in one
transaction, where it is checked against what stands again. Both go through it in parts, so that memory stays bounded
whatever its size, and nobody's writing waits for a file that turns out to be bad.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence

from onhand.basics.clock import Clock
from onhand.basics.refusal import Refusal
from onhand.catalogue.item_rows import ItemRows
from onhand.catalogue.kinds import SQL, RowKind, RowT, SettledT
from onhand.catalogue.mapping_rows import MappingRows
from onhand.catalogue.repeats import Key, Sieve
from onhand.catalogue.report import Counts, Findings, ImportLimits, ImportReport, SourceRow
from onhand.catalogue.sku_rows import SkuRows
from onhand.store.database import Database, Session

Source = Callable[[], Iterable[Sequence[SourceRow]]]
"""Gives the rows of a file from its start, in parts of any size, each time it is called."""

_ROWS_A_STATEMENT = 2_000
_DEFAULTS = ImportLimits()


class _Refused(Exception):
    """What stands has changed since the file was checked, so that it has to go back."""

    def __init__(self, report: ImportReport) -> None:
        super().__init__()
        self.report = report


async def import_items(
    database: Database, clock: Clock, source: Source, limits: ImportLimits = _DEFAULTS
) -> ImportReport:
    """Add or change items: `gtin`, `name`, `wmItemNbr`, `cid`, `category`, `productType`, `taxCode`, `publishedStatus`.

    A field that is absent leaves what stands, null clears it (`publishedStatus` to PUBLISHED). A new item needs a name.
    """
    return await _import(database, clock, ItemRows(), source, limits)


async def import_mappings(
    database: Database, clock: Clock, source: Source, limits: ImportLimits = _DEFAULTS
) -> ImportReport:
    """Let suppliers see items: `gtin`, `supplier` (its code), `storeNbr` (absent or null: every store)."""
    return await _import(database, clock, MappingRows(), source, limits)


async def import_skus(
    database: Database, clock: Clock, source: Source, limits: ImportLimits = _DEFAULTS
) -> ImportReport:
    """Say what sellers and vendors call items: `gtin`, `partner` or `seller` (its code), `sku`."""
    return await _import(database, clock, SkuRows(), source, limits)


def listed(rows: Sequence[SourceRow]) -> Source:
    """Rows that are in memory, as a source."""
    return lambda: (rows,)


async def _import(
    database: Database, clock: Clock, kind: RowKind[RowT, SettledT], source: Source, limits: ImportLimits
) -> ImportReport:
    checked = await database.read(lambda session: _check(session, kind, source, limits))
    if not checked.is_stored:
        return checked
    try:
        return await database.write(lambda session: _store(session, kind, source, limits, clock()))
    except _Refused as refused:
        return refused.report


async def _check(session: Session, kind: RowKind[RowT, SettledT], source: Source, limits: ImportLimits) -> ImportReport:
    findings, sieve = Findings(limits.problems_listed_max), Sieve()
    for rows in _rows(kind, source, findings, limits):
        for row in rows:
            for key in kind.keys(row):
                sieve.meet(key)
        await kind.settle(session, rows, findings)
        await asyncio.sleep(0)  # a long file lets other work of the process in
    if sieve.suspects:
        _note_repeats(kind, source, sieve.suspects, findings, limits)
    return findings.report(Counts())


async def _store(
    session: Session, kind: RowKind[RowT, SettledT], source: Source, limits: ImportLimits, now: int
) -> ImportReport:
    findings, counts = Findings(limits.problems_listed_max), Counts()
    await session.all(SQL["lock_catalogue"])
    for rows in _rows(kind, source, findings, limits):
        settled = await kind.settle(session, rows, findings)
        if findings.problems_total == 0:
            counts += await kind.write(session, settled, now)
        await asyncio.sleep(0)
    report = findings.report(counts)
    if not report.is_stored:
        raise _Refused(report)
    return report


def _rows(
    kind: RowKind[RowT, SettledT], source: Source, findings: Findings, limits: ImportLimits
) -> Iterator[list[RowT]]:
    for part in source():
        for start in range(0, len(part), _ROWS_A_STATEMENT):
            sent = part[start : start + _ROWS_A_STATEMENT]
            if findings.rows + len(sent) > limits.rows_max:
                first = sent[limits.rows_max - findings.rows]
                message = f"A file has {limits.rows_max:,} rows at most: give the rows from here on in another."
                findings.problem(first.line, "line", None, message)
                return
            findings.rows += len(sent)
            yield [row for one in sent if (row := _read(kind, one, findings)) is not None]


def _read(kind: RowKind[RowT, SettledT], sent: SourceRow, findings: Findings) -> RowT | None:
    if isinstance(sent.values, Refusal):
        findings.problem(sent.line, sent.values.field, None, sent.values.message)
        return None
    for name in sent.values.keys() - kind.fields:
        findings.unknown_field(sent.line, name, sent.values[name], kind.fields)
    return kind.read(sent.values, sent.line, findings)


def _note_repeats(
    kind: RowKind[RowT, SettledT], source: Source, suspects: set[Key], findings: Findings, limits: ImportLimits
) -> None:
    first_lines: dict[Key, int] = {}
    # What else is wrong with the rows has been noted already.
    for rows in _rows(kind, source, Findings(0), limits):
        for row in rows:
            for key in suspects.intersection(kind.keys(row)):
                if key in first_lines:
                    message = f"It stands on line {first_lines[key]} already: give it once."
                    findings.problem(row.line, *key, message)
                else:
                    first_lines[key] = row.line
