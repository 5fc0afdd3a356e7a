"""A shop to ask about: suppliers, a service provider, stores, and the items and events that a test puts there."""

import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from onhand.basics.clock import Clock
from onhand.partners.signatures import Verifier
from onhand.stock.intake import Intake
from onhand.stock.locations import Locations, NewStore, add_stores
from onhand.stock.messages import EventMessage
from onhand.stock.resolving import EventLimits
from onhand.store.database import Database
from onhand.store.queries import Queries
from onhand.surfaces.plumbing.application import build_application
from onhand.surfaces.plumbing.metrics import RequestMetrics
from onhand.surfaces.plumbing.throttling import Rate, Throttle
from onhand.surfaces.suppliers.routes import THROTTLE_CLASS, surface
from onhand.surfaces.suppliers.services import SupplierServices

SEED = Queries(Path(__file__).with_name("seed.sql"))

AWESOME, OTHER, PROVIDER, SELLER = 10, 11, 12, 13
AWESOME_CONSUMER = "00000000-0000-4000-8000-0000000000a1"
OTHER_CONSUMER = "00000000-0000-4000-8000-0000000000c1"
PROVIDER_CONSUMER = "00000000-0000-4000-8000-0000000000b1"
SELLER_CONSUMER = "00000000-0000-4000-8000-0000000000d1"
GTIN = "00044444444444"
_PARTNERS = (
    (AWESOME, "supplier", "awesome-company", "Awesome Company", AWESOME_CONSUMER),
    (OTHER, "supplier", "other-company", "Other Company", OTHER_CONSUMER),
    (PROVIDER, "provider", "provider", "The Provider", PROVIDER_CONSUMER),
    (SELLER, "seller", "seller", "A Seller", SELLER_CONSUMER),
)


class Shop:
    """The store APIs over a database, asked by signed requests."""

    def __init__(self, database: Database, clock: Clock, key: rsa.RSAPrivateKey) -> None:
        self.database = database
        self.clock = clock
        self.key = key
        self.locations = Locations(database)
        self.intake = Intake(database, self.locations, clock, EventLimits())
        self.client = self.client_of()

    def services(self, *, calls_per_second: float | None = None, **changed: Any) -> SupplierServices:
        """What the handlers call, some of it changed; nothing is throttled unless a rate is given."""
        rates = None if calls_per_second is None else {THROTTLE_CLASS: Rate.of(calls_per_second)}
        settings: dict[str, Any] = {
            "database": self.database,
            "locations": self.locations,
            "clock": self.clock,
            "verifier": Verifier(self.database, self.clock, signature_seconds=180, future_seconds=60),
            "throttle": Throttle(rates, self.clock),
            "limits": EventLimits(),
            "page_token_secret": b"secret of the tests",
            "page_rows_max": 100,
            "body_bytes_max": 100_000,
        }
        return SupplierServices(**{**settings, **changed})

    def client_of(self, **changed: Any) -> httpx.AsyncClient:
        """A client of an application over those services."""
        surfaces = [surface(self.services(**changed))]
        application = build_application(surfaces, metrics=RequestMetrics(), version="0")
        return httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://shop")

    async def open(self) -> None:
        """Put the partners with their keys and the stores 45 and 30 in."""
        await add_stores(self.database, self.clock, [NewStore(45, "Store 45"), NewStore(30, "Store 30")])
        public = self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        for partner_id, kind, code, name, consumer_id in _PARTNERS:
            await self.put("partner", partner_id=partner_id, kind=kind, code=code, name=name)
            await self.put("consumer", consumer_id=consumer_id, partner_id=partner_id)
            await self.put("key", consumer_id=consumer_id, key_version="1", public_key=public.decode())
        await self.put("association", provider_id=PROVIDER, supplier_id=AWESOME)

    async def put(self, statement: str, **parameters: Any) -> None:
        """Run one of the seed's statements."""
        await self.database.write(lambda session: session.run(SEED[statement], **parameters))

    async def item(
        self,
        gtin: str = GTIN,
        *,
        supplier: int | None = AWESOME,
        store: int | None = None,
        wm_item_nbr: str | None = None,
        cid: str | None = None,
    ) -> None:
        """Put an item in, mapped to a supplier for one store or for all."""
        await self.put("item", item_id=int(gtin), wm_item_nbr=wm_item_nbr, cid=cid)
        location = await self.locations.store(store) if store else None
        if supplier is not None:
            location_id = location.location_id if location else 0
            await self.put("mapping", item_id=int(gtin), partner_id=supplier, location_id=location_id)

    async def event(
        self,
        event_id: str,
        event_type: str,
        quantity: float | None = None,
        *,
        at: str = "2026-03-04T10:00:00",
        **other: Any,
    ) -> None:
        """Post one event at store 45; it must be accepted."""
        fields = {"store_nbr": 45, "gtin": GTIN, "quantity": quantity, **other}
        moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
        message = EventMessage(event_id=event_id, event_type=event_type, occurred_at=moment, **fields)
        (outcome,) = await self.intake.post("tests", [message])
        assert outcome.status == "accepted", outcome

    def headers(self, consumer_id: str = AWESOME_CONSUMER, **replaced: str | None) -> dict[str, str]:
        """The four headers, signed for now. The replaced ones are put in after signing; None leaves one out."""
        stamp = str(self.clock() // 1000)
        return sign(self.key, consumer_id, stamp, **replaced)

    async def get(self, path: str, *, consumer_id: str = AWESOME_CONSUMER, **headers: str) -> httpx.Response:
        """A signed GET."""
        return await self.client.get(path, headers={**self.headers(consumer_id), **headers})

    async def post(
        self, path: str, body: Any, *, consumer_id: str = AWESOME_CONSUMER, **headers: str
    ) -> httpx.Response:
        """A signed POST of JSON."""
        return await self.client.post(path, json=body, headers={**self.headers(consumer_id), **headers})


_NAMES = {
    "consumer": "WM_CONSUMER.ID",
    "timestamp": "WM_CONSUMER.INTIMESTAMP",
    "version": "WM_SEC.KEY_VERSION",
    "signature": "WM_SEC.AUTH_SIGNATURE",
}


def sign(
    key: rsa.RSAPrivateKey, consumer_id: str, stamp: str, version: str = "1", **replaced: str | None
) -> dict[str, str]:
    """The headers of a request. The signer is the tests' own, so that both sides can't share a mistake."""
    text = f"{consumer_id}\n{stamp}\n{version}\n".encode()
    signature = base64.b64encode(key.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()
    values = {"consumer": consumer_id, "timestamp": stamp, "version": version, "signature": signature, **replaced}
    return {_NAMES[name]: value for name, value in values.items() if value is not None}


def only_error(response: httpx.Response) -> dict[str, str]:
    """The one error of an answer, without its time stamp."""
    (error,) = response.json()["errors"]
    assert datetime.strptime(error.pop("timestamp"), "%Y-%m-%dT%H:%M:%S")  # noqa: DTZ007 - sent without a zone
    found: dict[str, str] = error
    return found
