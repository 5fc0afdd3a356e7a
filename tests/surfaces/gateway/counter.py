"""The counter of the tests: the whole gateway over a database, and clients that have tokens for it.

There are two vendors (suppliers), a seller, and a client of the first vendor that may only look.
"""

import itertools
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import msgspec

from onhand.catalogue.imports import import_items, import_mappings, import_skus, listed
from onhand.catalogue.report import SourceRow
from onhand.dropship.nodes import add_ship_node
from onhand.partners.clients import GatewayClient, Scopes, add_gateway_client
from onhand.partners.onboarding import Partner, add_partner, partner_by_code
from onhand.partners.published import NOTHING_PUBLISHED
from onhand.partners.tokens import Tokens
from onhand.reports.links import Links
from onhand.reports.requests import Requests
from onhand.stock.locations import SHIP_NODE, Location, Locations
from onhand.store.database import Database
from onhand.store.folders import FolderStore
from onhand.surfaces.gateway.door import Door
from onhand.surfaces.gateway.services import GatewayServices
from onhand.surfaces.gateway.surface import surface
from onhand.surfaces.plumbing.application import Application, build_application
from onhand.surfaces.plumbing.metrics import RequestMetrics
from onhand.surfaces.plumbing.operations import Operation
from onhand.surfaces.plumbing.throttling import Rate, Throttle
from onhand.wiring.reporting import report_kinds
from tests.conftest import FrozenClock

GTIN = "00012345678905"
OTHER_GTIN = "00012345678912"
FOREIGN_GTIN = "00012345678929"
"""An item of the other vendor's alone."""
SKU, OTHER_SKU = "OAT-1", "RYE-1"
NODE, OTHER_NODE = "123456701", "123456702"
FOREIGN_NODE = "123456799"
"""The other vendor's."""
SELLER_NODE, OTHER_SELLER_NODE = "20000001", "20000002"
CODES = {
    "vendor": "vendor",
    "viewer": "vendor",
    "other": "other-vendor",
    "seller": "10000000001",
    "provider": "helpers-inc",
}
"""The partner of each client; a client is asked for by the name on the left."""
SCOPES = {"viewer": Scopes("view_only", "view_only", "no_access")}
FULL = Scopes("full_access", "full_access", "full_access")
SECRET = b"a secret of the tests"
BASE_URL = "http://onhand.test"
NO_FILES = Path("/nowhere")


def client_id(client: str) -> str:
    """The client id of the client of this name."""
    return f"client-{client}"


def client_secret(client: str) -> str:
    """Its secret."""
    return f"the-secret-of-{client}"


class Counter:
    """The gateway as its clients see it.

    `rates` are those of the throttle classes that are to be limited; nothing is, without them. `more` are operations
    of a test's own beside the gateway's. `files` is the folder of the object storage. `services` take the place
    of those of the counter.
    """

    def __init__(
        self,
        database: Database,
        clock: FrozenClock,
        *,
        rates: Mapping[str, Rate] | None = None,
        secret: bytes = SECRET,
        files: Path = NO_FILES,
        more: Callable[[Door], tuple[Operation, ...]] = lambda _: (),
        **services: Any,
    ) -> None:
        self.database = database
        self.clock = clock
        self.wakes = 0
        self._numbers = itertools.count(1)
        self._tokens: dict[str, str] = {}
        self.services = self._services(rates, secret, files, services)
        self.application = self._application(more)
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.application, raise_app_exceptions=False), base_url=BASE_URL
        )
        # httpx would ask for anything where a test leaves this header out.
        del self.client.headers["accept"]

    def _services(
        self, rates: Mapping[str, Rate] | None, secret: bytes, files: Path, others: dict[str, Any]
    ) -> GatewayServices:
        tokens = Tokens(
            self.database,
            self.clock,
            secret=secret,
            new_id=self.new_id,
            published=others.pop("published", NOTHING_PUBLISHED),
        )
        parts: dict[str, Any] = {
            "database": self.database,
            "clock": self.clock,
            "tokens": tokens,
            "throttle": Throttle(rates, self.clock),
            "new_id": self.new_id,
            "cursor_secret": secret,
            "body_bytes_max": 100_000,
            "feed_bytes_max": 1_000_000,
            "feed_rows_max": 1_000,
            "wake_worker": self._wake,
            "objects": FolderStore(files),
            "links": Links(secret=secret, seconds=3600, base_url=BASE_URL),
            "report_kinds": report_kinds(),
            "report_requests": Requests(self.database, days=30),
        }
        return GatewayServices(**{**parts, **others})

    def _application(self, more: Callable[[Door], tuple[Operation, ...]]) -> Application:
        whole = surface(self.services)
        served = msgspec.structs.replace(whole, operations=(*whole.operations, *more(Door(self.services))))
        return build_application([served], metrics=RequestMetrics(), version="0")

    def _wake(self) -> None:
        self.wakes += 1

    def new_id(self) -> str:
        """The next of the ids that this counter gives out: 32 hexadecimal digits."""
        return f"{next(self._numbers):032x}"

    async def open(self) -> None:
        """Make the partners and their clients known."""
        for code, kind in (
            ("vendor", "supplier"),
            ("other-vendor", "supplier"),
            ("10000000001", "seller"),
            ("helpers-inc", "provider"),
        ):
            added = await add_partner(self.database, self.clock, kind=kind, code=code, name=code)
            assert isinstance(added, Partner)
        for client, code in CODES.items():
            known = await add_gateway_client(
                self.database,
                self.clock,
                client_id=client_id(client),
                partner_code=code,
                secret=client_secret(client),
                scopes=SCOPES.get(client, FULL),
            )
            assert isinstance(known, GatewayClient)

    async def stock_shelves(self) -> None:
        """Two items of the vendor's at two nodes, both of the seller's too at two of its own, one of the other's."""
        for code, partner in (
            (NODE, "vendor"),
            (OTHER_NODE, "vendor"),
            (FOREIGN_NODE, "other"),
            (SELLER_NODE, "seller"),
            (OTHER_SELLER_NODE, "seller"),
        ):
            node = await add_ship_node(
                self.database, self.clock, code=code, name=f"Node {code}", partner_code=CODES[partner]
            )
            assert isinstance(node, Location)
        names = {GTIN: "Oat drink", OTHER_GTIN: "Rye bread", FOREIGN_GTIN: "Green tea"}
        items = [{"gtin": gtin, "name": name} for gtin, name in names.items()]
        mapped = [(GTIN, "vendor"), (OTHER_GTIN, "vendor"), (FOREIGN_GTIN, "other-vendor")]
        mappings = [{"gtin": gtin, "supplier": supplier} for gtin, supplier in mapped]
        skus = [
            {"gtin": gtin, "seller": CODES["seller"], "sku": sku}
            for gtin, sku in ((GTIN, SKU), (OTHER_GTIN, OTHER_SKU))
        ]
        await import_items(self.database, self.clock, listed(_rows(items)))
        await import_mappings(self.database, self.clock, listed(_rows(mappings)))
        report = await import_skus(self.database, self.clock, listed(_rows(skus)))
        assert report.is_stored, report

    async def node(self, code: str) -> Location:
        """The ship node of that code."""
        found = await Locations(self.database).find(SHIP_NODE, code)
        assert found is not None
        return found

    async def partner_id(self, client: str) -> int:
        """The id of the partner whose client this is."""
        partner = await partner_by_code(self.database, CODES[client])
        assert partner is not None
        return partner.partner_id

    async def token(self, client: str = "vendor") -> str:
        """A token of the client's own; asked for once."""
        if client not in self._tokens:
            answer = await self.ask_token(client)
            assert answer.status_code == 200, answer.text
            self._tokens[client] = answer.json()["access_token"]
        return self._tokens[client]

    async def ask_token(
        self,
        client: str = "vendor",
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str | None] | None = None,
        secret: str | None = None,
    ) -> httpx.Response:
        """What POST /v3/token answers; a header that is None is left out."""
        basic = b64encode(f"{client_id(client)}:{secret or client_secret(client)}".encode()).decode()
        whole = {**headers_of(), "Authorization": f"Basic {basic}", **(headers or {})}
        return await self.client.post(
            "/v3/token", data=dict(form or {"grant_type": "client_credentials"}), headers=sent(whole)
        )

    async def send(
        self,
        method: str,
        path: str,
        *,
        client: str = "vendor",
        parameters: Mapping[str, str] | None = None,
        headers: Mapping[str, str | None] | None = None,
        **body: Any,
    ) -> httpx.Response:
        """What a call is answered, with the client's token and every header; one that is None is left out.

        `path` is what follows /v3. `body` is httpx's: `json`, `content`, `files`.
        """
        whole = {**headers_of(), "WM_SEC.ACCESS_TOKEN": await self.token(client), **(headers or {})}
        return await self.client.request(
            method, f"/v3{path}", params=dict(parameters or {}) or None, headers=sent(whole), **body
        )

    async def get(self, path: str, *, client: str = "vendor", **parameters: str) -> httpx.Response:
        """A read; `parameters` are of the query."""
        return await self.send("GET", path, client=client, parameters=parameters)

    async def put(self, path: str, body: Any, *, client: str = "vendor", **parameters: str) -> httpx.Response:
        """A write of a JSON body."""
        return await self.send("PUT", path, client=client, parameters=parameters, json=body)

    async def post(self, path: str, body: Any, *, client: str = "vendor", **parameters: str) -> httpx.Response:
        """A JSON body that is sent in."""
        return await self.send("POST", path, client=client, parameters=parameters, json=body)


def headers_of() -> dict[str, str]:
    """The headers of every call but the token."""
    return {"Accept": "application/json", "WM_SVC.NAME": "Walmart Marketplace", "WM_QOS.CORRELATION_ID": "a-call"}


def sent(headers: Mapping[str, str | None]) -> dict[str, str]:
    """The headers that are sent: those that are not None."""
    return {name: value for name, value in headers.items() if value is not None}


def errors(answer: httpx.Response, status: int) -> list[tuple[str, str]]:
    """The code and field of every error of an answer, seen to be whole (GW-10)."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert list(body) == ["error"]
    for error in body["error"]:
        assert list(error) == [
            "code",
            "field",
            "description",
            "info",
            "severity",
            "category",
            "causes",
            "errorIdentifiers",
        ]
        assert error["description"]
        assert (error["severity"], error["category"]) == ("ERROR", "DATA")
        assert (error["causes"], error["errorIdentifiers"]) == ([], {})
    return [(error["code"], error["field"]) for error in body["error"]]


def descriptions(answer: httpx.Response) -> str:
    """What an answer says of all its errors."""
    return "\n".join(error["description"] for error in answer.json()["error"])


def _rows(values: list[dict[str, str]]) -> list[SourceRow]:
    return [SourceRow(number, dict(each)) for number, each in enumerate(values, 1)]
