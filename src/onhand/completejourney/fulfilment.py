"""A marketplace seller of the data set: register lines of three stores, taken as shipments from fulfilment centres.

The lines of one manufacturer's products are real but for their meaning and their year: a sale at a register is told as
SOLD at a centre, 261 weeks later, because fulfilled stock is reported from 2022 on only. Same weekday, same time. What
the data set leaves out, the receipts, is simulated as for stores and told under that source.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain

import msgspec
import polars as pl

from onhand.basics.clock import Clock
from onhand.basics.refusal import Refusal
from onhand.catalogue.imports import import_skus, listed
from onhand.catalogue.report import SourceRow
from onhand.completejourney.catalogue import Conflict, item_name
from onhand.completejourney.highlight import NO_GOODS
from onhand.completejourney.messages import REGISTER, SIMULATED
from onhand.completejourney.numbering import gtin_of, seller_code_of, seller_name_of
from onhand.completejourney.products import products
from onhand.completejourney.simulation import OPENED_AT, simulate, sold_by_week
from onhand.completejourney.streaming import Journey, Window
from onhand.files.position import Counts
from onhand.fulfilment.centres import NewCentre, add_centres
from onhand.partners.onboarding import add_partner
from onhand.stock.intake import Intake
from onhand.stock.messages import EventMessage
from onhand.store.database import Database

WEEKS_LATER = timedelta(weeks=261)
"""From 1 January 2017, a Sunday, to 2 January 2022."""
_CENTRES_MAX = 3
_ROWS_OF_A_WINDOW = 20_000
_DAYS_SHOWN = 14


class Fulfilment(msgspec.Struct, frozen=True):
    """The seller, its centres with the stores that they stand for, and what to look at: its item that sold most.

    `first_day` and `last_day` (yyyy-mm-dd) bound the last two weeks of movements.
    """

    seller_code: str
    seller_name: str
    stores_by_centre: dict[str, int]
    gtin: str
    name: str
    first_day: str
    last_day: str


class Shipments(msgspec.Struct, frozen=True):
    """The lines of the manufacturer at the stores: store, product, basket, quantity, sold_at; and what it makes."""

    maker: int
    stores: tuple[int, ...]
    lines: pl.DataFrame
    made: pl.DataFrame
    until: datetime


def read_shipments(journey: Journey) -> Shipments:
    """The journey's busiest stores, at most three, and the manufacturer with the most register lines there."""
    counted = pl.concat(lines.group_by("store", "product").len("times") for lines in journey.lines())
    by_store = counted.group_by("store").agg(pl.col("times").sum()).sort(["times", "store"], descending=[True, False])
    stores = sorted(by_store["store"].head(_CENTRES_MAX).to_list())
    goods = products(journey.directory).filter(
        pl.col("manufacturer").is_not_null(), ~pl.col("department").is_in(NO_GOODS)
    )
    goods = goods.with_columns(pl.col("product").cast(pl.Int32))
    sold = counted.filter(pl.col("store").is_in(stores)).join(goods, on="product")
    by_maker = sold.group_by("manufacturer").agg(pl.col("times").sum())
    maker = int(by_maker.sort(["times", "manufacturer"], descending=[True, False])["manufacturer"][0])
    made = goods.filter(pl.col("manufacturer") == maker)
    chosen = pl.col("store").is_in(stores) & pl.col("product").is_in(made["product"].implode())
    lines = pl.concat(lines.filter(chosen) for lines in journey.lines())
    return Shipments(maker, tuple(stores), lines, made, journey.part.until)


def fulfilment_of(shipments: Shipments) -> Fulfilment:
    """Who sells there, and what there is to look at."""
    times = shipments.lines.group_by("product").len("times").sort(["times", "product"], descending=[True, False])
    best = shipments.made.filter(pl.col("product") == times["product"][0])
    last = shipments.lines["sold_at"][-1] + WEEKS_LATER
    return Fulfilment(
        seller_code_of(shipments.maker),
        seller_name_of(shipments.maker),
        {centre_of(store): store for store in shipments.stores},
        gtin_of(times["product"][0]),
        item_name(times["product"][0], best["type"][0], best["size"][0]),
        (last - timedelta(days=_DAYS_SHOWN - 1)).date().isoformat(),
        last.date().isoformat(),
    )


def centre_of(store: int) -> str:
    """The code of the fulfilment centre that stands for a store."""
    return f"FC-{store}"


async def load_fulfilment(database: Database, intake: Intake, clock: Clock, shipments: Shipments) -> Counts:
    """Make the seller, its SKUs and its centres known and post its movements; what is there already is a duplicate.

    Raises:
        Conflict: a partner, SKU or centre is known already as something else.
    """
    scene = fulfilment_of(shipments)
    _check(await add_partner(database, clock, kind="seller", code=scene.seller_code, name=scene.seller_name))
    skus = [
        SourceRow(number, {"gtin": gtin_of(product), "seller": scene.seller_code, "sku": f"P-{product}"})
        for number, product in enumerate(shipments.lines["product"].unique().sort(), 1)
    ]
    report = await import_skus(database, clock, listed(skus))
    if not report.is_stored:
        problem = report.problems[0]
        raise Conflict(f"{problem.field} {problem.value}: {problem.message}")
    centres = [
        NewCentre(code, f"Fulfilment centre in place of store {store}")
        for code, store in scene.stores_by_centre.items()
    ]
    _check(await add_centres(database, clock, centres))
    counts = Counts()
    for window in windows(shipments, scene.seller_code):
        counts.add(await intake.post(window.source, window.messages))
    return counts


def windows(shipments: Shipments, seller_code: str) -> Iterator[Window]:
    """The seller's movements: what was received, simulated, and what was sold."""
    simulation = simulate(sold_by_week([shipments.lines]))
    arrived = simulation.deliveries.filter(pl.col("arrived_at") < shipments.until)
    opened = simulation.openings.with_columns(pl.lit(OPENED_AT).cast(pl.Datetime("us")).alias("arrived_at"))
    received = pl.concat([opened, arrived.select(opened.columns)])
    return chain(
        (Window(SIMULATED, _receipts(some, seller_code)) for some in received.iter_slices(_ROWS_OF_A_WINDOW)),
        (Window(REGISTER, _sales(some, seller_code)) for some in shipments.lines.iter_slices(_ROWS_OF_A_WINDOW)),
    )


def _receipts(received: pl.DataFrame, seller_code: str) -> list[EventMessage]:
    columns = ("store", "product", "units", "arrived_at")
    return [
        EventMessage(
            event_id=f"receipt-{arrived_at + WEEKS_LATER:%Y-%m-%d}-{product}",
            event_type="RECEIVED",
            gtin=gtin_of(product),
            occurred_at=arrived_at + WEEKS_LATER,
            node=centre_of(store),
            partner_id=seller_code,
            quantity=units,
            reference="simulated",
        )
        for store, product, units, arrived_at in received.select(columns).iter_rows()
    ]


def _sales(lines: pl.DataFrame, seller_code: str) -> list[EventMessage]:
    columns = ("store", "product", "basket", "quantity", "sold_at")
    return [
        EventMessage(
            event_id=f"{basket}-{product}",
            event_type="SOLD",
            gtin=gtin_of(product),
            occurred_at=sold_at + WEEKS_LATER,
            node=centre_of(store),
            partner_id=seller_code,
            quantity=-quantity,
            reference=str(basket),
        )
        for store, product, basket, quantity, sold_at in lines.select(columns).iter_rows()
    ]


def _check(answer: object) -> None:
    if isinstance(answer, Refusal):
        raise Conflict(answer.message)
