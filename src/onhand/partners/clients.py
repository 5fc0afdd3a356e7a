"""Clients of the gateway: the programs of suppliers, sellers and service providers, with their secrets and scopes.

Everything here may be said again, as in `onboarding`. A secret is random and long, so one round of a salted SHA-256 is
enough to keep it by; the salt is the client's id, which nothing else has.
"""

import hmac
from hashlib import sha256
from pathlib import Path

import msgspec

from onhand.basics.clock import Clock
from onhand.basics.refusal import Refusal
from onhand.partners.checks import KINDS, refused_code, refused_secret, unknown_partner
from onhand.store.database import Database, Row, RunAgain, Session
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("clients.sql"))
FULL_ACCESS, VIEW_ONLY, NO_ACCESS = "full_access", "view_only", "no_access"
ACCESSES = (FULL_ACCESS, VIEW_ONLY, NO_ACCESS)
CHANNEL_TYPE_MAX = 128

# No secret has this hash: it is compared where there is no client.
_NOBODYS_DIGEST = "0" * 64
_HASH = "sha256"


class Scopes(msgspec.Struct, frozen=True):
    """What a client may do with each subject: `full_access`, `view_only` or `no_access` (GW-19)."""

    inventory: str
    feeds: str
    reports: str

    @classmethod
    def of(cls, access: str) -> "Scopes":
        """The same for every subject."""
        return cls(access, access, access)


class GatewayClient(msgspec.Struct, frozen=True):
    """A client as the operator sees it. `partner_kind` is that of the partner whose client it is."""

    client_id: str
    partner_code: str
    partner_kind: str
    scopes: Scopes
    channel_type: str | None
    created_at: int
    revoked_at: int | None


class KnownClient(msgspec.Struct, frozen=True):
    """A client that has shown its secret."""

    client_id: str
    partner_id: int
    partner_kind: str


async def add_gateway_client(
    database: Database,
    clock: Clock,
    *,
    client_id: str,
    partner_code: str,
    secret: str,
    scopes: Scopes,
    channel_type: str | None = None,
) -> GatewayClient | Refusal:
    """Let a program of a supplier, a seller or a service provider in by a secret, of which only the hash is kept."""
    refusal = (
        refused_code("clientId", client_id)
        or refused_secret(secret)
        or _refused_scopes(scopes)
        or _refused_channel_type(channel_type)
    )
    if refusal:
        return refusal
    columns: dict[str, str | None] = {
        "secret_hash": _secret_hash(client_id, secret),
        "inventory_scope": scopes.inventory,
        "feeds_scope": scopes.feeds,
        "reports_scope": scopes.reports,
        "channel_type": channel_type,
    }

    async def work(session: Session) -> GatewayClient | Refusal:
        partner_id = await _partner(session, partner_code)
        if isinstance(partner_id, Refusal):
            return partner_id
        await session.run(
            _SQL["insert_client"], client_id=client_id, partner_id=partner_id, created_at=clock(), **columns
        )
        row = await session.one(_SQL["client_by_id"], client_id=client_id)
        if row is None:
            raise RunAgain
        known, secret_hash = _client(row), row[-1]
        same = (known.partner_code, known.scopes, known.channel_type) == (partner_code, scopes, channel_type)
        if same and known.revoked_at is None and hmac.compare_digest(str(secret_hash), str(columns["secret_hash"])):
            return known
        message = (
            f"There is a client “{client_id}” with other words or another secret, or it was revoked: choose another id."
        )
        return Refusal("conflict", "clientId", message)

    return await database.write(work)


async def rotate_secret(database: Database, *, client_id: str, secret: str) -> GatewayClient | Refusal:
    """Give a live client another secret. The tokens that it has stay what they are (GW-06)."""
    refusal = refused_secret(secret)
    if refusal:
        return refusal
    secret_hash = _secret_hash(client_id, secret)

    async def work(session: Session) -> GatewayClient | Refusal:
        await session.run(_SQL["set_secret"], client_id=client_id, secret_hash=secret_hash)
        row = await session.one(_SQL["client_by_id"], client_id=client_id)
        if row is None:
            return unknown_client(client_id)
        known = _client(row)
        if known.revoked_at is None:
            return known
        return Refusal("conflict", "clientId", f"The client “{client_id}” was revoked: add one under another id.")

    return await database.write(work)


async def revoke_gateway_client(database: Database, clock: Clock, *, client_id: str) -> GatewayClient | Refusal:
    """Shut a client out for good, with every token that it has; one that is out already keeps its time."""

    async def work(session: Session) -> GatewayClient | Refusal:
        await session.run(_SQL["revoke_client"], client_id=client_id, revoked_at=clock())
        row = await session.one(_SQL["client_by_id"], client_id=client_id)
        return _client(row) if row else unknown_client(client_id)

    return await database.write(work)


async def list_gateway_clients(
    database: Database, *, partner_code: str | None = None, after: str = "", rows_max: int = 1000
) -> list[GatewayClient]:
    """Clients in the order of their ids, from the one after `after` on; of one partner where it is named."""
    rows = await database.all(
        _SQL["list_clients"],
        any_partner=int(partner_code is None),
        partner_code=partner_code or "",
        after=after,
        rows_max=rows_max,
    )
    return [_client(row) for row in rows]


async def client_by_secret(database: Database, client_id: str, secret: str) -> KnownClient | None:
    """The live client of that id, where this is its secret.

    It takes the same work whether there is such a client or not, so that nobody learns which ids there are.
    """
    # As for codes of partners: what can be no client id is not looked for.
    sought = "" if refused_code("clientId", client_id) else client_id
    row = await database.one(_SQL["live_client"], client_id=sought)
    stands = str(row[2]) if row else f"{_HASH}${client_id}${_NOBODYS_DIGEST}"
    # A client id that somebody made up need not be ASCII, which texts that are compared have to be.
    is_right = hmac.compare_digest(stands.encode(), _secret_hash(client_id, secret).encode())
    return KnownClient(client_id, row[0], row[1]) if row and is_right else None


def unknown_client(client_id: str) -> Refusal:
    """That there is no such client."""
    return Refusal("unknown_client", "clientId", f"There is no gateway client “{client_id[:80]}”: add it first.")


def _client(row: Row) -> GatewayClient:
    client_id, code, kind, inventory, feeds, reports, channel_type, created_at, revoked_at, *_ = row
    scopes = Scopes(inventory, feeds, reports)
    return GatewayClient(client_id, code, kind, scopes, channel_type, created_at, revoked_at)


def _secret_hash(client_id: str, secret: str) -> str:
    return f"{_HASH}${client_id}${sha256(f'{client_id}:{secret}'.encode()).hexdigest()}"


async def _partner(session: Session, code: str) -> int | Refusal:
    # What can be no code may hold what no database takes.
    row = None if refused_code("partner", code) else await session.one(_SQL["client_partner"], code=code)
    if row is None:
        return unknown_partner("partner", code)
    partner_id, kind = row
    if kind in KINDS:
        return int(partner_id)
    return Refusal("invalid_kind", "partner", f"“{code}” is the {kind}: only {', '.join(KINDS)} have gateway clients.")


def _refused_scopes(scopes: Scopes) -> Refusal | None:
    given = msgspec.structs.asdict(scopes)
    wrong = [f"“{access[:40]}” for {subject}" for subject, access in given.items() if access not in ACCESSES]
    if not wrong:
        return None
    return Refusal("invalid_scope", "scopes", f"{', '.join(wrong)} is no scope: give one of {', '.join(ACCESSES)}.")


def _refused_channel_type(channel_type: str | None) -> Refusal | None:
    if channel_type is None:
        return None
    stripped = channel_type.strip()
    if (
        stripped == channel_type
        and 0 < len(stripped) <= CHANNEL_TYPE_MAX
        and stripped.isascii()
        and stripped.isprintable()
    ):
        return None
    message = (
        f"Give a channel type of 1 to {CHANNEL_TYPE_MAX} printable ASCII characters without a space at its ends, "
        "or none."
    )
    return Refusal("invalid_channel_type", "channelType", message)
