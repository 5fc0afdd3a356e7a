"""What the settlement does by itself: closing, publishing, and carrying losses of fulfilment centres to the money."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from onhand.basics.clock import Clock
from onhand.fulfilment.losses import Loss, LossPosition, losses_since
from onhand.settings import Settings
from onhand.settlement.closing import close_everywhere, sellers
from onhand.settlement.compensation import CompensatedUnits, compensate, is_settled, keep_position, position_of
from onhand.settlement.outcomes import Settled
from onhand.settlement.publishing import publish_everywhere
from onhand.stock.locations import FULFILMENT_CENTRE, Location, Locations
from onhand.store.database import Database
from onhand.wiring.settlement import calendar_of, statement_form
from onhand.work.periodic import Periodic, daily_at, every

_LOSSES_MAX = 1_000

logger = logging.getLogger(__name__)


def settlement_periodics(settings: Settings, database: Database, locations: Locations, clock: Clock) -> list[Periodic]:
    """What comes round by itself, by whichever worker is first."""

    async def settle_all() -> None:
        settled = await settle(settings, database, locations, clock)
        if settled.closed or settled.published:
            logger.info("settled", extra=msgspec.structs.asdict(settled))

    async def compensate_losses() -> None:
        answered = await follow_losses(settings, database, locations, clock)
        if answered:
            logger.info("losses answered for", extra={"events": answered})

    return [
        Periodic("settlement", daily_at(0, settings.settlement_zone), settle_all, at_first=True, by_clock=True),
        Periodic("losses", every(settings.settlement_losses_seconds), compensate_losses),
    ]


async def settle(settings: Settings, database: Database, locations: Locations, clock: Clock) -> Settled:
    """Follow what was lost, then close every period that has ended and publish every report that is due.

    Whoever looks at the periods then finds everything in them that is known. Losses that can't be followed are logged
    and hold up nobody's money: they are followed later.
    """
    try:
        await follow_losses(settings, database, locations, clock)
    except Exception:
        logger.exception("losses could not be followed before periods were closed")
    calendar = calendar_of(settings)
    closed = await close_everywhere(database, clock, calendar)
    published = await publish_everywhere(database, clock, calendar, statement_form(settings))
    return Settled(len(closed), len(published))


async def follow_losses(settings: Settings, database: Database, locations: Locations, clock: Clock) -> int:
    """Reimburse or claw back what centres have lost, damaged and found since; how many events were new."""
    known = {partner_id async for partner_id in sellers(database)}
    answered = 0
    for centre in await locations.all(FULFILMENT_CENTRE):
        answered += await _follow(settings, database, centre, known, clock)
    return answered


class _Followed(msgspec.Struct):
    """How far a centre's losses were followed, and from where on those of sellers wait who have no ledger yet."""

    reached: LossPosition = LossPosition()
    waiting: dict[int, LossPosition] = {}


async def _follow(settings: Settings, database: Database, centre: Location, known: set[int], clock: Clock) -> int:
    """Follow one centre. What is read again because of the overlap is known by its identity, and answered for once."""
    kept = await position_of(database, centre.location_id)
    followed = msgspec.json.decode(kept, type=_Followed) if kept else _Followed()
    at, answered = await _beginning(database, followed), 0
    while losses := await losses_since(database, centre, at, rows_max=_LOSSES_MAX):
        count, passed_over = await _compensate(settings, database, losses, known, clock)
        for owner_id in passed_over:
            followed.waiting.setdefault(owner_id, at)
        answered += count
        at = losses[-1].position
        followed.reached = max(followed.reached, at, key=msgspec.structs.astuple)
    await keep_position(database, centre.location_id, msgspec.json.encode(followed).decode())
    return answered


async def _beginning(database: Database, followed: _Followed) -> LossPosition:
    """Where to go on reading; where the first losses stand of sellers who waited and have a ledger by now."""
    settled = [owner_id for owner_id in followed.waiting if await is_settled(database, owner_id)]
    found = [followed.waiting.pop(owner_id) for owner_id in settled]
    return min([followed.reached.overlapping(), *found], key=msgspec.structs.astuple)


async def _compensate(
    settings: Settings, database: Database, losses: Sequence[Loss], known: set[int], clock: Clock
) -> tuple[int, list[int]]:
    """Answer for losses of all sellers; how many were new, and the sellers who have no ledger that could say so."""
    by_owner: defaultdict[int, list[CompensatedUnits]] = defaultdict(list)
    for loss in losses:
        if loss.identity.owner_id in known:
            by_owner[loss.identity.owner_id].append(_units(loss))
    answered, passed_over = 0, []
    for owner_id, units in sorted(by_owner.items()):
        value, calendar = Decimal(settings.settlement_unit_value), calendar_of(settings)
        outcomes = await compensate(database, clock, calendar, owner_id, units, value, settings.settlement_currency)
        answered += sum(outcome.status == "accepted" for outcome in outcomes)
        if not outcomes:
            passed_over.append(owner_id)
    return answered, passed_over


def _units(loss: Loss) -> CompensatedUnits:
    identity = loss.identity
    return CompensatedUnits(
        identity.location_id,
        identity.source,
        identity.event_id,
        identity.item_id,
        msgspec.convert(loss.event_type, type=CompensatedUnits.__annotations__["kind"]),
        loss.quantity,
        loss.occurred_at,
    )
