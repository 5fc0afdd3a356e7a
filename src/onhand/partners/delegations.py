"""Service providers' clients that act for a supplier or a seller (GW-03).

The operator issues a code for one client and one partner. The client shows the code once, in time, and may act for the
partner from then on, until the operator ends that. Of a code only the hash is kept.
"""

from hashlib import sha256
from pathlib import Path
from typing import Literal

import msgspec

from onhand.basics.clock import DAY, MICROSECONDS, Clock
from onhand.basics.refusal import Refusal
from onhand.partners.checks import TOKEN_MAX, TOKEN_MIN, refused_code, refused_secret, unknown_partner
from onhand.partners.clients import unknown_client
from onhand.store.database import Database, RunAgain, Session, Value
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("delegations.sql"))
CODE_SECONDS = 600
CODE_SECONDS_MAX = 86_400
_ACTED_FOR = ("supplier", "seller")
# For so long a code that is of no more use is told from one that never was.
_KEPT = DAY


class Delegation(msgspec.Struct, frozen=True):
    """That a client may act for a partner once it has shown its code, until `expires_at`."""

    client_id: str
    partner_code: str
    expires_at: int


class Acting(msgspec.Struct, frozen=True):
    """That a client acts for a partner; `renewals` tells this time from those that have ended."""

    client_id: str
    partner_id: int
    renewals: int


class CodeDenial(msgspec.Struct, frozen=True):
    """Why a code gives nothing."""

    reason: Literal["unknown", "expired", "spent"]


async def issue_code(
    database: Database, clock: Clock, *, client_id: str, partner_code: str, code: str, seconds: int = CODE_SECONDS
) -> Delegation | Refusal:
    """Let a service provider's client act for a supplier or seller once it shows `code`, within `seconds` from now."""
    refusal = _refused_code(code) or _refused_seconds(seconds)
    if refusal:
        return refusal
    code_hash = _code_hash(code)

    async def work(session: Session) -> Delegation | Refusal:
        partner_id = await _pair(session, client_id, partner_code)
        if isinstance(partner_id, Refusal):
            return partner_id
        now = clock()
        named: dict[str, Value] = {"partner_id": partner_id, "code_hash": code_hash}
        await session.run(_SQL["forget_codes"], partner_id=partner_id, before=now - _KEPT)
        expires_at = now + seconds * MICROSECONDS
        await session.run(_SQL["insert_code"], **named, client_id=client_id, expires_at=expires_at)
        row = await session.one(_SQL["code_by_hash"], **named)
        if row is None:
            raise RunAgain
        issued_to, expires_at, spent_at, _ = row
        if (issued_to, spent_at) == (client_id, None):
            return Delegation(client_id, partner_code, expires_at)
        return Refusal("conflict", "code", "This code was issued before: give each a random one of its own.")

    return await database.write(work)


async def redeem_code(
    database: Database, clock: Clock, *, client_id: str, partner_code: str, code: str, redemption: str
) -> Acting | CodeDenial:
    """Let a client act for a partner by its code, which is spent by that.

    `redemption` is a name that no other request has. A code of another client or partner is unknown.
    """
    if refused_code("partner", partner_code):
        return CodeDenial("unknown")
    code_hash = _code_hash(code)

    async def work(session: Session) -> Acting | CodeDenial:
        row = await session.one(_SQL["acted_for"], code=partner_code)
        if row is None:
            return CodeDenial("unknown")
        partner_id, now = row[0], clock()
        named: dict[str, Value] = {"partner_id": partner_id, "code_hash": code_hash}
        spent = await session.run(_SQL["spend_code"], **named, client_id=client_id, now=now, redemption=redemption)
        denial = _denial(await session.one(_SQL["code_by_hash"], **named), client_id, redemption)
        if denial:
            return denial
        pair: dict[str, Value] = {"client_id": client_id, "partner_id": partner_id}
        if spent:
            await session.run(_SQL["begin_delegation"], **pair, created_at=now)
        delegation = await session.one(_SQL["delegation"], **pair)
        if delegation is None:
            raise RunAgain
        return Acting(client_id, partner_id, delegation[0])

    return await database.write(work)


async def end_delegation(database: Database, clock: Clock, *, client_id: str, partner_code: str) -> Refusal | None:
    """End that a client acts for a partner: its tokens for that partner, and codes that it has not shown yet."""

    async def work(session: Session) -> Refusal | None:
        partner_id = await _pair(session, client_id, partner_code, live=False)
        if isinstance(partner_id, Refusal):
            return partner_id
        pair: dict[str, Value] = {"client_id": client_id, "partner_id": partner_id}
        withdrawn = await session.run(_SQL["withdraw_codes"], **pair)
        await session.run(_SQL["end_delegation"], **pair, revoked_at=clock())
        if withdrawn or await session.one(_SQL["delegation"], **pair):
            return None
        message = f"The client “{client_id}” does not act for “{partner_code}”."
        return Refusal("unknown_delegation", "clientId", message)

    return await database.write(work)


def _denial(row: tuple[object, ...] | None, client_id: str, redemption: str) -> CodeDenial | None:
    if row is None or row[0] != client_id:
        return CodeDenial("unknown")
    _, _, spent_at, spent_by = row
    if spent_by == redemption:
        return None
    return CodeDenial("expired" if spent_at is None else "spent")


async def _pair(session: Session, client_id: str, partner_code: str, *, live: bool = True) -> int | Refusal:
    """The id of the partner, where this client may be let act for it."""
    # What can be no id or code may hold what no database takes.
    if refused_code("clientId", client_id):
        return unknown_client(client_id)
    if refused_code("partner", partner_code):
        return unknown_partner("partner", partner_code)
    client = await session.one(_SQL["client_kind"], client_id=client_id)
    if client is None:
        return unknown_client(client_id)
    kind, revoked_at = client
    if kind != "provider":
        message = f"“{client_id}” is a {kind}'s own client: only a service provider's acts for others."
        return Refusal("invalid_kind", "clientId", message)
    if live and revoked_at is not None:
        return Refusal("conflict", "clientId", f"The client “{client_id}” was revoked: add one under another id.")
    partner = await session.one(_SQL["acted_for"], code=partner_code)
    if partner is None:
        return unknown_partner("partner", partner_code)
    if partner[1] not in _ACTED_FOR:
        message = f"“{partner_code}” is a {partner[1]}: clients act for a supplier or a seller."
        return Refusal("invalid_kind", "partner", message)
    return int(partner[0])


def _refused_code(code: str) -> Refusal | None:
    if refused_secret(code) is None:
        return None
    return Refusal("invalid_code", "code", f"Give a random code of {TOKEN_MIN} to {TOKEN_MAX} letters and digits.")


def _refused_seconds(seconds: int) -> Refusal | None:
    if 0 < seconds <= CODE_SECONDS_MAX:
        return None
    return Refusal("invalid_seconds", "seconds", f"Give 1 to {CODE_SECONDS_MAX:,} seconds.")


def _code_hash(code: str) -> str:
    return sha256(code.encode()).hexdigest()
