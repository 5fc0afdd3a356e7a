"""A plain Python model of the ledger: the oracle of its tests.

It holds the set of events and nothing else. What is on hand at a moment is what was last counted up to it and
everything since, in the one order of events.
"""

from collections.abc import Iterable
from decimal import Decimal

from onhand.stock.messages import EventMessage
from onhand.stock.vocabulary import EVENT_TYPE_BY_NAME, Effect

Shelf = tuple[str, str]


def differences(message: EventMessage) -> list[tuple[Shelf, Decimal | None, Decimal | None]]:
    """Per area and state: the difference that a message makes, or what it counts."""
    here = (message.location_area, "AVAILABLE")
    effect = EVENT_TYPE_BY_NAME[message.event_type].effect
    if message.counted is not None:
        return [(here, None, Decimal(str(message.counted)))]
    quantity = Decimal(str(message.quantity or 0))
    if effect is Effect.NONE:
        return [(here, Decimal(0), None)]
    if effect is Effect.CLAIMS:
        return [(here, quantity, None), ((message.location_area, "CLAIMS"), -quantity, None)]
    side = message.to or message.from_
    if side is None:
        return [(here, quantity, None)]
    signed = -quantity if message.to else quantity
    return [(here, signed, None), ((str(side.location_area), "AVAILABLE"), -signed, None)]


def on_hand(messages: Iterable[tuple[str, EventMessage]], moment: object) -> dict[Shelf, Decimal]:
    """What lies on each shelf at a moment, that moment included, by (source, message)."""
    happened = sorted(
        ((m.occurred_at, 0 if m.counted is None else 1, source, m.event_id, m) for source, m in messages),
        key=lambda entry: entry[:4],
    )
    shelves: dict[Shelf, Decimal] = {}
    for occurred_at, _, _, _, message in happened:
        if occurred_at > moment:  # type: ignore[operator]
            break
        for shelf, difference, counted in differences(message):
            shelves[shelf] = counted if counted is not None else shelves.get(shelf, Decimal(0)) + (difference or 0)
    return shelves
