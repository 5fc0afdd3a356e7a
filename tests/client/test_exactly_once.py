"""Through a line that breaks at random, in front of the real platform: what is written is written once."""

import random
from collections.abc import Iterator

import httpx
import pytest

from onhand.client import Client, FeedRow, GatewayClient, OperatorToken, Policy, SupplierKey
from onhand.client.results.stores import ActionLine
from onhand.sandbox.credentials import credentials
from tests.cli.test_servers import process
from tests.client.rogue import Act, Asked, Drop, Reply, Rogue, said
from tests.client.world import World

ITEM, NODE = "00012947218283", "123456701"
SHELF_ITEM, STORE = "00044444444444", 45
WRITES = 12
_PASSED_ON = ("content-type", "etag", "continuationpagetoken", "wm_qos.correlation_id")


@pytest.fixture(scope="module")
def platform() -> Iterator[str]:
    """The URL of a sandbox in a process of its own."""
    with process("sandbox", "--port", "0", "--json", "--no-throttle") as server:
        assert server.stdout is not None
        yield httpx.Response(200, content=server.stdout.readline()).json()["url"]


class Line:
    """Passes requests on and breaks now before they arrive, now before they are answered.

    `troubles` counts what it did; never more than three times running, so that six attempts are always enough.
    """

    def __init__(self, url: str, seed: int) -> None:
        self._http = httpx.Client(base_url=url, trust_env=False)
        self._lots = random.Random(seed)
        self._running = 0
        self._kind = ""
        self.troubles = 0

    def __call__(self, asked: Asked, _: int) -> Act:
        kinds = ["good", "lost", "unheard", "failed", "busy", "throttled"]
        # A fresh token that is refused at once is an error, and rightly so.
        kind = self._lots.choice(kinds if self._kind == "expired" else [*kinds, "expired"])
        self._kind = kind
        if kind == "good" or self._running == 3:
            self._running = 0
            return self._passed(asked)
        self._running += 1
        self.troubles += 1
        if kind in ("lost", "failed", "busy"):
            # It is done, and nobody hears of it.
            self._passed(asked)
        if kind == "expired":
            return said(401, "UNAUTHORIZED.GMP_GATEWAY_API") if asked.path.startswith("/v3") else Drop()
        return {"failed": said(500), "busy": said(503), "throttled": said(429, Retry_After="2")}.get(kind, Drop())

    def _passed(self, asked: Asked) -> Reply:
        token = self._token if asked.path.startswith("/v3") else None
        headers = {name: value for name, value in asked.headers.items() if name not in ("host", "content-length")}
        headers |= {"wm_sec.access_token": token} if token else {}
        answer = self._http.request(
            asked.method, asked.path, params=asked.query, headers=headers, content=asked.body or None
        )
        passed = {name: answer.headers[name] for name in _PASSED_ON if name in answer.headers}
        return Reply(answer.status_code, answer.content, passed)

    @property
    def _token(self) -> str:
        """A token of the platform's own: those that the client gets are the line's."""
        if not hasattr(self, "_got"):
            vendor = credentials().vendor
            named = {"WM_SVC.NAME": "line", "WM_QOS.CORRELATION_ID": "line"}
            login, form = (vendor.client_id, vendor.client_secret), {"grant_type": "client_credentials"}
            answer = self._http.post("/v3/token", auth=login, data=form, headers=named)
            self._got = str(answer.json()["access_token"])
        return self._got


def client_of(url: str, world: World | None = None) -> Client:
    """A client of everything, with the sandbox's credentials."""
    known = credentials()
    options = {"sleep": world.sleep, "monotonic": world.monotonic} if world else {}
    return Client(
        url,
        gateway=GatewayClient(client_id=known.vendor.client_id, client_secret=known.vendor.client_secret),
        supplier=SupplierKey(consumer_id=known.supplier.consumer_id, private_key_pem=known.supplier.private_key_pem),
        operator=OperatorToken(known.operator.token),
        policy=Policy(deadline_seconds=10_000.0, attempts_max=10),
        **options,
    )


@pytest.fixture(params=range(3))
def broken(request: pytest.FixtureRequest, platform: str) -> Iterator[tuple[Client, Client, Line]]:
    """A client over the broken line, one over a good one, and the line."""
    line = Line(platform, request.param)
    with Rogue(line).running() as rogue, client_of(rogue.url, World()) as over_line, client_of(platform) as direct:
        yield over_line, direct, line


def test_units_that_a_supplier_brings_arrive_once(broken: tuple[Client, Client, Line]) -> None:
    over_line, direct, line = broken
    before = direct.stores.available(STORE, SHELF_ITEM).quantity
    for _ in range(WRITES):
        outcome = over_line.stores.send_action("ARRIVAL", STORE, [ActionLine(gtin=SHELF_ITEM, quantity=1)])
        assert [each.status for each in outcome.line_info] == ["ACCEPTED"]
    assert direct.stores.available(STORE, SHELF_ITEM).quantity == before + WRITES
    assert line.troubles > WRITES


def test_feeds_are_taken_once(broken: tuple[Client, Client, Line]) -> None:
    over_line, direct, line = broken
    before = len(direct.feeds.list().to_list())
    sent = [over_line.feeds.submit([FeedRow(product_id=ITEM, ship_node=NODE, quantity=n)]) for n in range(WRITES)]
    assert len(set(sent)) == WRITES
    listed = [feed.feed_id for feed in direct.feeds.list()]
    assert (len(listed), set(sent) <= set(listed)) == (before + WRITES, True)
    assert line.troubles > WRITES


def test_orders_hold_their_units_once(broken: tuple[Client, Client, Line], request: pytest.FixtureRequest) -> None:
    over_line, direct, line = broken
    direct.inventory.set(gtin=ITEM, ship_node=NODE, amount=1_000)
    (node,) = direct.inventory.item(ITEM, ship_node=NODE).nodes
    held = node.reserved_qty.amount if node.reserved_qty else 0
    for number in range(WRITES):
        order = f"{request.node.name}-{number}"
        entry = {"eventId": order, "orderId": order, "node": NODE, "lines": [{"gtin": ITEM, "quantity": 2}]}
        (result,) = over_line.operator.reserve([entry]).results
        # Where the answer was lost, the repeat is told that it stands.
        assert result.status in ("accepted", "duplicate"), result
    (node,) = direct.inventory.item(ITEM, ship_node=NODE).nodes
    assert node.reserved_qty is not None
    assert node.reserved_qty.amount == (held or 0) + 2 * WRITES
    assert line.troubles > WRITES


def test_an_update_of_inventory_is_answered_as_the_first_time_and_read_back(
    broken: tuple[Client, Client, Line],
) -> None:
    over_line, direct, _ = broken
    for amount in range(500, 500 + WRITES):
        assert over_line.inventory.set(gtin=ITEM, ship_node=NODE, amount=amount).quantity.amount == amount
        assert direct.inventory.get(gtin=ITEM, ship_node=NODE).quantity.amount == amount
        assert over_line.inventory.get(gtin=ITEM, ship_node=NODE).quantity.amount == amount
