"""The body of a feed's request: a JSON file, an XML file of the older form, or either as a field of a form (DS-14)."""

from typing import Any

import msgspec
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from onhand.dropship.feeds.forms import BYTE_ORDER_MARK, DSV_INVENTORY
from onhand.surfaces.gateway.errors import (
    INVALID_REQUEST_CONTENT,
    MALFORMED_REQUEST_CONTENT,
    UNSUPPORTED_MEDIA_TYPE,
    Refused,
    refused,
)
from onhand.surfaces.gateway.forms import JSON, XML, sent_type
from onhand.surfaces.gateway.xml_forms import listed, read_xml
from onhand.surfaces.plumbing.call import Call

MULTIPART = "multipart/form-data"
TEXT_XML = "text/xml"
MEDIA_TYPES = (JSON, MULTIPART, XML, TEXT_XML)
_FIELD = "file"


def file_of(call: Call, body: bytes, feed_type: str) -> bytes | Refused:
    """The feed's file as JSON, out of the body of a request."""
    content: bytes | Refused = body
    if sent_type(call) == MULTIPART:
        content = _field_of(call, body)
    if isinstance(content, Refused) or not _is_xml(call, content):
        return content
    if feed_type == DSV_INVENTORY:
        said = f"A feed of type {DSV_INVENTORY} is taken as JSON only, and this one is XML. Send it as JSON."
        return refused(415, UNSUPPORTED_MEDIA_TYPE, "Content-Type", said)
    return _json_of(content)


def _is_xml(call: Call, content: bytes) -> bool:
    if sent_type(call) in {XML, TEXT_XML}:
        return True
    return sent_type(call) == MULTIPART and content.removeprefix(BYTE_ORDER_MARK).lstrip()[:1] == b"<"


def _field_of(call: Call, body: bytes) -> bytes | Refused:
    _, options = parse_options_header(call.header_bytes.get(b"content-type"))
    boundary = options.get(b"boundary")
    if not boundary:
        said = "The Content-Type header is multipart/form-data without its boundary. Let your HTTP client write it."
        return refused(400, MALFORMED_REQUEST_CONTENT, "Content-Type", said)
    fields = _Fields()
    try:
        parser = MultipartParser(boundary, fields.callbacks())
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        return refused(400, MALFORMED_REQUEST_CONTENT, "body", f"The body is not multipart/form-data: {error}.")
    if fields.file is None:
        said = f"The form has no field “{_FIELD}”. Send the feed's file in it."
        return refused(400, INVALID_REQUEST_CONTENT, _FIELD, said)
    return bytes(fields.file)


class _Fields:
    """Takes what a multipart parser meets and keeps the first field of the right name."""

    def __init__(self) -> None:
        self.file: bytearray | None = None
        self._header = bytearray()
        self._value = bytearray()
        self._disposition = b""
        self._taking = False

    def callbacks(self) -> Any:
        """What the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_headers_finished": self._end_headers,
            "on_part_data": self._take,
        }

    def _begin(self) -> None:
        self._disposition = b""
        self._taking = False

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _end_headers(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._taking = self.file is None and options.get(b"name") == _FIELD.encode()
        if self._taking:
            self.file = bytearray()

    def _take(self, data: bytes, start: int, end: int) -> None:
        if self._taking and self.file is not None:
            self.file += data[start:end]


def _json_of(content: bytes) -> bytes | Refused:
    """An `InventoryFeed` in XML as the JSON file of the same form."""
    held = read_xml(content)
    if held is None:
        return refused(400, MALFORMED_REQUEST_CONTENT, "body", "The file is not XML that is taken here.")
    header = next((value for key, value in held.items() if key.lower() == "inventoryheader"), None)
    rows = next((value for key, value in held.items() if key.lower() == "inventory"), None)
    file: dict[str, Any] = {} if header is None else {"InventoryHeader": header}
    return msgspec.json.encode({**file, "Inventory": [_row(row) for row in listed(rows)]})


def _row(row: Any) -> Any:
    """A row with its amounts as numbers: in XML everything is text."""
    if not isinstance(row, dict):
        return row
    return {
        key: {name: _number(text) if name.lower() == "amount" else text for name, text in held.items()}
        if key.lower() == "quantity" and isinstance(held, dict)
        else held
        for key, held in row.items()
    }


def _number(text: Any) -> Any:
    if isinstance(text, str) and text.isascii() and text.removeprefix("-").isdigit() and len(text) <= 18:
        return int(text)
    return text
