"""A drop-ship vendor with thousands of items and two ship nodes, and requests as its programs send them."""

import json
import random
import urllib.request
from base64 import b64encode

import msgspec

from onhand.basics.clock import system_clock
from onhand.dropship.nodes import add_ship_node
from onhand.partners.clients import Scopes, add_gateway_client
from onhand.partners.onboarding import add_partner
from onhand.partners.operators import add_operator_client
from onhand.store.database import Database, Session
from onhand.store.queries import Query

NODES = ("123456701", "123456702")
CLIENT, SECRET = "bench-vendor", "a-secret-of-the-benchmark"
OPERATOR_TOKEN = "a-token-of-the-benchmark"
_FIRST_ITEM = 10_000_000_000
_APART = 7


class FeedRow(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A row of a DSV_INVENTORY feed (DS-13)."""

    product_id: str
    ship_node: str
    availability_code: str
    quantity: int


def item_ids(count: int) -> list[int]:
    """The vendor's items."""
    return [_FIRST_ITEM + number * _APART for number in range(count)]


async def make_known(database: Database, items: int) -> None:
    """The vendor, its client, its nodes and its items, and a client of the operator's."""
    await add_partner(database, system_clock, kind="supplier", code="vendor", name="Vendor")
    scopes = Scopes("full_access", "full_access", "full_access")
    client = {"client_id": CLIENT, "partner_code": "vendor", "secret": SECRET}
    await add_gateway_client(database, system_clock, **client, scopes=scopes)
    for node in NODES:
        await add_ship_node(database, system_clock, code=node, name=node, partner_code="vendor")
    await add_operator_client(database, system_clock, client_id="shop", source="shop", token=OPERATOR_TOKEN)
    listed = json.dumps(item_ids(items))

    async def work(session: Session) -> None:
        for name in ("insert_items", "map_items"):
            await session.run(_QUERIES[name], items=listed)

    await database.write(work)


def feed(items: int, seed: int) -> bytes:
    """A feed that declares something else for every item at both nodes, in no order of items."""
    chance = random.Random(seed)
    ids = item_ids(items)
    chance.shuffle(ids)
    rows = [FeedRow(f"{item_id:014d}", node, "AC", chance.randrange(1, 500)) for item_id in ids for node in NODES]
    header = {
        "version": "5.0.20240905-15_39_48-api",
        "feedType": "DSV_INVENTORY",
        "feedDate": "2024-12-30T13:03:33.000Z",
        "locale": "en",
        "businessUnit": "WALMART_US",
    }
    return msgspec.json.encode({"InventoryFeedHeader": header, "Inventory": rows})


class Vendor:
    """The vendor's program: it has a token, and sends the gateway's headers."""

    def __init__(self, port: int) -> None:
        self.port = port
        basic = b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        answered = self._send(
            "POST",
            "/v3/token",
            b"grant_type=client_credentials",
            {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"},
        )
        self.token = str(answered["access_token"])

    def get(self, path: str) -> dict[str, object]:
        """What a read is answered."""
        return self._send("GET", path, None, {"WM_SEC.ACCESS_TOKEN": self.token})

    def post(self, path: str, body: bytes) -> dict[str, object]:
        """What a write is answered."""
        return self._send("POST", path, body, {"WM_SEC.ACCESS_TOKEN": self.token, "Content-Type": "application/json"})

    def raw_get(self, path: str) -> bytes:
        """A read as bytes, for the load generator."""
        return (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
            f"WM_SEC.ACCESS_TOKEN: {self.token}\r\nWM_QOS.CORRELATION_ID: benchmark\r\nWM_SVC.NAME: Benchmark\r\n\r\n"
        ).encode()

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> dict[str, object]:
        whole = {"Accept": "application/json", "WM_SVC.NAME": "Benchmark", "WM_QOS.CORRELATION_ID": "b", **headers}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, whole, method=method)
        with urllib.request.urlopen(request, timeout=120) as answer:
            found: dict[str, object] = json.load(answer)
        return found


_INSERT_ITEMS = "INSERT INTO item (item_id, name, created_at, updated_at) SELECT {value}, 'Item', 0, 0 FROM {rows}"
_MAP_ITEMS = (
    "INSERT INTO item_supplier (item_id, partner_id, location_id, created_at) "
    "SELECT {value}, partner_id, 0, 0 FROM {rows}, partner WHERE code = 'vendor'"
)
_SQLITE = {"value": "r.value", "rows": "json_each(:items) AS r"}
_POSTGRESQL = {"value": "r.value::bigint", "rows": "json_array_elements_text(%(items)s::json) AS r (value)"}
_QUERIES = {
    name: Query(name, text.format(**_SQLITE), text.format(**_POSTGRESQL))
    for name, text in (("insert_items", _INSERT_ITEMS), ("map_items", _MAP_ITEMS))
}
