"""Requests for reports: taken durably, and what became of each (DS-23 to DS-25)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args
from uuid import UUID

import msgspec

from onhand.basics.clock import DAY
from onhand.store.database import Database, Row, Session, Value
from onhand.store.lanes import make_due
from onhand.store.queries import Queries, json_list

_SQL = Queries(Path(__file__).with_name("requests.sql"))
LANE = "reports"
"""The kind of the lanes in which reports are built, one for each partner."""

Status = Literal["RECEIVED", "INPROGRESS", "READY", "ERROR"]
STATUSES: tuple[Status, ...] = get_args(Status)
READY: Status = "READY"


class ReportRequest(msgspec.Struct, frozen=True):
    """A request by its type as it was named, when it came and when it was over (microseconds), and its file.

    `reason` says why there is no file (ERROR).
    """

    request_id: str
    report_type: str
    report_version: str
    requested_at: int
    status: Status
    attempts: int
    file_name: str | None = None
    reason: str | None = None
    finished_at: int | None = None


def request_id_of(made: str) -> str:
    """The request id of a fresh id: a UUID."""
    return str(UUID(made))


async def take_request(
    session: Session,
    partner_id: int,
    *,
    request_id: str,
    report_type: str,
    report_version: str,
    terms: str,
    now: int,
) -> ReportRequest:
    """Store a request within the caller's transaction, and ask for its building.

    Raises:
        RunAgain: another of the partner's requests was quicker.
    """
    newest = await session.one(_SQL["newest_request"], partner_id=partner_id, since=now)
    requested_at = now if newest is None else newest[0] + 1
    await session.insert(
        _SQL["insert_request"],
        partner_id=partner_id,
        request_id=request_id,
        report_type=report_type,
        report_version=report_version,
        terms=terms,
        requested_at=requested_at,
    )
    await make_due(session, LANE, partner_id, now)
    return ReportRequest(request_id, report_type, report_version, requested_at, "RECEIVED", 0)


class Requests:
    """Reads the requests of partners, those of the last `days` days: older ones are gone for everybody."""

    def __init__(self, database: Database, *, days: int) -> None:
        self._database = database
        self.days = days

    def since(self, now: int) -> int:
        """The moment of the oldest request that is still there."""
        return now - self.days * DAY

    async def by_id(self, partner_id: int, request_id: str, now: int) -> ReportRequest | None:
        """The partner's request of that id."""
        if not (request_id.isascii() and request_id.isprintable()):
            # A server's database takes no text like this, and no request has it.
            return None
        named: dict[str, Value] = {"partner_id": partner_id, "request_id": request_id.lower()}
        row = await self._database.one(_SQL["request_by_id"], since=self.since(now), **named)
        return _request(row) if row else None

    async def newest(
        self, partner_id: int, types: Sequence[str], statuses: Sequence[str], *, before: int, rows_max: int, now: int
    ) -> tuple[int, list[ReportRequest]]:
        """How many requests of these types and statuses there are, and those from before a moment, newest first."""
        named: dict[str, Value] = {"partner_id": partner_id, "since": self.since(now)}
        named |= {"types": json_list(types), "statuses": json_list(statuses)}

        async def work(session: Session) -> tuple[int, list[ReportRequest]]:
            counted = await session.one(_SQL["count_requests"], **named)
            rows = await session.all(_SQL["newest_requests"], before=before, rows_max=rows_max, **named)
            return (counted[0] if counted else 0), list(map(_request, rows))

        return await self._database.read(work)


def _request(row: Row) -> ReportRequest:
    return ReportRequest(*row)
