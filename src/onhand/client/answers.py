"""The bodies of answers as values of the types that they should be. No I/O is done here."""

from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from onhand.client.errors import Unreadable
from onhand.client.problems import correlation_id_of
from onhand.client.steps import Answer, Request

T = TypeVar("T")

_TEXT_SHOWN = 100
# Quantities and money are exact.
_UNTYPED = msgspec.json.Decoder(float_hook=Decimal)


def decoded(request: Request, answer: Answer, kind: type[T]) -> T:
    """The body of an answer as a value of a type; numbers may come as texts, and nulls for what is left out.

    Raises:
        Unreadable: it is not of that type.
    """
    try:
        return msgspec.json.decode(answer.body, type=kind, strict=False)
    except msgspec.ValidationError as error:
        try:
            return msgspec.convert(_without_nulls(_UNTYPED.decode(answer.body)), kind, strict=False)
        except msgspec.ValidationError:
            raise _unreadable(request, answer, str(error)) from error
    except msgspec.DecodeError as error:
        raise _unreadable(request, answer, _what_it_is(answer, error)) from error


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(each) for name, each in value.items() if each is not None}
    return list(map(_without_nulls, value)) if isinstance(value, list) else value


def _unreadable(request: Request, answer: Answer, reason: str) -> Unreadable:
    correlation_id = correlation_id_of(answer, answer.asked_under)
    return Unreadable(reason, operation=request.operation, correlation_id=correlation_id)


def _what_it_is(answer: Answer, error: msgspec.DecodeError) -> str:
    if not answer.body.strip():
        return "it is empty"
    said = answer.headers.get("content-type", "").partition(";")[0].strip()
    if said != "text/html":
        return f"{error}; it is {said or 'of no type that was told'}"
    # Pages for people come from what stands between: they hold none of the secrets that an answer may.
    return f"it is {said} and starts {answer.body[:_TEXT_SHOWN].decode('utf-8', 'replace')!r}"
