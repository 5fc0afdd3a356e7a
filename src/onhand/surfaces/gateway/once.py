"""Writes that may be sent again: with an Idempotency-Key, a repeat gets the first one's answer (DS-11)."""

from collections.abc import Awaitable, Callable
from hashlib import sha256

from starlette.responses import Response

from onhand.basics.refusal import Refusal
from onhand.partners.answers import KeptAnswer, KeyOfRequest, is_key_used, keep_answer, kept_answer
from onhand.store.database import Session
from onhand.surfaces.gateway.door import Caller
from onhand.surfaces.gateway.errors import INVALID_REQUEST, INVALID_REQUEST_HEADER, Fault, Refused, refused
from onhand.surfaces.gateway.services import GatewayServices
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Parameter

HEADER = "Idempotency-Key"
IDEMPOTENCY_KEY = Parameter(
    name=HEADER,
    place="header",
    description=(
        "1 to 255 printable characters of your own. The same request under the same key is done once and answered the "
        "same again; another request under it is a conflict."
    ),
)
_HEADER_BYTES = HEADER.lower().encode()
_KEY_MAX = 255
_KEPT_HEADERS = ("content-type", "etag")

ReadContent = Callable[[Call], Awaitable[bytes | Refused]]
"""Reads what tells two requests of an operation apart, as it is given to `write_once`."""
Work = Callable[[Session], Awaitable[Response | Refused]]


class _RolledBack(Exception):
    """Carries a refusal out of a transaction, which leaves nothing behind."""

    def __init__(self, refusal: Refused) -> None:
        super().__init__()
        self.refusal = refusal


async def write_once(
    services: GatewayServices, call: Call, caller: Caller, body: bytes, work: Work
) -> Response | Refused:
    """Do the work of a write in one transaction, or answer as the first request under its key was answered.

    What is refused leaves no trace, its key neither.
    """
    key = _key_of(call)
    if isinstance(key, Refused):
        return key

    async def transaction(session: Session) -> Response:
        if key is None:
            return _accepted(await work(session))
        asked = KeyOfRequest(caller.partner_id, caller.client_id, key, _fingerprint(call, body))
        kept = await kept_answer(session, asked)
        if isinstance(kept, Refusal):
            raise _RolledBack(refused(409, INVALID_REQUEST, HEADER, kept.message))
        if kept is not None:
            return _replayed(kept)
        answer = _accepted(await work(session))
        await keep_answer(session, asked, _kept(answer), services.clock())
        return answer

    try:
        return await services.database.write(transaction)
    except _RolledBack as rolled_back:
        return rolled_back.refusal


async def answer_to_repeat(
    services: GatewayServices, call: Call, caller: Caller, read_content: ReadContent
) -> Response | None:
    """The kept answer to a call that was made before under its key; None to any other call.

    The body is read only where something is kept under the key.
    """
    key = _key_of(call)
    if not isinstance(key, str) or not await is_key_used(services.database, caller.partner_id, caller.client_id, key):
        return None
    content = await read_content(call)
    if isinstance(content, Refused):
        return None
    asked = KeyOfRequest(caller.partner_id, caller.client_id, key, _fingerprint(call, content))
    kept = await kept_answer(services.database, asked)
    return _replayed(kept) if isinstance(kept, KeptAnswer) else None


def key_faults(call: Call) -> tuple[Fault, ...]:
    """What is wrong with the key of a call, for who tells of everything at once."""
    key = _key_of(call)
    return key.faults if isinstance(key, Refused) else ()


def _key_of(call: Call) -> str | Refused | None:
    sent = call.header_bytes.get(_HEADER_BYTES)
    if sent is None:
        return None
    key = sent.decode("latin-1").strip()
    if 0 < len(key) <= _KEY_MAX and key.isascii() and key.isprintable():
        return key
    said = f"{HEADER} has 1 to {_KEY_MAX} printable ASCII characters, such as a UUID; leave it out to send without."
    return refused(400, INVALID_REQUEST_HEADER, HEADER, said)


def _fingerprint(call: Call, body: bytes) -> str:
    digest = sha256(call.scope["method"].encode())
    for part in (call.scope["path"].encode(), call.scope["query_string"], body):
        digest.update(b"\n%d\n" % len(part))
        digest.update(part)
    return digest.hexdigest()


def _accepted(answer: Response | Refused) -> Response:
    if isinstance(answer, Refused):
        raise _RolledBack(answer)
    return answer


def _kept(answer: Response) -> KeptAnswer:
    headers = tuple((name, value) for name in _KEPT_HEADERS if (value := answer.headers.get(name)) is not None)
    return KeptAnswer(answer.status_code, headers, bytes(answer.body))


def _replayed(kept: KeptAnswer) -> Response:
    return Response(kept.body, kept.status, dict(kept.headers))
