"""The tour's last steps: the vendor asks for its visibility report, follows it, and downloads the file by its link."""

import csv
import tempfile
import time
from pathlib import Path

from rich.console import Console

from onhand.client.clients import AsyncClient
from onhand.tour.tables import report_table

_REPORT = "DSV_INVENTORY"


class ReportTour:
    """One walk from a request to its file."""

    def __init__(self, client: AsyncClient, console: Console) -> None:
        self._client = client
        self._console = console

    async def take(self) -> None:
        """Every step in its order."""
        request_id = await self._request()
        with tempfile.TemporaryDirectory(prefix="onhand-tour-") as folder:
            await self._file(request_id, Path(folder))

    async def _request(self) -> str:
        self._heading("A report of everything, as of one moment", f"POST /v3/reports?reportType={_REPORT}")
        started = time.perf_counter()
        request_id = (await self._client.reports.request(_REPORT)).request_id
        status = await self._client.reports.wait(request_id, report_type=_REPORT)
        took = time.perf_counter() - started
        self._say(f"Request {request_id} is {status.request_status} after {took * 1000:.0f} ms.")
        return request_id

    async def _file(self, request_id: str, folder: Path) -> None:
        self._heading(
            "Its file, by a link that needs no token", f"GET /v3/reports/downloadReport?requestId={request_id}"
        )
        path = await self._client.reports.download(request_id, folder)
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        size = path.stat().st_size
        self._say(f"{path.name}: {len(rows) - 1:,} rows in {size:,} bytes, unpacked. The link expires in an hour.")
        self._console.print(report_table(rows))

    def _heading(self, title: str, request: str) -> None:
        self._console.rule(f"[bold]{title}", align="left")
        self._console.print(f"[cyan]{request}", highlight=False, soft_wrap=True)

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False)
