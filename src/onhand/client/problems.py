"""From an answer that says no to an error: its problems are read from any of the forms of the contract.

The gateway's is `{"error": [...]}` (GW-10), or the same in XML, which some services answer whatever was asked for; the
store APIs' `{"errors": [...]}` (SE-01); the operator's problem details (RFC 9457).
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from onhand.client.errors import Problem, Refused, Unauthorized, error_class
from onhand.client.policy import clock_skew_seconds, said_seconds
from onhand.client.steps import Answer

INVALID_TOKEN = "INVALID_TOKEN"  # noqa: S105 - the name of a code
_CORRELATION = "wm_qos.correlation_id"
_TEXT_SHOWN = 200
_SKEW_TOLD_SECONDS = 30.0


def problems_of(answer: Answer) -> tuple[Problem, ...]:
    """Everything that an answer says was wrong; a body in no known form is shown as it starts."""
    try:
        body = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        found = tuple(_read_xml(answer.body))
    else:
        found = tuple(_read(body)) if isinstance(body, dict) else ()
    if found:
        return found
    text = answer.body.decode("utf-8", "replace").strip()[:_TEXT_SHOWN]
    return (Problem("", "", text),) if text else ()


def is_token_refused(answer: Answer) -> bool:
    """Whether a token was refused: 401, or the older 400 that says so (GW-12)."""
    if answer.status == 401:
        return True
    return answer.status == 400 and any(each.code.startswith(INVALID_TOKEN) for each in problems_of(answer))


def correlation_id_of(answer: Answer, sent: str) -> str:
    """The id under which the server's log has the request."""
    return answer.headers.get(_CORRELATION) or sent


def refusal_of(answer: Answer, *, operation: str, correlation_id: str, attempts: int, now: float) -> Refused:
    """The error that an answer is; `now` is the caller's clock, in seconds since 1970."""
    refused_token = is_token_refused(answer)
    skew = clock_skew_seconds(answer, now)
    kind = Unauthorized if refused_token else error_class(answer.status)
    return kind(
        answer.status,
        problems_of(answer),
        operation=operation,
        correlation_id=correlation_id_of(answer, correlation_id),
        attempts=attempts,
        clock_skew_seconds=skew,
        retry_after_seconds=(seconds := said_seconds(answer)),
        hint=_skew_hint(skew) if refused_token or answer.status == 403 else _hint(answer, seconds),
    )


def _hint(answer: Answer, wait_seconds: float | None) -> str:
    if 300 <= answer.status < 400 and (elsewhere := answer.headers.get("location")):
        return f"It leads on to {elsewhere!r}: calls that carry credentials don't follow; mend the client's URL"
    if not wait_seconds:
        return ""
    return f"Come again in {wait_seconds:.0f} s, or let calls last longer (`within`, or deadline_seconds of a Policy)"


def _skew_hint(skew: float | None) -> str:
    if skew is None or abs(skew) < _SKEW_TOLD_SECONDS:
        return ""
    where = "ahead of" if skew > 0 else "behind"
    return f"This machine's clock is {abs(skew):.0f} s {where} the server's: set it right, since signatures carry it"


def _read(body: Mapping[str, Any]) -> Iterable[Problem]:
    listed = body.get("error") or body.get("errors")
    if isinstance(listed, Mapping):
        listed = listed.get("error", [listed])
    if "title" in body and not listed:
        yield _problem_details(body)
    elif isinstance(listed, str):
        yield Problem(listed, "", str(body.get("error_description", listed)))
    elif isinstance(listed, list):
        kind = str(body.get("type", "")).rpartition("/")[2]
        yield from (_one(each, kind) for each in listed if isinstance(each, Mapping))


def _read_xml(body: bytes) -> Iterable[Problem]:
    """The problems in XML, in whatever namespace; none where it is no XML."""
    if not body.lstrip().startswith(b"<"):
        return
    # Seldom needed, and it takes its time to import. Entities can't grow: what declares some is not read.
    from xml.etree import ElementTree as ET

    try:
        root = ET.fromstring(body) if b"<!" not in body else None  # noqa: S314 - it has no declarations
    except ET.ParseError:
        return
    for each in root.iter() if root is not None else ():
        said = {part.tag.rpartition("}")[2]: (part.text or "").strip() for part in each}
        if each.tag.rpartition("}")[2] == "error" and said:
            yield _one(said, "")


def _problem_details(body: Mapping[str, Any]) -> Problem:
    said = str(body.get("detail") or body["title"])
    return Problem(str(body.get("type", "")).rpartition("/")[2], "", said)


def _one(each: Mapping[str, Any], kind: str) -> Problem:
    code = str(each.get("code") or each.get("status") or kind)
    field = next((str(each[name]) for name in ("field", "fieldName", "pointer", "parameter") if each.get(name)), "")
    said = next((str(each[name]) for name in ("description", "message", "info") if each.get(name)), "")
    return Problem(code, field, said)
