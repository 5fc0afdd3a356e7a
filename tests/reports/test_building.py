"""Building reports: in their order, whole or not at all, tried again, and given up with a reason."""

import asyncio
import itertools
import logging
import zipfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from onhand.partners.onboarding import Partner, add_partner
from onhand.reports import building
from onhand.reports.building import ReportBuilder, file_stem
from onhand.reports.expiring import forget_old_reports
from onhand.reports.kinds import Kind, Kinds, Ordered
from onhand.reports.requests import LANE, ReportRequest, Requests, request_id_of, take_request
from onhand.store.database import Database, Session, Unavailable
from onhand.store.folders import FolderStore
from onhand.store.queries import Query
from onhand.work.worker import Worker
from tests.conftest import FrozenClock

pytestmark = pytest.mark.contract("DS-24")
_NUMBERS = itertools.count(1)
ATTEMPTS_MAX = 3


async def read_terms(_database: Database, _partner_id: int, _content: Mapping[str, Any], _now: int) -> str:
    return "{}"


class Workshop:
    """A partner, one kind of report, whose rows fail as a test says, and a worker. The folder need not be there."""

    def __init__(self, database: Database, clock: FrozenClock, folder: Path) -> None:
        self.database = database
        self.clock = clock
        self.folder = folder
        self.failures: list[BaseException] = []
        self.begun: list[str] = []
        kind = Kind(
            names=("THING",),
            partner_kinds=frozenset({"supplier"}),
            folder="things",
            file_prefix="Things",
            read_terms=read_terms,
            rows=self.rows,
        )
        self.kind = kind
        self.builder = ReportBuilder(database, FolderStore(folder), Kinds([kind]), clock, attempts_max=ATTEMPTS_MAX)
        self.requests = Requests(database, days=30)
        self.worker = Worker(database, clock, {LANE: self.builder.build}, new_id=self.new_id, lease_seconds=60)
        self.partner_id = 0

    def new_id(self) -> str:
        return f"{next(_NUMBERS):032x}"

    async def open(self) -> "Workshop":
        added = await add_partner(self.database, self.clock, kind="supplier", code="acme", name="Acme")
        assert isinstance(added, Partner)
        self.partner_id = added.partner_id
        return self

    async def rows(self, _session: Session, ordered: Ordered) -> AsyncIterator[bytes]:
        self.begun.append(ordered.terms)
        yield b"first\r\n"
        if self.failures:
            raise self.failures.pop(0)
        yield ordered.terms.encode()

    async def ask(self, terms: str = "{}", report_type: str = "THING") -> str:
        request_id = request_id_of(self.new_id())
        named = {"request_id": request_id, "report_type": report_type, "report_version": "v1", "terms": terms}
        await self.database.write(lambda session: take_request(session, self.partner_id, now=self.clock(), **named))
        return request_id

    async def request(self, request_id: str) -> ReportRequest:
        found = await self.requests.by_id(self.partner_id, request_id, self.clock())
        assert found is not None
        return found

    async def run(self, text: str) -> None:
        await self.database.write(lambda session: session.run(Query("of_a_test", text, text)))

    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file())

    def content(self) -> list[bytes]:
        """What each file holds."""
        found = []
        for path in self.files():
            with zipfile.ZipFile(path) as archive:
                assert archive.testzip() is None
                found += [archive.read(name) for name in archive.namelist()]
        return found


@pytest.fixture
async def workshop(database: Database, clock: FrozenClock, tmp_path: Path) -> Workshop:
    return await Workshop(database, clock, tmp_path / "objects").open()


async def test_reports_are_built_in_the_order_in_which_they_were_asked_for(workshop: Workshop) -> None:
    # All of one moment, as a clock that stands still gives it.
    ids = [await workshop.ask(terms=f'"{number}"') for number in range(5)]
    await workshop.worker.run_due()
    assert workshop.begun == [f'"{number}"' for number in range(5)]
    found = [await workshop.request(request_id) for request_id in ids]
    assert [each.status for each in found] == ["READY"] * 5
    assert len({each.file_name for each in found}) == 5
    assert workshop.content() == [b'first\r\n"%d"' % number for number in range(5)]


async def test_a_report_that_fails_is_tried_again_after_a_while_and_leaves_nothing_meanwhile(
    workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    workshop.failures = [ValueError("a defect"), ValueError("another")]
    request_id = await workshop.ask()
    await workshop.worker.run_due()
    assert (await workshop.request(request_id)).status == "INPROGRESS"
    assert workshop.files() == []
    await workshop.worker.run_due()
    assert len(workshop.begun) == 1
    for seconds in (2, 4):
        workshop.clock.advance(seconds)
        await workshop.worker.run_due()
    found = await workshop.request(request_id)
    assert (found.status, found.attempts) == ("READY", 3)
    # The file of a later attempt is another one, so that nobody who was overtaken can touch it.
    assert [path.name for path in workshop.files()] == ["Things_acme_2026-03-05T120000.000000-3.zip"]
    assert "a defect" in caplog.text


async def test_a_report_that_fails_too_often_is_given_up_and_the_next_one_is_built(
    workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    workshop.failures = [ValueError("a secret of ours") for _ in range(ATTEMPTS_MAX)]
    given_up, next_one = await workshop.ask(), await workshop.ask()
    for _ in range(ATTEMPTS_MAX):
        await workshop.worker.run_due()
        workshop.clock.advance(600)
    found = await workshop.request(given_up)
    assert (found.status, found.reason, found.file_name) == ("ERROR", building.NOT_BUILT, None)
    assert found.finished_at is not None
    assert (await workshop.request(next_one)).status == "READY"
    assert [record.levelno for record in caplog.records if "given up" in record.message] == [logging.ERROR]


async def test_storage_that_is_away_is_waited_for(workshop: Workshop) -> None:
    workshop.folder.write_bytes(b"")
    request_id = await workshop.ask()
    await workshop.worker.run_due()
    assert (await workshop.request(request_id)).status == "INPROGRESS"
    workshop.folder.unlink()
    workshop.clock.advance(2)
    await workshop.worker.run_due()
    assert (await workshop.request(request_id)).status == "READY"
    assert workshop.content() == [b"first\r\n{}"]


async def test_storage_that_stays_away_is_an_error_that_says_so_without_internals(workshop: Workshop) -> None:
    workshop.folder.write_bytes(b"")
    request_id = await workshop.ask()
    for _ in range(ATTEMPTS_MAX):
        await workshop.worker.run_due()
        workshop.clock.advance(600)
    found = await workshop.request(request_id)
    assert (found.status, found.reason) == ("ERROR", building.NOT_STORED)
    assert "/" not in building.NOT_STORED + building.NOT_BUILT


async def test_attempts_during_which_the_process_died_count(workshop: Workshop) -> None:
    request_id = await workshop.ask()
    await workshop.run(f"UPDATE report_request SET status = 'INPROGRESS', attempts = {ATTEMPTS_MAX}")
    await workshop.worker.run_due()
    found = await workshop.request(request_id)
    assert (found.status, found.reason, workshop.begun) == ("ERROR", building.NOT_BUILT, [])


@pytest.mark.parametrize("failure", [Unavailable("the database is away"), asyncio.CancelledError()])
async def test_what_is_no_failure_of_the_report_is_not_counted(workshop: Workshop, failure: BaseException) -> None:
    workshop.failures = [failure]
    request_id = await workshop.ask()
    with pytest.raises(type(failure)):
        await workshop.builder.build(workshop.partner_id, no_keeping)
    assert (await workshop.request(request_id)).attempts == 0
    await workshop.builder.build(workshop.partner_id, no_keeping)
    found = await workshop.request(request_id)
    assert (found.status, found.attempts) == ("READY", 1)


async def test_no_file_is_ever_written_under_the_name_of_an_attempt_that_was_taken_back(workshop: Workshop) -> None:
    # The storage may still be about to complete what that attempt sent.
    workshop.failures = [Unavailable("the database is away"), asyncio.CancelledError()]
    request_id = await workshop.ask()
    for failure in list(workshop.failures):
        with pytest.raises(type(failure)):
            await workshop.builder.build(workshop.partner_id, no_keeping)
    await workshop.builder.build(workshop.partner_id, no_keeping)
    found = await workshop.request(request_id)
    assert (found.attempts, found.file_name) == (1, "Things_acme_2026-03-05T120000.000000-3.zip")


async def test_what_an_attempt_left_that_was_taken_back_goes_with_its_request(workshop: Workshop) -> None:
    workshop.failures = [Unavailable("the database is away")]
    await workshop.ask()
    with pytest.raises(Unavailable):
        await workshop.builder.build(workshop.partner_id, no_keeping)
    await workshop.builder.build(workshop.partner_id, no_keeping)
    (whole,) = workshop.files()
    late = whole.with_name(whole.name.replace("-2.zip", ".zip"))
    late.write_bytes(whole.read_bytes())
    assert late != whole
    objects, kinds = FolderStore(workshop.folder), Kinds([workshop.kind])
    await forget_old_reports(workshop.database, objects, kinds, [workshop.partner_id], workshop.clock() + 1)
    assert workshop.files() == []


async def test_of_two_workers_that_came_to_the_same_report_one_finds_nothing_left_to_do(workshop: Workshop) -> None:
    request_id = await workshop.ask()
    await asyncio.gather(*(workshop.builder.build(workshop.partner_id, no_keeping) for _ in range(2)))
    found = await workshop.request(request_id)
    assert found.status == "READY"
    assert found.file_name in {path.name for path in workshop.files()}
    assert set(workshop.content()) == {b"first\r\n{}"}


async def test_one_who_was_overtaken_changes_nothing(workshop: Workshop) -> None:
    request_id = await workshop.ask()

    async def overtaken(session: Session, ordered: Ordered) -> AsyncIterator[bytes]:
        yield b"of the first"
        # While this one pauses, another worker takes the lane over and is done.
        if not workshop.begun:
            await workshop.builder.build(workshop.partner_id, no_keeping)

    kind = msgspec.structs.replace(workshop.kind, rows=overtaken)
    slow = ReportBuilder(workshop.database, FolderStore(workshop.folder), Kinds([kind]), workshop.clock)
    await slow.build(workshop.partner_id, no_keeping)
    found = await workshop.request(request_id)
    assert (found.status, found.attempts) == ("READY", 2)
    assert found.file_name is not None
    with zipfile.ZipFile(workshop.folder / "reports" / "things" / found.file_name) as archive:
        assert archive.read(archive.namelist()[0]) == b"first\r\n{}"


async def test_a_type_that_is_made_no_more_is_an_error(workshop: Workshop) -> None:
    request_id = await workshop.ask(report_type="GONE")
    await workshop.worker.run_due()
    found = await workshop.request(request_id)
    assert (found.status, found.reason) == ("ERROR", building.NOT_KNOWN)


def test_names_of_files_differ_by_partner_time_and_attempt(workshop_kind: Kind) -> None:
    partners = ["a", "a_2026-03-05T120000.000000", "a-2", "a..b", "A" * 64]
    stems = [
        file_stem(workshop_kind, code, moment, attempt)
        for code in partners
        for moment in (1_772_712_000_000_000, 1_772_712_000_000_001)
        for attempt in (1, 2)
    ]
    assert len(set(stems)) == len(stems)


@pytest.fixture
def workshop_kind() -> Kind:
    return Kind(
        names=("THING",),
        partner_kinds=frozenset(),
        folder="things",
        file_prefix="Things",
        read_terms=read_terms,
        rows=lambda *_: (_ for _ in ()),
    )


async def no_keeping() -> None:
    return None
