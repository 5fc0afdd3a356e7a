"""The tour's last steps: the vendor asks for its visibility report, follows it, and downloads the file by its link."""

import asyncio
import csv
import io
import time
import zipfile
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from onhand.tour.asking import Callers
from onhand.tour.tables import report_table

_REPORT = {"reportType": "DSV_INVENTORY", "reportVersion": "v1"}
_FIRST_PAUSE_SECONDS = 0.05
_PAUSE_SECONDS_MAX = 5.0


class ReportTour:
    """One walk from a request to its file."""

    def __init__(self, callers: Callers, console: Console) -> None:
        self._callers = callers
        self._console = console

    async def take(self) -> None:
        """Every step in its order."""
        request_id = await self._request()
        await self._file(request_id)

    async def _request(self) -> str:
        self._heading("A report of everything, as of one moment", "POST /v3/reports?reportType=DSV_INVENTORY")
        started = time.perf_counter()
        answer = await self._callers.vendor_post("/v3/reports", {}, **_REPORT)
        request_id = str(answer["requestId"])
        status = await self._follow(request_id)
        took = time.perf_counter() - started
        self._say(f"Request {request_id} is {status['requestStatus']} after {took * 1000:.0f} ms.")
        return request_id

    async def _follow(self, request_id: str) -> dict[str, Any]:
        pause = _FIRST_PAUSE_SECONDS
        while True:
            status = await self._callers.vendor_get(f"/v3/reports/reportRequests/{request_id}", **_REPORT)
            if status["requestStatus"] in ("READY", "ERROR"):
                return status
            # A client may ask twenty times a minute.
            await asyncio.sleep(pause)
            pause = min(2 * pause, _PAUSE_SECONDS_MAX)

    async def _file(self, request_id: str) -> None:
        self._heading(
            "Its file, by a link that needs no token", f"GET /v3/reports/downloadReport?requestId={request_id}"
        )
        answer = await self._callers.vendor_get("/v3/reports/downloadReport", requestId=request_id)
        content = await self._callers.download(answer["downloadURL"])
        name, rows = _read(content)
        self._say(f"{name}: {len(rows) - 1:,} rows in {len(content):,} bytes. The link expires in an hour.")
        self._console.print(report_table(rows))

    def _heading(self, title: str, request: str) -> None:
        self._console.rule(f"[bold]{title}", align="left")
        self._console.print(f"[cyan]{request}", highlight=False, soft_wrap=True)

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False)


def _read(content: bytes) -> tuple[str, Sequence[Sequence[str]]]:
    """The name of the file in a ZIP, and its rows."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (name,) = archive.namelist()
        return name, list(csv.reader(io.TextIOWrapper(archive.open(name), encoding="utf-8", newline="")))
