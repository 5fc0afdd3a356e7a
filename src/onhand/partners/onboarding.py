"""Making partners known, and who may ask for whom (OP-01).

Everything here may be said again: what stands already in the same words is given back as it stands, what stands in
other words is refused. Ids of partners come from the program; a writer that was beaten to one takes the next.
"""

from pathlib import Path

import msgspec

from onhand.basics.clock import Clock
from onhand.basics.refusal import Refusal
from onhand.partners.checks import refused_partner, unknown_partner
from onhand.store.database import Database, RunAgain, Session
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("onboarding.sql"))


class Partner(msgspec.Struct, frozen=True):
    """A supplier, a seller or a service provider; `code` is what others name it by."""

    partner_id: int
    kind: str
    code: str
    name: str


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


async def _partner(session: Session, code: str) -> Partner | None:
    row = await session.one(_SQL["partner_by_code"], code=code)
    return Partner(*row) if row else None


async def _partner_of_kind(session: Session, kind: str, code: str) -> Partner | Refusal:
    partner = await _partner(session, code)
    if partner is None:
        return unknown_partner(kind, code)
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
