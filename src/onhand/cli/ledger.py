"""`onhand ledger`: proving the ledger, and the passes and commands that raise internal events (TH-09)."""

import secrets
from typing import Annotated

import msgspec
import typer

from onhand.basics.clock import Clock, parse_time, system_clock
from onhand.basics.gtin import parse_gtin
from onhand.cli.answers import REFUSED, Problem, accepted, print_facts, print_json
from onhand.cli.opened import with_database
from onhand.cli.options import AsJson, new_group
from onhand.cli.progress import counting_bar
from onhand.settings import Settings
from onhand.stock import audit
from onhand.stock import replay as replaying
from onhand.stock.housekeeping import PassSummary, run_pass
from onhand.stock.locations import Location, Locations
from onhand.stock.streams import Stream
from onhand.stock.vocabulary import RETAILER_ID, Area, State
from onhand.store.database import Database

app = new_group("The ledger: proving that it agrees with itself, housekeeping, refreshes and replays.")

StoreNumber = Annotated[int, typer.Option("--store", help="The store's number.")]
GtinText = Annotated[str, typer.Option("--gtin", help="The item's GTIN, 14 digits.")]
AreaName = Annotated[str, typer.Option("--area", help=f"One of {', '.join(area.name for area in Area)}.")]
CommandId = Annotated[
    str | None,
    typer.Option("--id", help="A name for this command: said again by it, nothing is raised twice. (default: random)"),
]


@app.command()
def verify(as_json: AsJson = False) -> None:
    """Compare stock and month flows with the legs that they come from; the status is 1 where something differs.

    Example: `onhand ledger verify`
    """

    async def work(database: Database, _settings: Settings) -> audit.AuditReport:
        with counting_bar("locations", shown=not as_json) as bar:
            return await audit.verify(database, Locations(database), bar.next_location)

    report = with_database(work)
    if as_json:
        print_json(report)
    else:
        print(f"{report.legs:,} legs in {report.locations:,} locations, {len(report.differences):,} differences")
        for found in report.differences:
            place = f"{found.location}, GTIN {found.gtin}, owner {found.owner_id}, {found.area} {found.state}"
            print(f"  {place}: {found.what}")
        if report.differences:
            print("The legs are right: `onhand ledger rebuild` makes the rest anew from them.")
    if report.differences:
        raise typer.Exit(REFUSED)


@app.command()
def rebuild(as_json: AsJson = False) -> None:
    """Make stock and month flows anew from the legs.

    Example: `onhand ledger rebuild`
    """

    async def work(database: Database, _settings: Settings) -> int:
        with counting_bar("locations", shown=not as_json) as bar:
            return await audit.rebuild(database, Locations(database), bar.next_location)

    print_facts({"legs": with_database(work)}, as_json=as_json)


@app.command()
def housekeeping(as_json: AsJson = False) -> None:
    """Run one housekeeping pass, as a server does by itself every ONHAND_HOUSEKEEPING_SECONDS.

    Example: `onhand ledger housekeeping`
    """

    async def work(database: Database, settings: Settings) -> PassSummary:
        hours = settings.backroom_hours
        return await run_pass(database, Locations(database), system_clock, backroom_hours=hours)

    print_facts(msgspec.structs.asdict(with_database(work)), as_json=as_json)


@app.command()
def refresh(
    store: StoreNumber, gtin: GtinText, area: AreaName = "STORE", command_id: CommandId = None, as_json: AsJson = False
) -> None:
    """Show in an item's history that it was refreshed (INRF); no quantity changes.

    Example: `onhand ledger refresh --store 45 --gtin 00044444444444`
    """
    stream, named = _stream(gtin, area), command_id or secrets.token_hex(8)

    async def work(database: Database, _settings: Settings) -> int:
        location = await _store(database, store)
        refreshing = replaying.refresh(database, system_clock, location=location, stream=stream, command_id=named)
        return accepted(await refreshing)

    print_facts({"raised": with_database(work), "id": named}, as_json=as_json)


@app.command()
def replay(
    store: StoreNumber,
    gtin: GtinText,
    since: Annotated[str, typer.Option(help="The first moment of what is replayed, such as 2026-03-05T00:00:00Z.")],
    until: Annotated[str | None, typer.Option(help="The first moment that is not. (default: now)")] = None,
    area: AreaName = "STORE",
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Show the events of a time once more in an item's history (NB); no quantity changes.

    Example: `onhand ledger replay --store 45 --gtin 00044444444444 --since 2023-02-20T00:00:00Z`
    """
    stream, named = _stream(gtin, area), command_id or secrets.token_hex(8)
    first, end = _moment("--since", since), _moment("--until", until, system_clock)

    async def work(database: Database, _settings: Settings) -> int:
        location = await _store(database, store)
        span = {"since": first, "until": end}
        replayed = replaying.replay(database, system_clock, location=location, stream=stream, command_id=named, **span)
        return accepted(await replayed)

    print_facts({"raised": with_database(work), "id": named}, as_json=as_json)


async def _store(database: Database, number: int) -> Location:
    location = await Locations(database).store(number)
    if location is None:
        raise Problem(f"store {number} is not known: `onhand store list` shows those that are")
    return location


def _stream(gtin: str, area: str) -> Stream:
    item_id = parse_gtin(gtin)
    if item_id is None:
        raise Problem(f"{gtin!r} is not a GTIN: give its 14 digits")
    if area not in Area.__members__:
        raise Problem(f"{area!r} is no area: give one of {', '.join(Area.__members__)}")
    return Stream(item_id, RETAILER_ID, Area[area], State.AVAILABLE)


def _moment(option: str, text: str | None, clock: Clock = system_clock) -> int:
    moment = clock() if text is None else parse_time(text)
    if moment is None:
        raise Problem(f"{option} {text!r} is not a time: give one such as 2026-03-05T00:00:00Z")
    return moment
