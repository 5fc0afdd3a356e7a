"""Two sellers and three fulfilment centres over a ledger, and short ways to say what happens there."""

from collections.abc import Sequence

from onhand.catalogue.imports import import_items, import_skus, listed
from onhand.catalogue.report import SourceRow
from onhand.fulfilment.centres import CentresAdded, NewCentre, add_centres
from onhand.partners.onboarding import Partner, add_partner
from onhand.stock.history import HistoryQuery, HistoryRow, history_page
from onhand.stock.intake import Outcome
from onhand.stock.locations import FULFILMENT_CENTRE, Location
from onhand.stock.messages import EventMessage, OtherSide
from onhand.stock.onhand import stock_as_of
from onhand.stock.streams import Stream
from onhand.stock.vocabulary import Area, State
from tests.stock.conftest import Ledger
from tests.stock.sending import UNIT, hours_ago

GTIN, OTHER_GTIN, FOREIGN_GTIN = "00012345678905", "00012345678912", "00012345678929"
SKU, OTHER_SKU, FOREIGN_SKU = "OAT-1", "RYE-1", "KETTLE"
SELLER, OTHER_SELLER = "10000000001", "10000000002"
EAST, WEST, NORTH = "EWR1", "LAX1", "SEA1"
CENTRES = (EAST, WEST, NORTH)
NAMES = {EAST: "Newark 1", WEST: "Los Angeles 1", NORTH: "Seattle 1"}


class Warehouse(Ledger):
    """The ledger as the operator's programs post to it; everything is GTIN of SELLER unless more is said."""

    partner_ids: dict[str, int]

    async def open(self) -> None:
        """Make sellers, items and centres known."""
        self.partner_ids = {}
        for code in (SELLER, OTHER_SELLER):
            added = await add_partner(self.database, self.clock, kind="seller", code=code, name=f"Seller {code}")
            assert isinstance(added, Partner)
            self.partner_ids[code] = added.partner_id
        names = {GTIN: "Oat drink", OTHER_GTIN: "Rye bread", FOREIGN_GTIN: "Kettle"}
        items = [SourceRow(n, {"gtin": gtin, "name": name}) for n, (gtin, name) in enumerate(names.items(), 1)]
        assert (await import_items(self.database, self.clock, listed(items))).is_stored
        skus = [(GTIN, SELLER, SKU), (OTHER_GTIN, SELLER, OTHER_SKU), (FOREIGN_GTIN, OTHER_SELLER, FOREIGN_SKU)]
        skus.append((GTIN, OTHER_SELLER, "THEIR-OATS"))
        rows = [SourceRow(n, {"gtin": g, "seller": s, "sku": k}) for n, (g, s, k) in enumerate(skus, 1)]
        assert (await import_skus(self.database, self.clock, listed(rows))).is_stored
        new = [NewCentre(code, NAMES[code]) for code in CENTRES]
        assert isinstance(await add_centres(self.database, self.clock, new), CentresAdded)

    async def centre(self, code: str) -> Location:
        """The location of a centre."""
        found = await self.locations.find(FULFILMENT_CENTRE, code)
        assert found is not None
        return found

    async def tell(self, *messages: EventMessage, source: str = "wms") -> list[Outcome]:
        """Post messages of one source."""
        return await self.intake.post(source, messages)

    async def accept(self, *messages: EventMessage, source: str = "wms") -> None:
        """Post messages that are new and right."""
        outcomes = await self.tell(*messages, source=source)
        assert {outcome.status for outcome in outcomes} == {"accepted"}, outcomes

    async def units(
        self, code: str, gtin: str = GTIN, seller: str = SELLER, *, as_of: int | None = None
    ) -> dict[str, int]:
        """What a centre holds of a seller's item, by state, in units."""
        owner_id = self.partner_ids[seller]
        place = await self.centre(code)
        stocks = await stock_as_of(self.database, location=place, item_id=int(gtin), owner_id=owner_id, as_of=as_of)
        return {stock.state.name: stock.quantity // UNIT for stock in stocks}

    async def history(self, code: str, state: State = State.AVAILABLE) -> Sequence[HistoryRow]:
        """The newest hundred legs of SELLER's GTIN at a centre."""
        stream = Stream(int(GTIN), self.partner_ids[SELLER], Area.STORE, state)
        query = HistoryQuery(None, await self.centre(code), stream, None, None, None, None, 100)
        page = await history_page(self.database, query)
        assert page is not None
        return page.rows

    async def flows(self, code: str, state: State = State.AVAILABLE) -> dict[int, int]:
        """The units that month flows tell of SELLER's GTIN at a centre, by event type."""
        place = await self.centre(code)
        rows = await self.rows(
            "SELECT event_type, quantity FROM month_flow WHERE location_id = "
            f"{place.location_id} AND owner_id = {self.partner_ids[SELLER]} AND state = {state.value}"
        )
        sums: dict[int, int] = {}
        for event_type, quantity in rows:
            assert isinstance(event_type, int)
            assert isinstance(quantity, int)
            sums[event_type] = sums.get(event_type, 0) + quantity // UNIT
        return sums


def moved(event_id: str, event_type: str, centre: str = EAST, *, hours: float = 1.0, **more: object) -> EventMessage:
    """A movement of SELLER's GTIN at a centre, so many hours ago."""
    sent = {"gtin": GTIN, "partner_id": SELLER, "occurred_at": hours_ago(hours), "node": centre, **more}
    return EventMessage(event_id=event_id, event_type=event_type, **sent)


def transfer(event_id: str, giver: str, taker: str, quantity: int, **more: object) -> EventMessage:
    """Units that go from one centre to another, told in one event."""
    return moved(event_id, "TRANSFERRED", giver, quantity=quantity, to=OtherSide(node=taker), **more)


def dispatch(event_id: str, giver: str, quantity: int, **more: object) -> EventMessage:
    """Units that leave a centre."""
    return moved(event_id, "TRANSFERRED", giver, quantity=quantity, to=OtherSide(in_transit=True), **more)


def arrival(event_id: str, giver: str, taker: str, quantity: int, **more: object) -> EventMessage:
    """Units that come to a centre from another that dispatched them."""
    side = OtherSide(node=giver, in_transit=True)
    return moved(event_id, "TRANSFERRED", taker, quantity=quantity, from_=side, **more)
