"""`onhand feeds`: following what was sent in thousands of rows, and mending what failed."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from onhand.cli.answers import REFUSED, Problem, counted, print_facts, print_json, print_rows
from onhand.cli.asking import ClientId, ClientSecret, ProfileName, Url, asker
from onhand.cli.feedrows import read_rows
from onhand.cli.feedsources import FailedRow, FeedSource, FeedView, served_feeds, stored_feeds
from onhand.cli.options import AsJson, new_group
from onhand.cli.profiles import is_profile_chosen
from onhand.cli.stopping import stoppable
from onhand.client.errors import OnhandError
from onhand.dropship.feeds.forms import DSV_INVENTORY

app = new_group("Feeds: what was sent in thousands of rows, how far it is, and what failed of it.")

FeedId = Annotated[str, typer.Argument(help="The feedId that the gateway answered.")]
PartnerCode = Annotated[
    str | None,
    typer.Option("--partner", help="Whose feeds, in the settings' database; else give --profile or --url."),
]
T = TypeVar("T")
S = TypeVar("S", bound=FeedSource)
_COLUMNS = ("feed_id", "feed_status", "items_received", "items_succeeded", "items_failed", "items_processing")
_FAILED_SHOWN = 5
_ROW_LENGTH_MAX = 100


@app.command(name="list")
def list_feeds(
    partner: PartnerCode = None,
    profile: ProfileName = None,
    url: Url = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show the newest feeds.

    Example: `onhand feeds list --partner acme`
    """
    found = _asked(_source(partner, profile, url, client_id, client_secret), lambda source: source.feeds(limit))
    rows = [msgspec.structs.asdict(feed) for feed in found]
    print_rows(rows, columns=_COLUMNS, as_json=as_json, empty="No feeds yet.")


@app.command()
def watch(
    feed_id: FeedId,
    partner: PartnerCode = None,
    profile: ProfileName = None,
    url: Url = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
    as_json: AsJson = False,
) -> None:
    """Follow a feed until it is over, then show what failed first; the status is 1 where anything did.

    With --json, a line for each change.

    Example: `onhand feeds watch 991B8779687C4D5DBC06DF18DB167192@AQkBAQA --partner acme`
    """
    source = _source(partner, profile, url, client_id, client_secret)
    with stoppable("stopped watching; the feed goes on"):
        feed, failed = _asked(source, lambda source: _followed(source, feed_id, as_json=as_json))
    _end(feed, failed, _where(partner, profile, url), as_json=as_json)


@app.command()
def errors(
    feed_id: FeedId,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The file to write; stdout without.")] = None,
    partner: PartnerCode = None,
    profile: ProfileName = None,
    url: Url = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
) -> None:
    """Write the failed rows of a feed as a file of the same form, to be mended and sent again as it is.

    Example: `onhand feeds errors 991B8779687C4D5DBC06DF18DB167192@AQkBAQA --partner acme -o mend.json`
    """
    report = _asked(_source(partner, profile, url, client_id, client_secret), lambda source: source.report(feed_id))
    if output is None:
        sys.stdout.write(report.decode())
        return
    try:
        output.write_bytes(report)
    except OSError as error:
        raise Problem(f"can't write {output}: {error.strerror or error}") from error


@app.command()
def failed(
    feed_id: FeedId,
    partner: PartnerCode = None,
    profile: ProfileName = None,
    url: Url = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
    as_json: AsJson = False,
) -> None:
    """Show the failed rows of a feed, by their numbers from 0, each with what was wrong.

    Example: `onhand feeds failed 991B8779687C4D5DBC06DF18DB167192@AQkBAQA --profile acme`
    """
    source = _source(partner, profile, url, client_id, client_secret)
    found = _asked(source, lambda source: source.failed(feed_id))
    rows = [msgspec.structs.asdict(each) for each in found]
    print_rows(rows, columns=("index", "row", "problems"), as_json=as_json, empty="No row failed.")


@app.command()
def submit(
    file: Annotated[Path, typer.Argument(help="Rows as CSV, as a JSON list, as lines of JSON, or a whole feed.")],
    wait: Annotated[
        bool, typer.Option("--wait", help="Follow it until it is over, as `onhand feeds watch` does.")
    ] = False,
    profile: ProfileName = None,
    url: Url = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
    as_json: AsJson = False,
) -> None:
    """Send rows as a feed once all of them can be right: forms, types and duplicates are checked before.

    CSV has the columns productId, shipNode, quantity and availabilityCode (AC where left out); - is standard input.

    Example: `onhand feeds submit stock.csv --wait --profile acme`
    """
    rows = read_rows(file, _content_of(file))
    source = served_feeds(asker(profile, url, client_id, client_secret))
    feed_id = _asked(source, lambda source: source.submit(rows))
    if not wait:
        print_facts({"feed_id": feed_id, "rows": len(rows)}, as_json=as_json)
        return
    source = served_feeds(asker(profile, url, client_id, client_secret))
    with stoppable("stopped watching; the feed goes on"):
        feed, failed_rows = _asked(source, lambda source: _followed(source, feed_id, as_json=as_json))
    _end(feed, failed_rows, _where(None, profile, url), as_json=as_json)


@app.command()
def send(
    file: Annotated[
        Path, typer.Argument(help="The feed's file, of any type that the gateway takes; - is standard input.")
    ],
    profile: ProfileName = None,
    url: Url = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
    feed_type: Annotated[str, typer.Option(help="The feed's type.")] = DSV_INVENTORY,
    as_json: AsJson = False,
) -> None:
    """Send a file as a feed as it is, and print its id.

    Example: `onhand feeds send stock.json --url http://127.0.0.1:8080`
    """
    content = _content_of(file)
    source = served_feeds(asker(profile, url, client_id, client_secret))
    feed_id = _asked(source, lambda source: source.send(content, feed_type))
    print_facts({"feed_id": feed_id}, as_json=as_json)


def _source(
    partner: str | None, profile: str | None, url: str | None, client_id: str | None, client_secret: str | None
) -> AbstractAsyncContextManager[FeedSource]:
    if partner is not None:
        return stored_feeds(partner)
    if url is None and not is_profile_chosen(profile):
        raise Problem(
            "say whose feeds: --partner CODE in the settings' database, --profile NAME, or --url of a gateway"
        )
    return served_feeds(asker(profile, url, client_id, client_secret))


def _where(partner: str | None, profile: str | None, url: str | None) -> str:
    """The options that said where to look, to be said again."""
    given = {"--partner": partner, "--profile": profile, "--url": url}
    return "".join(f" {option} {value}" for option, value in given.items() if value)


def _asked(opening: AbstractAsyncContextManager[S], ask: Callable[[S], Awaitable[T]]) -> T:
    async def opened() -> T:
        async with opening as source:
            return await ask(source)

    return asyncio.run(opened())


async def _followed(source: FeedSource, feed_id: str, *, as_json: bool) -> tuple[FeedView, list[FailedRow]]:
    """A feed once it is over, and its failed rows; shown as it changes meanwhile."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[said]}"))
    live = console.is_terminal and not as_json
    with Progress(*columns, TimeElapsedColumn(), console=console, disable=not live) as progress:
        task = progress.add_task("waiting", total=None, said="")
        before: FeedView | None = None
        while True:
            feed = await _asked_again(source, feed_id)
            if feed != before:
                said = f"{feed.items_succeeded:,} good, {feed.items_failed:,} failed"
                described = feed.feed_status.lower()
                progress.update(task, description=described, total=feed.items_received, completed=feed.done, said=said)
                if not live:
                    _print_change(feed, as_json=as_json)
            if feed.is_over:
                return feed, await source.failed(feed_id) if feed.items_failed else []
            before = feed
            await asyncio.sleep(source.pause_seconds)


async def _asked_again(source: FeedSource, feed_id: str) -> FeedView:
    try:
        return await source.feed(feed_id)
    except OnhandError as error:
        error.add_note(f"The feed {feed_id} goes on, and `onhand feeds watch` can follow it")
        raise


def _print_change(feed: FeedView, *, as_json: bool) -> None:
    if as_json:
        print_json(feed)
    else:
        counts = f"{feed.items_succeeded:,} good, {feed.items_failed:,} failed of {feed.items_received:,}"
        print(f"{feed.feed_status}: {counts}", flush=True)


def _end(feed: FeedView, rows: list[FailedRow], where: str, *, as_json: bool) -> None:
    if not as_json:
        _print_summary(feed, rows, where)
    if feed.items_failed or feed.feed_status == "ERROR":
        raise typer.Exit(REFUSED)


def _print_summary(feed: FeedView, rows: list[FailedRow], where: str) -> None:
    good, failed = counted(feed.items_succeeded, "row"), counted(feed.items_failed, "row")
    print(f"Feed {feed.feed_id} is {feed.feed_status}: {good} applied, {failed} failed.")
    for description in feed.errors:
        print(f"  {description}")
    for row in rows[:_FAILED_SHOWN]:
        print(f"  {row.row[:_ROW_LENGTH_MAX]}")
        for problem in row.problems:
            print(f"    {problem}")
    if len(rows) > _FAILED_SHOWN:
        print(f"  … and {counted(len(rows) - _FAILED_SHOWN, 'row')} more.")
    if rows:
        command = f"onhand feeds errors {feed.feed_id}{where} -o mend.json"
        print(f"`{command}` writes them as a file: mend it and send it again.")


def _content_of(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise Problem(f"can't read {file}: {error.strerror or error}") from error
