"""Reports are kept for some days: then their files go, and the requests after them (DS-24)."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from onhand.reports.building import file_stem
from onhand.reports.kinds import Kinds
from onhand.reports.links import object_key
from onhand.store.database import Database, Row, Session
from onhand.store.objects import ObjectStore
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("expiring.sql"))
_ROWS_MAX = 500


async def forget_old_reports(
    database: Database, objects: ObjectStore, kinds: Kinds, partner_ids: Iterable[int], before: int
) -> int:
    """Forget the requests of partners from before a moment with every file of theirs; how many there were.

    It may be done by several at once, and again from the start.

    Raises:
        StorageUnavailable: some files may still stand; so do their requests.
    """
    forgotten = 0
    for partner_id in sorted(partner_ids):
        while found := await _oldest(database, partner_id, before):
            await objects.delete([key for row in found for key in _keys(kinds, row)])
            await _forget(database, partner_id, found[-1][2])
            forgotten += len(found)
    return forgotten


async def _oldest(database: Database, partner_id: int, before: int) -> list[Row]:
    return await database.all(_SQL["oldest_requests"], partner_id=partner_id, before=before, rows_max=_ROWS_MAX)


async def _forget(database: Database, partner_id: int, newest: int) -> None:
    async def work(session: Session) -> None:
        await session.run(_SQL["forget_requests"], partner_id=partner_id, newest=newest)

    await database.write(work)


def _keys(kinds: Kinds, row: Row) -> Iterator[str]:
    """The file of every attempt: one that was overtaken or taken back may have left its own."""
    _, report_type, requested_at, files, partner_code = row
    kind = kinds.named(report_type)
    if kind is not None:
        for number in range(1, files + 1):
            yield object_key(kind.folder, f"{file_stem(kind, partner_code, requested_at, number)}.zip")
