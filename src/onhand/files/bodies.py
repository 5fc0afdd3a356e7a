"""The rows of a request's body: NDJSON or a JSON list, plain, gzip or zstd (OP-03), bounded in every way."""

from collections.abc import AsyncIterable, Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

import msgspec

from onhand.basics.elements import Element, has_more_elements
from onhand.files.compression import is_gzip, is_zstd, plain_bytes
from onhand.files.limits import ReadLimits, TooLarge, Unreadable
from onhand.files.rows import BYTE_ORDER_MARK, Row, json_rows

_JSON_TYPES = frozenset({"application/json", "text/json"})
# How a body begins that is so encoded; one that is not may begin with anything.
_ENCODINGS: Mapping[str, Callable[[bytes], bool]] = MappingProxyType(
    {"": bool, "identity": bool, "gzip": is_gzip, "x-gzip": is_gzip, "zstd": is_zstd}
)
_list = msgspec.json.Decoder(list[msgspec.Raw] | dict[str, msgspec.Raw])
_COUNTED = list[Element] | dict[str, msgspec.Raw]
_PIECE_BYTES = 262_144


class BodyLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on a body: as sent, decompressed, a line of it, and how many rows."""

    body_bytes_max: int = 16_777_216
    decompressed_bytes_max: int = 134_217_728
    line_bytes_max: int = 1_048_576
    rows_max: int = 10_000


async def body_rows(
    chunks: AsyncIterable[bytes], content_type: str, content_encoding: str, limits: BodyLimits
) -> list[Row]:
    """The rows of a body; of a JSON list they are numbered from 1, of NDJSON by their lines.

    Raises:
        TooLarge: it is larger than a limit allows, and nothing of it should be taken.
        Unreadable: its compression or its JSON is damaged, or not of a kind that is read.
    """
    body = await _whole(chunks, limits.body_bytes_max)
    begins_so = _ENCODINGS.get(content_encoding.strip().lower())
    if begins_so is None:
        raise Unreadable(f"the content encoding {content_encoding!r} is not read: send gzip, zstd or none")
    if body and not begins_so(body):
        raise Unreadable(f"the body is not {content_encoding}, as its content encoding says")
    bounds = ReadLimits(line_bytes_max=limits.line_bytes_max, decompressed_bytes_max=limits.decompressed_bytes_max)
    text = b"".join(plain_bytes([body], bounds)).removeprefix(BYTE_ORDER_MARK)
    # No line of NDJSON starts with a bracket, so that a list is known by it, whatever the content type says.
    if text.lstrip().startswith(b"[") or content_type.partition(";")[0].strip().lower() in _JSON_TYPES:
        return _bounded(_list_rows(text, limits.rows_max), limits.rows_max)
    return _bounded(json_rows(_pieces(text), bounds), limits.rows_max)


async def _whole(chunks: AsyncIterable[bytes], bytes_max: int) -> bytes:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > bytes_max:
            raise TooLarge(f"the body is over {bytes_max:,} bytes: send it in smaller parts, or compressed")
    return bytes(body)


def _pieces(text: bytes) -> Iterator[bytes]:
    """The text bit by bit: of all its lines no more are made than are taken."""
    return (text[start : start + _PIECE_BYTES] for start in range(0, len(text), _PIECE_BYTES))


def _list_rows(text: bytes, rows_max: int) -> Iterator[Row]:
    try:
        if has_more_elements(text, _COUNTED, rows_max):
            raise _too_many(rows_max)
        found = _list.decode(text)
    except RecursionError as error:
        raise Unreadable("the body is nested too deep: an event is a flat object") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable(f"the body is not a JSON list of objects: {error}") from error
    rows = found if isinstance(found, list) else [text]
    return (Row(number, bytes(row)) for number, row in enumerate(rows, 1))


def _too_many(rows_max: int) -> TooLarge:
    return TooLarge(f"the body has over {rows_max:,} rows: send it in smaller parts")


def _bounded(rows: Iterable[Row], rows_max: int) -> list[Row]:
    taken: list[Row] = []
    for row in rows:
        if len(taken) == rows_max:
            raise _too_many(rows_max)
        taken.append(row)
    return taken
