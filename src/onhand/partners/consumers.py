"""What partners sign their requests with: consumer ids and the versions of their keys (OP-01, SG-04).

Everything here may be said again, as in `onboarding`.
"""

from pathlib import Path

import msgspec

from onhand.basics.clock import Clock
from onhand.basics.refusal import Refusal
from onhand.partners.checks import refused_consumer_id, refused_key_version, unknown_partner
from onhand.partners.keys import public_pem, read_public_key
from onhand.store.database import Database, RunAgain, Session
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("consumers.sql"))
_KINDS_THAT_SIGN = ("supplier", "provider")


class Consumer(msgspec.Struct, frozen=True):
    """What a partner's signed requests name themselves by."""

    consumer_id: str
    partner_id: int
    partner_code: str


class ConsumerKey(msgspec.Struct, frozen=True):
    """One version of a consumer's public key, as SPKI PEM; live until it is revoked."""

    consumer_id: str
    key_version: str
    public_key: str
    created_at: int
    revoked_at: int | None


async def add_consumer(database: Database, clock: Clock, *, partner_code: str, consumer_id: str) -> Consumer | Refusal:
    """Give a supplier or a service provider a consumer id to sign its requests by."""
    refusal = refused_consumer_id(consumer_id)
    if refusal:
        return refusal

    async def work(session: Session) -> Consumer | Refusal:
        partner_id = await _signing_partner(session, partner_code)
        if isinstance(partner_id, Refusal):
            return partner_id
        await session.run(_SQL["insert_consumer"], consumer_id=consumer_id, partner_id=partner_id, created_at=clock())
        consumer = await _consumer(session, consumer_id)
        if consumer is None:
            raise RunAgain
        if consumer.partner_id == partner_id:
            return consumer
        return Refusal("conflict", "consumerId", "This consumer id is another partner's: choose another.")

    return await database.write(work)


async def list_consumers(
    database: Database, *, partner_code: str | None = None, after: str = "", rows_max: int = 1000
) -> list[Consumer]:
    """Consumers in the order of their ids, from the one after `after` on."""
    rows = await database.all(
        _SQL["list_consumers"],
        any_partner=int(partner_code is None),
        partner_code=partner_code or "",
        after=after,
        rows_max=rows_max,
    )
    return [Consumer(*row) for row in rows]


async def add_key(
    database: Database, clock: Clock, *, consumer_id: str, key_version: str, public_key: str
) -> ConsumerKey | Refusal:
    """Add a version of a consumer's public key beside those it has; the older ones stay live (SG-04)."""
    key = read_public_key(public_key)
    if isinstance(key, Refusal):
        return key
    refusal = refused_key_version(key_version)
    if refusal:
        return refusal
    pem = public_pem(key)

    async def work(session: Session) -> ConsumerKey | Refusal:
        if await _consumer(session, consumer_id) is None:
            return _unknown_consumer(consumer_id)
        ids = {"consumer_id": consumer_id, "key_version": key_version}
        await session.run(_SQL["insert_key"], **ids, public_key=pem, created_at=clock())
        known = await _key(session, consumer_id, key_version)
        if known is None:
            raise RunAgain
        if known.revoked_at is None and known.public_key == pem:
            return known
        state = "was revoked" if known.revoked_at is not None else "is another key"
        message = f"Version “{key_version}” of this consumer {state}: add the key under a new version."
        return Refusal("conflict", "keyVersion", message)

    return await database.write(work)


async def revoke_key(database: Database, clock: Clock, *, consumer_id: str, key_version: str) -> ConsumerKey | Refusal:
    """End a version of a consumer's key for good; one that has ended already keeps its time."""

    async def work(session: Session) -> ConsumerKey | Refusal:
        ids = {"consumer_id": consumer_id, "key_version": key_version}
        await session.run(_SQL["revoke_key"], **ids, revoked_at=clock())
        known = await _key(session, consumer_id, key_version)
        if known is not None:
            return known
        message = f"The consumer “{consumer_id[:80]}” has no key of version “{key_version[:80]}”."
        return Refusal("unknown_key", "keyVersion", message)

    return await database.write(work)


async def list_keys(
    database: Database, consumer_id: str, *, after: str = "", rows_max: int = 1000
) -> list[ConsumerKey]:
    """The versions of a consumer's key, live and revoked, from the one after `after` on."""
    rows = await database.all(_SQL["list_keys"], consumer_id=consumer_id, after=after, rows_max=rows_max)
    return [ConsumerKey(*row) for row in rows]


async def _signing_partner(session: Session, code: str) -> int | Refusal:
    row = await session.one(_SQL["signing_partner"], code=code)
    if row is None:
        return unknown_partner("partner", code)
    partner_id, kind = row
    if kind in _KINDS_THAT_SIGN:
        return int(partner_id)
    return Refusal("invalid_kind", "partner", f"“{code}” is a {kind}: only suppliers and providers sign requests.")


async def _consumer(session: Session, consumer_id: str) -> Consumer | None:
    row = await session.one(_SQL["consumer_by_id"], consumer_id=consumer_id)
    return Consumer(*row) if row else None


async def _key(session: Session, consumer_id: str, key_version: str) -> ConsumerKey | None:
    row = await session.one(_SQL["key_by_version"], consumer_id=consumer_id, key_version=key_version)
    return ConsumerKey(*row) if row else None


def _unknown_consumer(consumer_id: str) -> Refusal:
    return Refusal("unknown_consumer", "consumerId", f"There is no consumer “{consumer_id[:80]}”: add it first.")
