"""Building reports: those of a partner in the order in which they were asked for, each file whole or not at all.

An attempt is counted before it begins, so that one during which the process dies counts as well; a report that took too
many is given up, so that it does not hold up those behind it. Every attempt writes a file of its own, which the request
names only once it is whole: whatever an attempt that was overtaken does, it never touches a file that is handed out.
What was no failure of the report's is not counted: that the database was away, or that the worker was stopped. Its file
is: a storage that was told to drop it may complete it later all the same.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec.structs import replace

from onhand.basics.clock import Clock, to_datetime
from onhand.reports.kinds import Kind, Kinds, Ordered
from onhand.reports.links import object_key
from onhand.reports.zipped import zipped
from onhand.store.database import Database, Session, Unavailable, Value
from onhand.store.lanes import LeaseLost
from onhand.store.objects import ObjectStore, StorageUnavailable, StoredObject
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("building.sql"))

Keep = Callable[[], Awaitable[None]]

NOT_STORED = (
    "The file could not be stored: the server's storage is full or out of reach. Request the report again later."
)
NOT_BUILT = "The report could not be built. Request it again; if that fails as well, tell the operator your request id."
NOT_KNOWN = "The server does not make reports of this type any more. Request one of another type."

logger = logging.getLogger(__name__)


class WaitingReport(msgspec.Struct, frozen=True):
    """A request that is not over.

    `attempts` is how often its building was begun before and not taken back, `files` how many files that may have left.
    """

    request_id: str
    report_type: str
    terms: str
    requested_at: int
    attempts: int
    files: int
    partner_code: str


class ReportBuilder:
    """Builds the reports of one partner at a time; one that took `attempts_max` attempts is given up."""

    def __init__(
        self, database: Database, objects: ObjectStore, kinds: Kinds, clock: Clock, *, attempts_max: int = 5
    ) -> None:
        self._database = database
        self._objects = objects
        self._kinds = kinds
        self._clock = clock
        self._attempts_max = attempts_max

    async def build(self, partner_id: int, keep: Keep) -> None:
        """Build every report of a partner that is waiting; `keep` is awaited between two.

        Raises:
            Exception: whatever a report failed with that will be tried again.
        """
        while (waiting := await self._first_waiting(partner_id)) is not None:
            await self._attempt(partner_id, waiting)
            await keep()

    async def _attempt(self, partner_id: int, waiting: WaitingReport) -> None:
        kind = self._kinds.named(waiting.report_type)
        if kind is None:
            await self._end(partner_id, waiting, NOT_KNOWN)
        elif waiting.attempts >= self._attempts_max:
            # The process died during the last of them.
            await self._give_up(partner_id, waiting, None)
        elif await self._begin(partner_id, waiting):
            begun = replace(waiting, attempts=waiting.attempts + 1, files=waiting.files + 1)
            await self._begun(partner_id, begun, kind)

    async def _begun(self, partner_id: int, waiting: WaitingReport, kind: Kind) -> None:
        name = f"{file_stem(kind, waiting.partner_code, waiting.requested_at, waiting.files)}.zip"
        try:
            stored = await self._written(partner_id, waiting, kind, name)
        except (LeaseLost, Unavailable, asyncio.CancelledError):
            with suppress(Unavailable):
                await self._take_back(partner_id, waiting)
            raise
        except Exception as error:
            if waiting.attempts < self._attempts_max:
                raise
            await self._give_up(partner_id, waiting, error)
        else:
            await self._finish(partner_id, waiting, name, stored)

    async def _written(self, partner_id: int, waiting: WaitingReport, kind: Kind, name: str) -> StoredObject:
        """Write the file, all of it as of one moment of the database."""
        ordered = Ordered(partner_id, waiting.requested_at, waiting.terms)
        inner = f"{name.removesuffix('.zip')}.csv"

        async def work(session: Session) -> StoredObject:
            rows = kind.rows(session, ordered)
            try:
                return await self._objects.put(object_key(kind.folder, name), zipped(inner, waiting.requested_at, rows))
            finally:
                # Whatever ended the writing, nothing reads on by this session.
                if isinstance(rows, AsyncGenerator):
                    await rows.aclose()

        return await self._database.read(work)

    async def _give_up(self, partner_id: int, waiting: WaitingReport, error: Exception | None) -> None:
        reason = NOT_STORED if isinstance(error, StorageUnavailable) else NOT_BUILT
        told = {"partner_id": partner_id, "request_id": waiting.request_id, "attempts": waiting.attempts}
        logger.error("a report failed too often, and was given up", exc_info=error, extra=told)
        await self._end(partner_id, waiting, reason)

    async def _first_waiting(self, partner_id: int) -> WaitingReport | None:
        row = await self._database.one(_SQL["first_waiting"], partner_id=partner_id)
        return WaitingReport(*row) if row else None

    async def _begin(self, partner_id: int, waiting: WaitingReport) -> bool:
        named: dict[str, Value] = {"partner_id": partner_id, "request_id": waiting.request_id}

        async def work(session: Session) -> bool:
            return await session.run(_SQL["begin_attempt"], files=waiting.files, **named) > 0

        return await self._database.write(work)

    async def _take_back(self, partner_id: int, waiting: WaitingReport) -> None:
        named: dict[str, Value] = {"partner_id": partner_id, "request_id": waiting.request_id}
        await self._database.write(lambda session: session.run(_SQL["take_back_attempt"], files=waiting.files, **named))

    async def _finish(self, partner_id: int, waiting: WaitingReport, name: str, stored: StoredObject) -> None:
        said: dict[str, Value] = {"file_name": name, "file_bytes": stored.size_bytes}
        said |= {"partner_id": partner_id, "request_id": waiting.request_id}
        await self._database.write(lambda session: session.run(_SQL["finish"], finished_at=self._clock(), **said))

    async def _end(self, partner_id: int, waiting: WaitingReport, reason: str) -> None:
        said: dict[str, Value] = {"partner_id": partner_id, "request_id": waiting.request_id}
        said |= {"files": waiting.files, "reason": reason}
        await self._database.write(lambda session: session.run(_SQL["give_up"], finished_at=self._clock(), **said))


def file_stem(kind: Kind, partner_code: str, requested_at: int, number: int) -> str:
    """The name of a report's file without its ending: no other request and no other attempt ever has it.

    `number` counts the attempts from 1 on, with those that were taken back. A partner's code needs no quoting in it
    (`partners.checks`), and the time is of the same length always.
    """
    time = to_datetime(requested_at).strftime("%Y-%m-%dT%H%M%S.%f")
    again = f"-{number}" if number > 1 else ""
    return f"{kind.file_prefix}_{partner_code}_{time}{again}"
