"""What was answered to writes that carried an Idempotency-Key, so that a repeat is answered the same (DS-11).

An answer is kept by the transaction that did the work. Of two requests with one key at the same time, the second is
rolled back as a whole, and finds the first one's answer when it is run again.
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from onhand.basics.refusal import Refusal
from onhand.store.database import Database, RunAgain, Session, Value
from onhand.store.queries import Queries

_SQL = Queries(Path(__file__).with_name("answers.sql"))


class KeyOfRequest(msgspec.Struct, frozen=True):
    """Whose key it is, and what the request says that carries it, as a hash."""

    partner_id: int
    client_id: str
    key: str
    fingerprint: str


class KeptAnswer(msgspec.Struct, frozen=True):
    """An answer: its status, its own headers, and its body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


async def is_key_used(reader: Session | Database, partner_id: int, client_id: str, key: str) -> bool:
    """Whether an answer is kept under a client's key, to whichever request."""
    named: dict[str, Value] = {"partner_id": partner_id, "client_id": client_id, "idempotency_key": key}
    return await reader.one(_SQL["key_is_used"], **named) is not None


async def kept_answer(session: Session | Database, asked: KeyOfRequest) -> KeptAnswer | Refusal | None:
    """The answer that was kept under a key, None where there is none, a refusal where it was to another request."""
    row = await session.one(_SQL["answer_by_key"], **_named(asked))
    if row is None:
        return None
    fingerprint, status, headers, body = row
    if fingerprint != asked.fingerprint:
        message = (
            "This Idempotency-Key was used before with another request. Send the same request to get its answer, "
            "or this one under a new key."
        )
        return Refusal("conflict", "Idempotency-Key", message)
    return KeptAnswer(status, msgspec.json.decode(headers, type=tuple[tuple[str, str], ...]), bytes(body))


async def keep_answer(session: Session, asked: KeyOfRequest, answer: KeptAnswer, now: int) -> None:
    """Keep an answer under a key that has none.

    Raises:
        RunAgain: another request under this key was quicker.
    """
    kept = await session.run(
        _SQL["insert_answer"],
        **_named(asked),
        fingerprint=asked.fingerprint,
        status=answer.status,
        headers=msgspec.json.encode(answer.headers).decode(),
        answer=answer.body,
        created_at=now,
    )
    if not kept:
        raise RunAgain


async def forget_old_answers(database: Database, partner_ids: Iterable[int], before: int) -> int:
    """Forget the answers of partners that were given before a moment; how many there were."""
    forgotten = 0
    for partner_id in sorted(partner_ids):

        async def work(session: Session, partner_id: int = partner_id) -> int:
            return await session.run(_SQL["forget_answers"], partner_id=partner_id, before=before)

        forgotten += await database.write(work)
    return forgotten


async def partners_with_clients(database: Database) -> list[int]:
    """The partners for whom anything may have been kept."""
    return [row[0] for row in await database.all(_SQL["partners_with_clients"])]


def _named(asked: KeyOfRequest) -> dict[str, int | str]:
    return {"partner_id": asked.partner_id, "client_id": asked.client_id, "idempotency_key": asked.key}
