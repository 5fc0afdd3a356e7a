"""From the bytes of a body to the value it says, or everything that is wrong with it."""

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec

from onhand.basics.nesting import decoded
from onhand.surfaces.operator.parameters import Readings
from onhand.surfaces.operator.problems import (
    REFUSED,
    UNREADABLE_BODY,
    UNSUPPORTED_MEDIA_TYPE,
    Fault,
    Problem,
    of_faults,
)
from onhand.surfaces.plumbing.call import Call

T = TypeVar("T")

JSON = "application/json"
# Annotated types make the second of these with `|`, plain ones the first.
_UNIONS = (UnionType, Union)


async def read_json(readings: Readings, kind: type[T], bytes_max: int) -> T | Problem:
    """The JSON body of a call as a value of `kind`, where its parameters are right; it has none in its query.

    Raises:
        BodyTooLarge: it has more than `bytes_max` bytes.
    """
    problem = readings.problem() or unsupported_type(readings.call, (JSON,), ())
    if problem:
        return problem
    document = parsed_json(await readings.call.read_body(bytes_max))
    return document if isinstance(document, Problem) else checked(document, kind)


def unsupported_type(call: Call, media_types: tuple[str, ...], encodings: tuple[str, ...]) -> Problem | None:
    """Why a body can't be taken by its Content-Type or Content-Encoding; one without a type is taken."""
    media_type = media_type_of(call)
    if media_type and media_type not in media_types:
        detail = f"Content-Type is {_shown(media_type)}; taken here: {', '.join(media_types)}."
        return Problem(UNSUPPORTED_MEDIA_TYPE, detail, headers=((b"accept", ", ".join(media_types).encode()),))
    encoding = encoding_of(call)
    if encoding and encoding not in (*encodings, "identity"):
        taken = (*encodings, "identity")
        detail = f"Content-Encoding is {_shown(encoding)}; taken here: {', '.join(taken)}."
        return Problem(UNSUPPORTED_MEDIA_TYPE, detail, headers=((b"accept-encoding", ", ".join(taken).encode()),))
    return None


def media_type_of(call: Call) -> str:
    """The media type of a body in lower case, without its parameters."""
    return call.header_bytes.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()


def encoding_of(call: Call) -> str:
    """The content encoding of a body in lower case."""
    return call.header_bytes.get(b"content-encoding", b"").decode("latin-1").strip().lower()


def parsed_json(body: bytes) -> Any:
    """What a body of JSON says, or the problem that it is none."""
    try:
        return decoded(body)
    except RecursionError:
        return Problem(UNREADABLE_BODY, "The body is nested too deep: send the JSON that the OpenAPI document shows.")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Problem(UNREADABLE_BODY, f"The body is not JSON in UTF-8: {error}. {UNREADABLE_BODY.mend}")


def checked(document: Any, kind: type[T]) -> T | Problem:
    """A parsed document as a value of `kind`, or a problem that lists all that keeps it from being one."""
    faults = list(_faults(document, kind, ""))
    return of_faults(REFUSED, faults) if faults else msgspec.convert(document, kind)


def _faults(document: Any, kind: Any, pointer: str) -> Iterator[Fault]:
    plain = _plain(kind)
    if isinstance(document, dict) and isinstance(plain, type) and issubclass(plain, msgspec.Struct):
        yield from _faults_of_object(document, plain, pointer)
    elif isinstance(document, list) and get_origin(plain) is list:
        yield from _faults_of_list(document, kind, plain, pointer)
    else:
        yield from _fault_of_value(document, kind, pointer)


def _faults_of_object(document: dict[str, Any], kind: type[msgspec.Struct], pointer: str) -> Iterator[Fault]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for name in document:
        if name not in fields:
            message = f"There is no field {_shown(name)}; the fields are {', '.join(fields)}."
            yield Fault(code="unknown_field", message=message, pointer=f"{pointer}/{_escaped(name)}")
    for name, field in fields.items():
        if name in document:
            yield from _faults(document[name], field.type, f"{pointer}/{name}")
        elif field.required:
            message = f"The field {name} is missing{_explained(field.type)}."
            yield Fault(code="missing_field", message=message, pointer=f"{pointer}/{name}")


def _faults_of_list(document: list[Any], kind: Any, plain: Any, pointer: str) -> Iterator[Fault]:
    # The bounds of the list itself, whatever stands in it.
    bounds = Annotated[(list[Any], *_metas(kind))] if _metas(kind) else list[Any]
    found = list(_fault_of_value(document, bounds, pointer))
    if found:
        yield from found
        return
    (item_kind,) = get_args(plain)
    for index, item in enumerate(document):
        yield from _faults(item, item_kind, f"{pointer}/{index}")


def _fault_of_value(document: Any, kind: Any, pointer: str) -> Iterator[Fault]:
    try:
        msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        reason = str(error).partition(" - at `")[0]
        yield Fault(code="invalid_value", message=f"{reason}{_explained(kind)}.", pointer=pointer)


def _plain(kind: Any) -> Any:
    """The type within annotations and beside None."""
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0])
    if get_origin(kind) in _UNIONS:
        return next(_plain(part) for part in get_args(kind) if part is not type(None))
    return kind


def _metas(kind: Any) -> tuple[msgspec.Meta, ...]:
    if get_origin(kind) in _UNIONS:
        return next(_metas(part) for part in get_args(kind) if part is not type(None))
    return get_args(kind)[1:] if get_origin(kind) is Annotated else ()


def _explained(kind: Any) -> str:
    said = next((meta.description for meta in _metas(kind) if meta.description), None)
    return f" ({said.rstrip('.')})" if said else ""


def _escaped(name: str) -> str:
    return name[:100].replace("~", "~0").replace("/", "~1")


def _shown(text: str) -> str:
    return repr(text if len(text) <= 100 else text[:100] + "…")
