"""The operator's desk: the whole operator API over a database, and a client that has its token."""

import itertools
from typing import Any

import httpx
import msgspec
from prometheus_client import CollectorRegistry

from onhand.dropship.declaring import declare
from onhand.files.bodies import BodyLimits
from onhand.partners.operators import OperatorClient, add_operator_client
from onhand.partners.published import Published
from onhand.settings import Settings
from onhand.settlement.calendar import SettlementCalendar
from onhand.settlement.intake import SettlementIntake
from onhand.stock.intake import Intake
from onhand.stock.locations import SHIP_NODE, Locations
from onhand.stock.resolving import EventLimits
from onhand.store.database import Database, Session
from onhand.store.schema import newest_revision
from onhand.surfaces.operator.health import MetricsDoor
from onhand.surfaces.operator.surface import OperatorServices, surface
from onhand.surfaces.plumbing.application import Application, build_application
from onhand.surfaces.plumbing.metrics import RequestMetrics
from onhand.surfaces.plumbing.throttling import Rate, Throttle
from onhand.wiring.settling import settle
from tests.conftest import FrozenClock

TOKEN = "a-token-of-the-tests"
GTIN = "00012345678905"
OTHER_GTIN = "00012345678912"
LIMITS = BodyLimits(body_bytes_max=100_000, decompressed_bytes_max=400_000, line_bytes_max=10_000, rows_max=50)

SMALL_BODY_BYTES_MAX = 60_000
PUBLISHED = Published(
    consumer_ids=frozenset({"everybodys-consumer"}),
    operator_tokens=frozenset({"published-to-anybody"}),
    client_ids=frozenset({"everybodys-client"}),
    key_fingerprints=frozenset({"81be7fc88bd1cd12ec5895e72ecf5c100afa18ae75f4c526c73fe6d837301247"}),
    client_secrets=frozenset({"a-secret-of-everybody"}),
)
OPEN = MetricsDoor(is_open=True)


class Desk:
    """The API as an operator client sees it."""

    def __init__(
        self,
        database: Database,
        clock: FrozenClock,
        calls_per_second: int = 1_000,
        metrics_door: MetricsDoor = OPEN,
    ) -> None:
        self.database = database
        self.clock = clock
        self._declarations = itertools.count(1)
        self.revision: str | None = newest_revision()
        self.application = self._application(calls_per_second, metrics_door)
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.application, raise_app_exceptions=False),
            base_url="http://onhand.test",
            headers={"Authorization": f"Bearer {TOKEN}"},
        )

    def _application(self, calls_per_second: int, metrics_door: MetricsDoor) -> Application:
        metrics, registry, locations = RequestMetrics(), CollectorRegistry(), Locations(self.database)
        registry.register(metrics)
        numbers = itertools.count(1)

        async def revision_of() -> str | None:
            return self.revision

        services = OperatorServices(
            database=self.database,
            locations=locations,
            clock=self.clock,
            intake=Intake(self.database, locations, self.clock, EventLimits()),
            throttle=Throttle({"operator": Rate.of(calls_per_second)}, self.clock),
            registry=registry,
            revision_of=revision_of,
            new_token=lambda: f"a-random-token-{next(numbers)}",
            cursor_secret=b"a secret of the tests",
            body_limits=LIMITS,
            small_body_bytes_max=SMALL_BODY_BYTES_MAX,
            settlement=SettlementIntake(self.database, self.clock, SettlementCalendar()),
            calendar=SettlementCalendar(),
            settle=lambda: settle(Settings(settlement_unit_value="2.50"), self.database, locations, self.clock),
            batch_orders_max=10,
            published=PUBLISHED,
            metrics_door=metrics_door,
        )
        return build_application([surface(services)], metrics=metrics, version="0")

    async def open(self) -> None:
        """Make the client of the tests known; its source is `tills`."""
        for client_id, token in (("tests", TOKEN), ("published", "published-to-anybody")):
            added = await add_operator_client(
                self.database, self.clock, client_id=client_id, source="tills", token=token
            )
            assert isinstance(added, OperatorClient)

    async def stock_shop(self) -> None:
        """Store 45 and two items of the supplier `awesome-company`."""
        await self.put("/stores/45", {"name": "Main Street"})
        await self.put("/stores/46", {"name": "Side Street"})
        await self.post("/partners", {"kind": "supplier", "code": "awesome-company", "name": "Awesome Company"})
        items = [{"gtin": GTIN, "name": "Oat drink"}, {"gtin": OTHER_GTIN, "name": "Rye bread"}]
        answer = await self.post("/items", {"items": items})
        assert answer.status_code == 200, answer.text

    async def stock_node(self, code: str, gtin: str, units: int | None) -> None:
        """What the owner of a ship node declares of an item: units, or None for without end."""
        node = await Locations(self.database).find(SHIP_NODE, code)
        assert node is not None
        number = next(self._declarations)

        async def work(session: Session) -> None:
            named = {"partner_id": node.partner_id, "item_id": int(gtin), "event_id": f"declared-{number}"}
            await declare(
                session, node, **named, code="AC" if units is not None else "AA", units=units, now=self.clock()
            )

        await self.database.write(work)

    async def get(self, path: str, **parameters: str) -> httpx.Response:
        return await self.client.get(f"/operator/v1{path}", params=parameters)

    async def post(self, path: str, body: Any) -> httpx.Response:
        return await self.client.post(f"/operator/v1{path}", json=body)

    async def put(self, path: str, body: Any) -> httpx.Response:
        return await self.client.put(f"/operator/v1{path}", json=body)

    async def delete(self, path: str, **parameters: str) -> httpx.Response:
        return await self.client.delete(f"/operator/v1{path}", params=parameters)

    async def send(self, content: bytes, **headers: str) -> httpx.Response:
        """Post a body of events as it stands; underscores in header names stand for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named.setdefault("content-type", "application/x-ndjson")
        return await self.client.post("/operator/v1/events", content=content, headers=named)

    async def post_events(self, *events: dict[str, Any]) -> dict[str, Any]:
        """Post events as NDJSON; what became of them."""
        answer = await self.send(b"\n".join(map(msgspec.json.encode, events)))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def event(event_id: str, quantity: float = 1, **fields: Any) -> dict[str, Any]:
    """An event of store 45; a None leaves a field out."""
    whole = {
        "eventId": event_id,
        "eventType": "NGR",
        "storeNbr": 45,
        "gtin": GTIN,
        "quantity": quantity,
        "occurredAt": "2026-03-05T10:00:00Z",
        **fields,
    }
    return {name: value for name, value in whole.items() if value is not None}


def problem(answer: httpx.Response, status: int, name: str) -> dict[str, Any]:
    """The problem details of an answer, seen to be whole."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["type"] == f"/operator/v1/problems/{name}"
    assert body["instance"] == answer.request.url.path
    assert body["title"]
    assert body["detail"]
    return body


def faults(answer: httpx.Response, status: int, name: str) -> list[tuple[str, str]]:
    """Where each fault of a problem is, with its code."""
    found = problem(answer, status, name)["errors"]
    assert all(fault["message"] for fault in found)
    return [(fault.get("pointer") or fault["parameter"], fault["code"]) for fault in found]
