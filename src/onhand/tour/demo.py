"""The demo: the data set in a ledger of its own, and the tour of the server that serves it."""

from pathlib import Path

import msgspec
from rich.console import Console

from onhand.basics.clock import Clock
from onhand.completejourney.dropship import DropShip, drop_ship
from onhand.completejourney.fulfilment import Fulfilment, fulfilment_of, load_fulfilment, read_shipments
from onhand.completejourney.highlight import Highlight, highlight
from onhand.completejourney.loading import JourneyOptions, Progress, load_completejourney
from onhand.completejourney.package import data_directory
from onhand.completejourney.selling import SellerSales, sellers_of
from onhand.completejourney.streaming import Part, read_journey
from onhand.files.replacing import replace_file
from onhand.settings import Settings
from onhand.store.database import Database
from onhand.tour.asking import client_of, seller_client_of
from onhand.tour.credentials import Partners, dismiss, enrol
from onhand.tour.dropship import NODES, DropShipTour
from onhand.tour.fulfilment import FulfilmentTour
from onhand.tour.reports import ReportTour
from onhand.tour.settlement import SettlementTour
from onhand.tour.steps import Tour
from onhand.wiring.databases import open_database
from onhand.wiring.intake import build_intake

_SCENE = "scene.json"
_POSITION = "loading.json"
# At two ship nodes they make a feed of ten thousand rows.
_VENDOR_ITEMS_MAX = 5_000


class DemoData(msgspec.Struct, frozen=True):
    """A demo that has been loaded: which part of the data set, how many events, and what there is to look at."""

    part: Part
    events: int
    scene: Highlight
    vendor: DropShip
    fulfilment: Fulfilment
    sellers: tuple[SellerSales, ...]


async def prepare(settings: Settings, clock: Clock, directory: Path, part: Part, progress: Progress) -> DemoData:
    """Load the part of the data set, unless it was loaded before; an interrupted load is gone on with.

    `directory`, which exists, keeps what is known of the demo, beside its database.

    Raises:
        NotInstalled: the data set's package is not there.
    """
    kept = _kept(directory / _SCENE)
    if kept and kept.part == part:
        return kept
    source = data_directory()
    database = await open_database(settings)
    try:
        options = JourneyOptions(part=part, position_path=directory / _POSITION)
        intake = build_intake(database, settings, clock)
        counts = await load_completejourney(database, intake, clock, source, options, progress)
        journey = read_journey(source, part)
        shipments = read_shipments(journey)
        fulfilled = await load_fulfilment(database, intake, clock, shipments)
    finally:
        await database.close()
    events = sum(each.accepted + each.duplicates for each in (counts, fulfilled))
    vendor = drop_ship(journey, _VENDOR_ITEMS_MAX)
    loaded = DemoData(part, events, highlight(journey), vendor, fulfilment_of(shipments), sellers_of(journey))
    replace_file(directory / _SCENE, msgspec.json.encode(loaded))
    return loaded


async def take_tour(settings: Settings, clock: Clock, data: DemoData, url: str, console: Console) -> None:
    """Ask the server at `url` as partners of the data set and as their operator would, and show the answers."""
    database = await open_database(settings)
    try:
        await _take(database, clock, data, url, console)
    finally:
        await database.close()


async def _take(database: Database, clock: Clock, data: DemoData, url: str, console: Console) -> None:
    scene, vendor = data.scene, data.vendor
    partners = Partners(scene.supplier_code, vendor.supplier_code, data.fulfilment.seller_code)
    credentials = await enrol(database, clock, partners, NODES)
    try:
        known = (credentials.seller_client, credentials.seller_secret)
        async with client_of(url, credentials, clock) as client, seller_client_of(url, *known) as seller:
            await Tour(client, scene, console, clock).take()
            await DropShipTour(client, vendor, _foreign_to(vendor, scene), console, clock).take()
            await FulfilmentTour(seller, data.fulfilment, console).take()
            await ReportTour(client, console).take()
            await SettlementTour(client, database, data.sellers, console, clock).take(url)
    finally:
        await dismiss(database, clock, credentials)


def _foreign_to(vendor: DropShip, scene: Highlight) -> str:
    """An item that is not the vendor's."""
    return scene.foreign_gtin if vendor.supplier_code == scene.supplier_code else scene.gtin


def _kept(path: Path) -> DemoData | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=DemoData)
    except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
        return None
