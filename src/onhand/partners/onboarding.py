"""Making partners, their consumers and keys, and the operator's clients known (OP-01).

Everything here may be said again: what stands already in the same words is given back as it stands, what stands in
other words is refused. Ids of partners come from the program; a writer that was beaten to one takes the next.
"""

from hashlib import sha256
from pathlib import Path

import msgspec

from onhand.basics.clock import Clock
from onhand.basics.refusal import Refusal
from onhand.basics.source import refused_source
from onhand.partners.checks import (
    refused_code,
    refused_consumer_id,
    refused_key_version,
    refused_partner,
    refused_token,
)
from onhand.partners.keys import public_pem, read_public_key
from onhand.store.database import Database, RunAgain, Session
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("onboarding.sql"))
_KINDS_WITH_CONSUMERS = ("supplier", "provider")


class Partner(msgspec.Struct, frozen=True):
    """A supplier, a seller or a service provider; `code` is what others name it by."""

    partner_id: int
    kind: str
    code: str
    name: str


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


class OperatorClient(msgspec.Struct, frozen=True):
    """A program of the operator's; `source` is the source of the events that it posts."""

    client_id: str
    source: str
    created_at: int
    revoked_at: int | None


# Partners ---------------------------------------------------------------------------------------------------------


async def add_partner(database: Database, clock: Clock, *, kind: str, code: str, name: str) -> Partner | Refusal:
    """Make a supplier, a seller or a service provider known."""
    refusal = refused_partner(kind, code, name)
    if refusal:
        return refusal

    async def work(session: Session) -> Partner | Refusal:
        known = await _partner(session, code)
        if known is None:
            await session.run(_SQL["insert_partner"], kind=kind, code=code, name=name, created_at=clock())
            known = await _partner(session, code)
        if known is None:
            raise RunAgain
        if (known.kind, known.name) == (kind, name):
            return known
        return Refusal("conflict", "code", f"“{code}” is the {known.kind} “{known.name}” already: choose another code.")

    return await database.write(work)


async def list_partners(
    database: Database, *, kind: str | None = None, after: str = "", rows_max: int = 1000
) -> list[Partner]:
    """Partners in the order of their codes, from the one after `after` on."""
    rows = await database.all(
        _SQL["list_partners"], any_kind=int(kind is None), kind=kind or "", after=after, rows_max=rows_max
    )
    return [Partner(*row) for row in rows]


async def partner_by_code(database: Database, code: str) -> Partner | None:
    """The partner of that code."""
    row = await database.one(_SQL["partner_by_code"], code=code)
    return Partner(*row) if row else None


async def associate(database: Database, clock: Clock, *, provider_code: str, supplier_code: str) -> Refusal | None:
    """Let a service provider ask on behalf of a supplier (SG-06)."""

    async def work(session: Session) -> Refusal | None:
        ids = await _pair(session, provider_code, supplier_code)
        if isinstance(ids, Refusal):
            return ids
        await session.run(_SQL["insert_association"], **ids, created_at=clock())
        return None

    return await database.write(work)


async def dissociate(database: Database, *, provider_code: str, supplier_code: str) -> Refusal | None:
    """Stop a service provider from asking on behalf of a supplier."""

    async def work(session: Session) -> Refusal | None:
        ids = await _pair(session, provider_code, supplier_code)
        if isinstance(ids, Refusal):
            return ids
        await session.run(_SQL["delete_association"], **ids)
        return None

    return await database.write(work)


async def list_suppliers_of(
    database: Database, provider: Partner, *, after: str = "", rows_max: int = 1000
) -> list[Partner]:
    """The suppliers that a service provider may ask for, in the order of their codes."""
    rows = await database.all(
        _SQL["list_suppliers_of"], provider_id=provider.partner_id, after=after, rows_max=rows_max
    )
    return [Partner(*row) for row in rows]


# Consumers and their keys -----------------------------------------------------------------------------------------


async def add_consumer(database: Database, clock: Clock, *, partner_code: str, consumer_id: str) -> Consumer | Refusal:
    """Give a supplier or a service provider a consumer id to sign its requests by."""
    refusal = refused_consumer_id(consumer_id)
    if refusal:
        return refusal

    async def work(session: Session) -> Consumer | Refusal:
        partner = await _partner(session, partner_code)
        if partner is None:
            return _unknown_partner("partner", partner_code)
        if partner.kind not in _KINDS_WITH_CONSUMERS:
            message = f"“{partner_code}” is a {partner.kind}: only suppliers and providers sign requests."
            return Refusal("invalid_kind", "partner", message)
        partner_id = partner.partner_id
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


# The operator's clients -------------------------------------------------------------------------------------------


async def add_operator_client(
    database: Database, clock: Clock, *, client_id: str, source: str, token: str
) -> OperatorClient | Refusal:
    """Let a program of the operator's in by a bearer token, of which only the SHA-256 is kept."""
    refusal = refused_code("clientId", client_id) or refused_source(source) or refused_token(token)
    if refusal:
        return refusal
    token_hash = _token_hash(token)

    async def work(session: Session) -> OperatorClient | Refusal:
        named = {"client_id": client_id, "token_hash": token_hash}
        await session.run(_SQL["insert_operator_client"], **named, source=source, created_at=clock())
        row = await session.one(_SQL["operator_client_by_id"], client_id=client_id)
        if row is None:
            if await session.one(_SQL["holder_of_token"], token_hash=token_hash) is None:
                raise RunAgain
            return Refusal("conflict", "token", "Another client has this token: give each a random one of its own.")
        known = OperatorClient(*row[:4])
        if (known.source, known.revoked_at, row[4]) == (source, None, token_hash):
            return known
        message = f"There is a client “{client_id}” with another source or token, or it was revoked: choose another id."
        return Refusal("conflict", "clientId", message)

    return await database.write(work)


async def revoke_operator_client(database: Database, clock: Clock, *, client_id: str) -> OperatorClient | Refusal:
    """Shut an operator's client out for good; one that is out already keeps its time."""

    async def work(session: Session) -> OperatorClient | Refusal:
        await session.run(_SQL["revoke_operator_client"], client_id=client_id, revoked_at=clock())
        row = await session.one(_SQL["operator_client_by_id"], client_id=client_id)
        if row is None:
            return Refusal("unknown_client", "clientId", f"There is no operator client “{client_id[:80]}”.")
        return OperatorClient(*row[:4])

    return await database.write(work)


async def operator_client_by_token(database: Database, token: str) -> OperatorClient | None:
    """The live client whose token this is. It is looked up by its hash, so that no token is ever compared."""
    row = await database.one(_SQL["operator_client_by_token"], token_hash=_token_hash(token))
    return OperatorClient(*row) if row else None


async def list_operator_clients(database: Database, *, after: str = "", rows_max: int = 1000) -> list[OperatorClient]:
    """The operator's clients in the order of their ids, from the one after `after` on."""
    rows = await database.all(_SQL["list_operator_clients"], after=after, rows_max=rows_max)
    return [OperatorClient(*row) for row in rows]


def _token_hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


async def _partner(session: Session, code: str) -> Partner | None:
    row = await session.one(_SQL["partner_by_code"], code=code)
    return Partner(*row) if row else None


async def _partner_of_kind(session: Session, kind: str, code: str) -> Partner | Refusal:
    partner = await _partner(session, code)
    if partner is None:
        return _unknown_partner(kind, code)
    if partner.kind != kind:
        return Refusal("invalid_kind", kind, f"“{code}” is a {partner.kind}, not a {kind}.")
    return partner


async def _pair(session: Session, provider_code: str, supplier_code: str) -> dict[str, int] | Refusal:
    provider = await _partner_of_kind(session, "provider", provider_code)
    if isinstance(provider, Refusal):
        return provider
    supplier = await _partner_of_kind(session, "supplier", supplier_code)
    if isinstance(supplier, Refusal):
        return supplier
    return {"provider_id": provider.partner_id, "supplier_id": supplier.partner_id}


async def _consumer(session: Session, consumer_id: str) -> Consumer | None:
    row = await session.one(_SQL["consumer_by_id"], consumer_id=consumer_id)
    return Consumer(*row) if row else None


async def _key(session: Session, consumer_id: str, key_version: str) -> ConsumerKey | None:
    row = await session.one(_SQL["key_by_version"], consumer_id=consumer_id, key_version=key_version)
    return ConsumerKey(*row) if row else None


def _unknown_partner(field: str, code: str) -> Refusal:
    return Refusal("unknown_partner", field, f"There is no partner “{code[:80]}”: add it first.")


def _unknown_consumer(consumer_id: str) -> Refusal:
    return Refusal("unknown_consumer", "consumerId", f"There is no consumer “{consumer_id[:80]}”: add it first.")
