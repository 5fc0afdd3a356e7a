"""The sandbox's fulfilment centres: two whole months of the seller's movements and ten days of a third (SB-03, SB-04).

The movements are made up, the same each time. The reconciliation document asks for May 2024 and, of its sample item,
for 1 to 10 June. April is there so that May has something to begin with.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from onhand.basics.clock import Clock
from onhand.catalogue.imports import import_items, import_skus, listed
from onhand.catalogue.report import SourceRow
from onhand.fulfilment.centres import NewCentre, add_centres
from onhand.sandbox.checks import accepted, stored
from onhand.sandbox.credentials import SELLER_CODE
from onhand.sandbox.dropship import SELLER_SKUS
from onhand.store.database import Database

CENTRES = {"SFC1": "Sandbox Centre West", "SFC2": "Sandbox Centre East"}
WEST, EAST = CENTRES
# The sample of the reconciliation document.
SAMPLE_GTIN, SAMPLE_SKU, SAMPLE_NAME = "00012345678905", "SELLER-BOTTLE-03", "Water bottle, 750 ml"
GTINS = (SAMPLE_GTIN, *SELLER_SKUS.values())
FIRST_DAY, LAST_DAY = date(2024, 4, 1), date(2024, 6, 10)

Event = dict[str, Any]
# 18:00 UTC is 11:00 in Los Angeles.
_NOON = "18:00:00"
_DELIVERED = {WEST: 130, EAST: 70}
_SOLD_AT_LEAST = {WEST: 2, EAST: 1}
_COUNTED_ON = date(2024, 5, 28)


async def seed_centres(database: Database, clock: Clock) -> None:
    """Make the centres and the document's sample item known.

    Raises:
        SeedRefused: something of it was not accepted.
    """
    accepted(await add_centres(database, clock, [NewCentre(code, name) for code, name in CENTRES.items()]))
    item = SourceRow(1, {"gtin": SAMPLE_GTIN, "name": SAMPLE_NAME})
    stored(await import_items(database, clock, listed([item])))
    sku = SourceRow(1, {"gtin": SAMPLE_GTIN, "seller": SELLER_CODE, "sku": SAMPLE_SKU})
    stored(await import_skus(database, clock, listed([sku])))


def movements() -> Iterator[Event]:
    """Every movement, in the operator's wire form (OP-03)."""
    for number, gtin in enumerate(GTINS):
        yield from _movements_of(gtin, number)


def counts() -> Iterator[Event]:
    """A stocktaking of every item at both centres, to be posted when its movements are known."""
    for number, gtin in enumerate(GTINS):
        told = list(_movements_of(gtin, number))
        for centre in CENTRES:
            yield _count(gtin, centre, told)


def _movements_of(gtin: str, number: int) -> Iterator[Event]:
    yield from _deliveries(gtin)
    yield from _daily(gtin, number)
    yield from _transfers(gtin)
    yield from _mishaps(gtin, number)


def _deliveries(gtin: str) -> Iterator[Event]:
    for centre, units in _DELIVERED.items():
        for month in (4, 5, 6):
            arrived = date(2024, month, 1)
            shipment = f"{7_100_000 + month * 100 + int(centre[-1])}WFA"
            yield _event(gtin, centre, "RECEIVED", arrived, "14:30:00", quantity=units, reference=shipment)


def _daily(gtin: str, number: int) -> Iterator[Event]:
    """What is sold every day, in the evening of the last of a month after midnight UTC, and what comes back."""
    for days in range((LAST_DAY - FIRST_DAY).days + 1):
        day = FIRST_DAY + timedelta(days)
        for centre, least in _SOLD_AT_LEAST.items():
            units = least + (days + number) % (4 - least)
            order = f"{108_470_000 + days * 10 + number}"
            is_last = (day + timedelta(1)).day == 1
            # 06:30 UTC of the next day is 23:30 of this one in Los Angeles.
            moment = (day + timedelta(1), "06:30:00") if is_last else (day, "20:15:00")
            yield _event(gtin, centre, "SOLD", *moment, quantity=-units, reference=order)
        if days % 9 == 8:
            yield _event(gtin, WEST, "RETURNED", day, _NOON, quantity=1, reference=f"RMA-{days:03d}-{number}")


def _transfers(gtin: str) -> Iterator[Event]:
    """One told in one event, one that took three days, and one that was in transit when May ended."""
    yield _event(gtin, WEST, "TRANSFERRED", date(2024, 4, 18), _NOON, quantity=8, to={"node": EAST})
    for left, came in ((date(2024, 5, 20), date(2024, 5, 23)), (date(2024, 5, 30), date(2024, 6, 2))):
        yield _event(gtin, WEST, "TRANSFERRED", left, "21:00:00", quantity=10, to={"inTransit": True})
        sender = {"node": WEST, "inTransit": True}
        yield _event(gtin, EAST, "TRANSFERRED", came, "15:00:00", quantity=10, **{"from": sender})


def _mishaps(gtin: str, number: int) -> Iterator[Event]:
    for event_type, centre, day, units in (
        ("LOST", WEST, date(2024, 4, 17), -3),
        ("FOUND", WEST, date(2024, 4, 25), 1),
        ("DAMAGED", EAST, date(2024, 4, 22), -1),
        ("DAMAGED", WEST, date(2024, 5, 8), -2),
        ("REMOVED", WEST, date(2024, 5, 15), -5),
        ("LOST", EAST, date(2024, 5, 16), -2 - number),
        ("FOUND", EAST, date(2024, 6, 5), 1),
        ("ADJUSTED", WEST, date(2024, 6, 4), 1),
    ):
        yield _event(gtin, centre, event_type, day, "19:40:00", quantity=units)


def _count(gtin: str, centre: str, told: list[Event]) -> Event:
    """A stocktaking late in May that finds one unit fewer than the ledger believes."""
    until = f"{_COUNTED_ON}T13:00:00Z"
    held = sum(_difference(event, centre) for event in told if event["occurredAt"] < until)
    return _event(gtin, centre, "PI", _COUNTED_ON, "13:00:00", counted=held - 1)


def _difference(event: Event, centre: str) -> int:
    """What an event adds to the units that lie at a centre."""
    quantity: int = event["quantity"]
    if event["node"] == centre:
        return -quantity if "to" in event else quantity
    return quantity if event.get("to", {}).get("node") == centre else 0


def _event(gtin: str, centre: str, event_type: str, day: date, clock_time: str, **more: Any) -> Event:
    moment = datetime.fromisoformat(f"{day}T{clock_time}")
    return {
        "eventId": f"{event_type}-{gtin[-6:]}-{moment:%Y%m%dT%H%M}",
        "eventType": event_type,
        "node": centre,
        "partnerId": SELLER_CODE,
        "gtin": gtin,
        "occurredAt": f"{moment.isoformat()}Z",
        **more,
    }
