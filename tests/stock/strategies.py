"""Random inventory events for the ledger's property tests."""

from datetime import datetime, timedelta

from hypothesis import strategies as st

from onhand.stock.messages import EventMessage, OtherSide

GTIN = "00044444444444"
START = datetime(2026, 1, 30, 22, 0)  # noqa: DTZ001  the ledger takes it as UTC

# Few moments, so that ties are common; they straddle the end of a month, so that flows are too.
moments = st.integers(0, 11).map(lambda hours: START + timedelta(hours=6 * hours))
amounts = st.one_of(st.integers(0, 9), st.sampled_from([0.5, 1.25, 0.0001]))
sources = st.sampled_from(["a", "b"])


@st.composite
def messages(draw: st.DrawFn, event_id: str, store_nbr: int) -> EventMessage:
    """One event of any kind."""
    kind = draw(
        st.sampled_from(["RETURNS", "SALES", "BR", "PI", "CORRECTION", "NB", "RECLAMATION", "MOVE", "DECANTING"])
    )
    amount = draw(amounts)
    area = draw(st.sampled_from(["STORE", "STORE", "BACKROOM"]))
    other = "BACKROOM" if area == "STORE" else "STORE"
    common = {"event_id": event_id, "gtin": GTIN, "occurred_at": draw(moments), "store_nbr": store_nbr}
    match kind:
        case "PI":
            return EventMessage(event_type=kind, location_area=area, counted=amount, **common)
        case "CORRECTION":
            counted = draw(st.booleans())
            amounts_ = {"counted": amount} if counted else {"quantity": draw(st.sampled_from([1, -1])) * amount}
            return EventMessage(event_type=kind, location_area=area, **amounts_, **common)
        case "SALES" | "RECLAMATION":
            return EventMessage(event_type=kind, location_area=area, quantity=-amount, **common)
        case "MOVE":
            side = {draw(st.sampled_from(["from_", "to"])): OtherSide(location_area=other)}
            return EventMessage(event_type="BR", location_area=area, quantity=amount, **side, **common)
        case "DECANTING":
            side = {"to": OtherSide(location_area="MFC")}
            return EventMessage(event_type=kind, location_area=area, quantity=amount, **side, **common)
        case _:
            return EventMessage(event_type=kind, location_area=area, quantity=amount, **common)


@st.composite
def histories(draw: st.DrawFn, store_nbr: int, events_max: int = 24) -> list[tuple[str, EventMessage]]:
    """A set of events, each with its source."""
    count = draw(st.integers(1, events_max))
    return [(draw(sources), draw(messages(f"e{number}", store_nbr))) for number in range(count)]


@st.composite
def deliveries(draw: st.DrawFn, history: list[tuple[str, EventMessage]]) -> list[list[tuple[str, EventMessage]]]:
    """A way in which a set of events may arrive: any order, some of them again, in any batches."""
    again = draw(st.lists(st.sampled_from(history), max_size=6))
    order = draw(st.permutations([*history, *again]))
    cuts = sorted(draw(st.sets(st.integers(1, len(order)), max_size=4)))
    return [order[start:end] for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True) if start < end]
