"""Settlement reports of marketplace sellers: which there are, their files and their rows (RC)."""

from datetime import date
from pathlib import Path
from typing import Literal

import msgspec

from onhand.client.caller import Caller
from onhand.client.csvs import ReportRows, attribute_of, rows_in, rows_of_file
from onhand.client.downloads import SECONDS_MAX, Arrived, downloaded, file_name, file_sink, unpacked, unpacked_bytes
from onhand.client.errors import Unreadable
from onhand.client.gateway import read
from onhand.client.operations import Awaiting, Blocking, Group, Page, Walk, listing, operation
from onhand.client.results.settlement import Cells, LegacyRow, OffsetPage, ReportDates, SettlementPage, SettlementRow
from onhand.client.steps import Answer, Exchange, Request, done

FileForm = Literal["csv", "zip"]

_REPORTS = "/v3/report/reconreport"
_FILE = f"{_REPORTS}/reconFile"
_MEDIA_TYPES: dict[FileForm, str] = {"csv": "text/csv", "zip": "application/octet-stream"}
_VERSION = "v1"


class SettlementOperations(Group):
    """What a seller was paid, and for what. `partner_id` may be given and must be the caller's own."""

    @operation
    def dates(self, *, legacy: bool = False, partner_id: str | None = None) -> Exchange[tuple[date, ...]]:
        """The dates for which there is a report, newest first."""
        path = f"{_REPORTS}/availableReconFiles"
        request = read(f"GET {path}", path, {"partnerId": partner_id, "reportVersion": _version(legacy)})
        found = yield from self._caller.result(request, ReportDates)
        return tuple(_day(request, text) for text in found.available_ap_report_dates)

    @operation
    def rows(
        self, report_date: date, *, form: FileForm = "csv", partner_id: str | None = None
    ) -> Exchange[ReportRows[SettlementRow]]:
        """The rows of a report, the summary first; sent as CSV, or as a ZIP."""
        answer = yield from self._caller.ask(_file(report_date, form, partner_id))
        return rows_in(_content(self._caller, answer), SettlementRow, file_name(answer, f"{report_date}.csv"))

    @operation
    def legacy_rows(
        self, report_date: date, *, form: FileForm = "csv", partner_id: str | None = None
    ) -> Exchange[ReportRows[LegacyRow]]:
        """The rows of a report in its earlier form of 67 columns."""
        answer = yield from self._caller.ask(_file(report_date, form, partner_id, legacy=True))
        return rows_in(_content(self._caller, answer), LegacyRow, file_name(answer, f"{report_date}.csv"))

    @operation
    def save(
        self,
        report_date: date,
        folder: Path,
        *,
        form: FileForm = "zip",
        partner_id: str | None = None,
        seconds_max: float = SECONDS_MAX,
        arrived: Arrived | None = None,
    ) -> Exchange[ReportRows[SettlementRow]]:
        """Save a report's CSV in a folder; `arrived` hears of its bytes."""
        request = _file(report_date, form, partner_id)
        target = folder / f"settlement_{report_date:%Y%m%d}.csv"
        yield from _saved(self._caller, request, target, form, (seconds_max, arrived))
        return rows_of_file(target, SettlementRow)

    @operation
    def save_legacy(
        self,
        report_date: date,
        folder: Path,
        *,
        form: FileForm = "zip",
        partner_id: str | None = None,
        seconds_max: float = SECONDS_MAX,
        arrived: Arrived | None = None,
    ) -> Exchange[ReportRows[LegacyRow]]:
        """Save a report's CSV in its earlier form in a folder."""
        request = _file(report_date, form, partner_id, legacy=True)
        target = folder / f"settlement_{report_date:%Y%m%d}_legacy.csv"
        yield from _saved(self._caller, request, target, form, (seconds_max, arrived))
        return rows_of_file(target, LegacyRow)

    @listing(SettlementRow)
    def pages(self, report_date: date, *, page_size: int = 500, partner_id: str | None = None) -> Walk[SettlementRow]:
        """The rows of a report as JSON, page by page (`reconFileJSON`)."""
        path = f"{_REPORTS}/reconFileJSON"

        def page(place: str | None) -> Exchange[Page[SettlementRow]]:
            number = int(place or 1)
            named = {**_named(report_date, partner_id), "limit": page_size, "pageNo": number}
            request = read(f"GET {path}", path, named)
            found = yield from self._caller.result(request, SettlementPage)
            rows = tuple(_row_of(request, cells) for cells in found.content)
            last = number >= found.metadata.total_pages or not rows
            return Page(rows, None if last else str(number + 1), found.metadata.total_records)

        return page

    @listing(SettlementRow)
    def offsets(
        self, report_date: date, *, page_size: int = 1_000, partner_id: str | None = None
    ) -> Walk[SettlementRow]:
        """The rows of a report in the other dialect of JSON, by offsets (`reconFileJson`)."""
        path = f"{_REPORTS}/reconFileJson"

        def page(place: str | None) -> Exchange[Page[SettlementRow]]:
            named = {**_named(report_date, partner_id), "offset": place or 0, "noOfRecords": page_size}
            request = read(f"GET {path}", path, named)
            found = yield from self._caller.result(request, OffsetPage)
            rows = tuple(_row_of(request, cells) for cells in found.report_data)
            following = str(found.next_offset) if rows and found.next_offset >= 0 else None
            return Page(rows, following, found.total_records)

        return page


_Waiting = tuple[float, Arrived | None]


class Settlement(SettlementOperations, Blocking):
    """Settlement reports, blocking."""


class AsyncSettlement(SettlementOperations, Awaiting):
    """Settlement reports, awaited."""


def _content(caller: Caller, answer: Answer) -> bytes:
    return unpacked_bytes(answer.body, caller.policy.unpacked_bytes_max)


def _version(legacy: bool) -> str | None:
    return None if legacy else _VERSION


def _named(report_date: date, partner_id: str | None, *, legacy: bool = False) -> dict[str, object]:
    version = _version(legacy)
    return {"partnerId": partner_id, "reportDate": f"{report_date:%Y%m%d}", "reportVersion": version}


def _file(report_date: date, form: FileForm, partner_id: str | None, *, legacy: bool = False) -> Request:
    named = _named(report_date, partner_id, legacy=legacy)
    return read(f"GET {_FILE}", _FILE, named, accept=_MEDIA_TYPES[form])


def _saved(caller: Caller, request: Request, target: Path, form: FileForm, waiting: _Waiting) -> Exchange[None]:
    seconds_max, arrived = waiting
    if form == "csv":
        yield from downloaded(caller, request, file_sink(caller, target, arrived), seconds_max)
        return
    archive = target.with_suffix(".zip")
    yield from downloaded(caller, request, file_sink(caller, archive, arrived), seconds_max)
    yield from done(lambda: _unpack(archive, target, caller.policy.file_bytes_max))


def _unpack(archive: Path, target: Path, bytes_max: int) -> None:
    content = archive.open("rb")
    with content:
        is_packed = content.read(2) == b"PK"
    # A server may be set to answer with the CSV here too (RC-03).
    (unpacked(archive, bytes_max) if is_packed else archive).replace(target)
    archive.unlink(missing_ok=True)


def _day(request: Request, text: str) -> date:
    """A date as the contract writes it: MMDDYYYY, or YYYYMMDD; no date can be read as both (RC-02)."""
    is_year_first = text.isdigit() and len(text) == 8 and text[:2] in {"19", "20"}
    digits = text if is_year_first else text[4:] + text[:4]
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError as error:
        raise Unreadable(f"{text!r} is no date", operation=request.operation) from error


def _row_of(request: Request, cells: Cells) -> SettlementRow:
    filled = {attribute_of(column): value for column, value in cells.items() if value not in (None, "")}
    try:
        return msgspec.convert(filled, SettlementRow, strict=False)
    except msgspec.ValidationError as error:
        raise Unreadable(str(error), operation=request.operation) from error
