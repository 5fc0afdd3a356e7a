"""The sandbox's events: the transaction-history data set of TH-10, and what store inventory shows beside it (SB-03)."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

STORE = 45
OTHER_STORE = 30

# TH-10: GTINs of store 45 with history from 2023-02-16 to 2023-02-22.
SAMPLE_GTIN = "00044444444444"
HISTORY_GTINS = tuple(f"000444444444{last}" for last in range(44, 50)) + tuple(
    f"000555555555{last}" for last in range(55, 60)
)
# TH-10: mapped, and never anything of them in a store.
EMPTY_GTINS = ("00088888888888", "00099999999999")
# TH-10: another supplier's.
FOREIGN_GTIN = "00082233344455"

# Samples of the store inventory document.
UNMAPPED_GTIN = "00028400310414"
NO_DATA_GTIN = "00301490477014"
NO_DATA_ITEM_NUMBER = "900045678"
BACKROOM_GTIN = "00300450524218"

# One consumer item under two GTINs, a weighed item, and one that a market fulfilment centre holds too.
CID = "614141000"
CID_GTINS = ("00614141000012", "00614141000029")
WEIGHED_GTIN = "00614141000036"
MFC_GTIN = "00614141000043"

Event = dict[str, Any]
_FIRST_DAY = date(2023, 2, 16)
_OPENING = "2023-02-15T05:00:00"
_STOCKTAKING = "2024-01-22T05:00:00"

# What stands above the opening count of 90 for the sample GTIN; its six newest rows are those of the document, which
# shows 6 for the count of 138 because the ledger stood at 132.
_SAMPLE_ROWS: tuple[tuple[str, str, int], ...] = (
    ("2023-02-16T07:10:00", "LR", 40),
    ("2023-02-16T15:22:41", "SALES", -6),
    ("2023-02-17T11:05:09", "SALES", -9),
    ("2023-02-18T06:45:00", "BR", 12),
    ("2023-02-18T13:31:55", "SALES", -11),
    ("2023-02-19T10:12:20", "POF", 4),
    ("2023-02-19T17:48:02", "SALES", -3),
    ("2023-02-20T09:15:30", "LP", 8),
    ("2023-02-20T18:10:20", "BR", 7),
    ("2023-02-21T03:06:12", "PI", 138),
    ("2023-02-21T12:03:06", "LR", 5),
    ("2023-02-21T21:01:02", "POF", 4),
    ("2023-02-22T06:00:00", "LP", 3),
)


def events() -> Iterator[Event]:
    """Every event of the sandbox, in the operator's wire form (OP-03)."""
    yield from _sample_history()
    for number, gtin in enumerate(HISTORY_GTINS):
        if gtin != SAMPLE_GTIN:
            yield from _week_of(gtin, number)
    yield from _present_stock()


def _sample_history() -> Iterator[Event]:
    yield _counted(SAMPLE_GTIN, _OPENING, 90)
    for occurred_at, event_type, number in _SAMPLE_ROWS:
        if event_type == "PI":
            yield _counted(SAMPLE_GTIN, occurred_at, number)
        else:
            yield _event(SAMPLE_GTIN, occurred_at, event_type, quantity=number)


def _week_of(gtin: str, number: int) -> Iterator[Event]:
    """Seven days of a made-up but plausible history, with each of the types that the document's tests ask for."""
    yield _counted(gtin, _OPENING, 60 + 5 * number)
    for day in range(7):
        morning, noon, evening = (
            f"{_FIRST_DAY + timedelta(day)}T{hour}:{10 + number}:00" for hour in ("06", "12", "19")
        )
        delivered = ("LR", "BR", "POF", "LP")[(day + number) % 4]
        yield _event(gtin, morning, delivered, quantity=3 + (day * 5 + number) % 7)
        yield _event(gtin, noon, "SALES", quantity=-1 - (day * 3 + number) % 6)
        if day == 4:
            yield _counted(gtin, evening, 58 + 5 * number)
        else:
            yield _event(gtin, evening, "RETURNS" if day % 3 == 2 else "SALES", quantity=1 if day % 3 == 2 else -2)


def _present_stock() -> Iterator[Event]:
    yield _counted(BACKROOM_GTIN, _STOCKTAKING, 36, area="BACKROOM")
    yield _counted(CID_GTINS[0], _STOCKTAKING, 24)
    yield _counted(CID_GTINS[1], _STOCKTAKING, 17)
    yield _event(CID_GTINS[1], "2024-01-22T17:40:12", "SALES", quantity=-2)
    yield _counted(WEIGHED_GTIN, _STOCKTAKING, 41.25)
    yield _event(WEIGHED_GTIN, "2024-01-23T00:15:03", "SALES", quantity=-1.135)
    yield _counted(MFC_GTIN, _STOCKTAKING, 12)
    yield _counted(MFC_GTIN, _STOCKTAKING, 80, area="MFC")
    yield _event(MFC_GTIN, "2024-01-22T09:30:00", "SALES", quantity=-1)
    yield _counted(FOREIGN_GTIN, _STOCKTAKING, 50, store=OTHER_STORE)


def _counted(gtin: str, occurred_at: str, counted: float, *, area: str = "STORE", store: int = STORE) -> Event:
    return _made(gtin, occurred_at, "PI", area, store) | {"counted": counted}


def _event(gtin: str, occurred_at: str, event_type: str, *, quantity: float) -> Event:
    return _made(gtin, occurred_at, event_type, "STORE", STORE) | {"quantity": quantity}


def _made(gtin: str, occurred_at: str, event_type: str, area: str, store: int) -> Event:
    return {
        "eventId": f"{gtin}-{area}-{occurred_at}",
        "eventType": event_type,
        "storeNbr": store,
        "gtin": gtin,
        "locationArea": area,
        "occurredAt": f"{occurred_at}Z",
    }
