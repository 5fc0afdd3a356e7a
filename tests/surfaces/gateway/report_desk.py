"""Asks a counter for reports, has them built, and reads their files."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import httpx

from onhand.dropship.declaring import declare
from onhand.reports.building import ReportBuilder
from onhand.reports.requests import LANE
from onhand.store.queries import Query
from onhand.work.worker import Worker
from tests.surfaces.gateway.counter import GTIN, Counter

DSV = {"reportType": "DSV_INVENTORY", "reportVersion": "v1"}
INVENTORY = {"reportType": "INVENTORY", "reportVersion": "v1"}


class Desk:
    """Asks a counter for reports and has them built."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        services = counter.services
        builder = ReportBuilder(counter.database, services.objects, services.report_kinds, counter.clock)
        self.worker = Worker(counter.database, counter.clock, {LANE: builder.build}, new_id=counter.new_id)

    async def ask(
        self, *, client: str = "vendor", parameters: Any = None, path: str = "/reports", **body: Any
    ) -> httpx.Response:
        return await self.counter.send("POST", path, client=client, parameters=parameters or DSV, **body)

    async def asked(self, **named: Any) -> str:
        """The id of a request that was taken."""
        answer = await self.ask(**named)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["requestId"])

    async def status(self, request_id: str, *, client: str = "vendor", **parameters: str) -> httpx.Response:
        path = f"/reports/reportRequests/{request_id}"
        return await self.counter.send("GET", path, client=client, parameters=parameters or DSV)

    async def download(self, request_id: str, *, client: str = "vendor") -> httpx.Response:
        return await self.counter.get("/reports/downloadReport", client=client, requestId=request_id)

    async def listed(self, *, client: str = "vendor", **parameters: str) -> httpx.Response:
        whole = {"reportType": "DSV_INVENTORY", **parameters}
        return await self.counter.send("GET", "/reports/reportRequests", client=client, parameters=whole)

    async def rows(self, request_id: str, *, client: str = "vendor") -> list[list[str]]:
        """The rows of a report that is built, as the standard library reads them from the file."""
        url = (await self.download(request_id, client=client)).json()["downloadURL"]
        answer = await self.counter.client.get(url)
        assert answer.status_code == 200, answer.text
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert archive.testzip() is None
            (inner,) = archive.namelist()
            assert inner == httpx.URL(url).path.rpartition("/")[2].replace(".zip", ".csv")
            return list(csv.reader(io.StringIO(archive.read(inner).decode(), newline="")))

    async def declare(self, node: str, units: int | None, gtin: str = GTIN) -> None:
        place = await self.counter.node(node)
        named = {"partner_id": place.partner_id, "item_id": int(gtin), "event_id": self.counter.new_id()}
        code: Any = "AA" if units is None else "AC"
        await self.counter.database.write(
            lambda session: declare(session, place, **named, code=code, units=units, now=self.counter.clock())
        )

    async def count(self) -> int:
        text = "SELECT COUNT(*) FROM report_request"
        ((count,),) = await self.counter.database.all(Query("count", text, text))
        return int(count)


def files_in(folder: Path) -> list[str]:
    """The names of all files beneath a folder."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())
