"""The operator's own programs, let in by bearer tokens (OP-01).

Everything here may be said again, as in `onboarding`.
"""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from onhand.basics.clock import Clock
from onhand.basics.refusal import Refusal
from onhand.basics.source import refused_source
from onhand.partners.checks import refused_code, refused_token
from onhand.store.database import Database, RunAgain, Session
from onhand.store.queries import Queries, json_list

_SQL = Queries(Path(__file__).with_name("operators.sql"))


class OperatorClient(msgspec.Struct, frozen=True):
    """A program of the operator's; `source` is the source of the events that it posts."""

    client_id: str
    source: str
    created_at: int
    revoked_at: int | None


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


async def operator_clients_by_tokens(database: Database, tokens: Sequence[str]) -> list[OperatorClient | None]:
    """The live clients whose tokens these are, in their order, by one look into the database."""
    hashes = [_token_hash(token) for token in tokens]
    listed = json_list(sorted(set(hashes)))
    rows = await database.all(_SQL["operator_clients_by_tokens"], token_hashes=listed)
    found = {row[0]: OperatorClient(*row[1:]) for row in rows}
    return [found.get(token_hash) for token_hash in hashes]


async def list_operator_clients(database: Database, *, after: str = "", rows_max: int = 1000) -> list[OperatorClient]:
    """The operator's clients in the order of their ids, from the one after `after` on."""
    rows = await database.all(_SQL["list_operator_clients"], after=after, rows_max=rows_max)
    return [OperatorClient(*row) for row in rows]


def _token_hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
