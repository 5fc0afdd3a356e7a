"""Loading the data set: stores, partners and items, then the year of events; what was stopped is gone on with."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from onhand.basics.clock import Clock
from onhand.completejourney.catalogue import onboard
from onhand.completejourney.streaming import Journey, Part, read_journey
from onhand.files.position import Counts
from onhand.files.replacing import replace_file
from onhand.stock.intake import Intake
from onhand.store.database import Database

Progress = Callable[[int, int], None]
"""Is told how many of how many events are settled."""


class JourneyOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What to load, how many events at once, and where is kept how far an interrupted load came."""

    part: Part = Part()
    window_events: int = 50_000
    position_path: Path | None = None


class JourneyPosition(msgspec.Struct):
    """How many windows of which part are settled."""

    part: Part
    window_events: int
    windows: int = 0
    counts: Counts = msgspec.field(default_factory=Counts)


async def load_completejourney(
    database: Database, intake: Intake, clock: Clock, directory: Path, options: JourneyOptions, progress: Progress
) -> Counts:
    """Load the data set in `directory` or a part of it; what is there already is known for a duplicate.

    Raises:
        Conflict: a store, partner or item is known already as something else.
    """
    journey = read_journey(directory, options.part)
    await onboard(database, clock, directory, journey.stores)
    return await _post(intake, journey, options, progress)


async def _post(intake: Intake, journey: Journey, options: JourneyOptions, progress: Progress) -> Counts:
    position = _position(options)
    done = 0
    for number, window in enumerate(journey.windows(options.window_events)):
        done += len(window.messages)
        if number >= position.windows:
            position.counts.add(await intake.post(window.source, window.messages))
            position.windows = number + 1
            if options.position_path:
                replace_file(options.position_path, msgspec.json.encode(position))
        progress(done, journey.events_total)
    if options.position_path:
        options.position_path.unlink(missing_ok=True)
    return position.counts


def _position(options: JourneyOptions) -> JourneyPosition:
    new = JourneyPosition(options.part, options.window_events)
    try:
        kept = (
            msgspec.json.decode(options.position_path.read_bytes(), type=JourneyPosition)
            if options.position_path
            else new
        )
    except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
        return new
    return kept if (kept.part, kept.window_events) == (new.part, new.window_events) else new
