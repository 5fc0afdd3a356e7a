"""The media types that requests are sent in and ask for, and answers in JSON or XML (GW-07, DS-06)."""

from functools import lru_cache

import msgspec
from starlette.responses import Response

from onhand.surfaces.gateway.xml_forms import NAMESPACE, read_xml, xml_document
from onhand.surfaces.plumbing.call import Call, RawHeaders
from onhand.surfaces.plumbing.responses import JsonResponse

__all__ = [
    "JSON",
    "NAMESPACE",
    "XML",
    "accepted_form",
    "choose_form",
    "chosen_form",
    "read_xml",
    "respond",
    "sent_type",
    "wants_xml",
]

JSON = "application/json"
XML = "application/xml"

_CHOSEN = "onhand.gateway.form"
_XML_CONTENT_TYPE = b"application/xml; charset=utf-8"
_ANY_SPECIFICITY, _GROUP_SPECIFICITY, _EXACT_SPECIFICITY = range(3)


class _Range(msgspec.Struct, frozen=True):
    """A media range of an Accept header: `*/*`, `text/*` or a type, and how much it is wanted."""

    media_type: str
    quality: float
    specificity: int
    place: int


def choose_form(call: Call, offered: tuple[str, ...]) -> bool:
    """Choose among the media types that an operation answers with by the call's Accept header.

    `respond` and `wants_xml` keep to the choice. False where the caller accepts none of them (406).
    """
    chosen = accepted_form(call.header_bytes.get(b"accept"), offered)
    if chosen is None:
        return False
    call.scope[_CHOSEN] = chosen
    return True


def chosen_form(call: Call) -> str:
    """The media type that was chosen for the answer of a call."""
    chosen: str = call.scope[_CHOSEN]
    return chosen


@lru_cache(maxsize=256)
def accepted_form(accept: bytes | None, offered: tuple[str, ...]) -> str | None:
    """Which of the media types offered an Accept header wants most, or None where it wants none of them.

    A missing header and `*/*` want the first one. Where two are wanted alike, one that is named goes before one that
    a `*` stands for, then the one named first. Ranges that can't be read are passed over.
    """
    if accept is None or not accept.strip():
        return offered[0]
    ranges = [found for place, part in enumerate(accept.split(b",")) if (found := _range(part, place))]
    best: tuple[float, int, int, int] | None = None
    chosen = None
    for number, media_type in enumerate(offered):
        matching = [each for each in ranges if _matches(each, media_type)]
        if not matching:
            continue
        match = max(matching, key=lambda each: (each.specificity, each.quality))
        rank = (match.quality, match.specificity, -match.place, -number)
        if match.quality > 0 and (best is None or rank > best):
            best, chosen = rank, media_type
    return chosen


def sent_type(call: Call) -> str:
    """The media type of the body that was sent, in lower case and without its parameters; empty where none is said."""
    return call.header_bytes.get(b"content-type", b"").partition(b";")[0].strip().lower().decode("latin-1")


def wants_xml(call: Call) -> bool:
    """Whether the answer is to be XML: as was chosen for the operation, else as the Accept header asks."""
    chosen = call.scope.get(_CHOSEN) or accepted_form(call.header_bytes.get(b"accept"), (JSON, XML))
    return bool(chosen == XML)


def respond(
    call: Call,
    value: msgspec.Struct,
    *,
    root: str,
    status: int = 200,
    headers: RawHeaders | None = None,
    namespace: str = NAMESPACE,
) -> Response:
    """An answer in the form that was asked for.

    In XML it is the element `root` of `namespace` (none where that is empty), with the names that JSON has; a list
    `nodes` is written `<nodes><node>…</node></nodes>`.
    """
    if not wants_xml(call):
        return JsonResponse(value, status, headers)
    return xml_response(xml_document(root, msgspec.to_builtins(value), namespace), status, headers)


def xml_response(document: bytes, status: int, headers: RawHeaders | None = None) -> Response:
    """An XML document as an answer."""
    response = Response(document, status)
    response.raw_headers = [
        (b"content-type", _XML_CONTENT_TYPE),
        (b"content-length", b"%d" % len(document)),
        *(headers or ()),
    ]
    return response


def _range(part: bytes, place: int) -> _Range | None:
    media_type, *parameters = (piece.strip().lower() for piece in part.decode("latin-1").split(";"))
    group, slash, name = media_type.partition("/")
    quality = _quality(parameters)
    if quality is None or not (group and slash and name) or (group == "*" and name != "*"):
        return None
    if name != "*":
        return _Range(media_type, quality, _EXACT_SPECIFICITY, place)
    return _Range(media_type, quality, _GROUP_SPECIFICITY if group != "*" else _ANY_SPECIFICITY, place)


def _quality(parameters: list[str]) -> float | None:
    """The weight of a range, 1 where none is said; None where what is said is none."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                quality = float(value)
            except ValueError:
                return None
            return quality if 0 <= quality <= 1 else None
    return 1.0


def _matches(accepted: _Range, media_type: str) -> bool:
    if accepted.specificity == _ANY_SPECIFICITY:
        return True
    if accepted.specificity == _GROUP_SPECIFICITY:
        return media_type.startswith(accepted.media_type[:-1])
    return accepted.media_type == media_type
