"""The forms in which a feed's file may come, and reading its top level: the header, and the list of rows as it stands.

Three forms are taken (DS-13, DS-14), told apart by their header, whatever the case of its keys:
- `InventoryFeedHeader`, versions 5.x and 2.x: rows of productId, shipNode, availabilityCode, quantity;
- `InventoryHeader` 1.5: rows of a sku with a list of shipNodes. Each of these is a record of its own, so that a row
  with two of them is taken as two rows with one each;
- `InventoryHeader` 1.4: rows of a sku and a quantity of unit and amount.
The rows themselves are not looked at before they are processed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Raw

from onhand.basics.elements import Element, has_more_elements
from onhand.basics.nesting import check_nesting
from onhand.basics.refusal import Refusal
from onhand.dropship.feeds.faults import (
    FEED_TYPE_DIFFERS,
    INVALID_FILE,
    INVALID_HEADER,
    INVALID_VERSION,
    FeedFault,
    shown,
)

DSV_INVENTORY = "DSV_INVENTORY"
FEED_TYPES = (DSV_INVENTORY, "inventory", "MP_INVENTORY")
NOT_JSON = "not_json"
TOO_MANY_ROWS = "too_many_rows"
FormName = Literal["products", "nodes", "quantities"]

_FEED_HEADER = "inventoryfeedheader"
_OLDER_HEADER = "inventoryheader"
_LIST = "inventory"
_HEADER_KEYS = ("version", "feedType", "feedDate", "locale", "businessUnit")
# What a record may have beside its node on the average, where one row makes several.
_RECORD_BYTES_MAX = 4_000
# A header is read with every list of feeds.
_HEADER_BYTES_MAX = 10_000
_TOO_DEEP = "The file is nested too deep: a feed's header and rows are objects of few levels."
_VERSION = re.compile(r"[25]\.\S*")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_top = msgspec.json.Decoder(dict[str, Raw])
_list = msgspec.json.Decoder(list[Raw])
_header = msgspec.json.Decoder(dict[str, Any])


class Form(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which form a feed has, the node of its rows that name none, and its header's key and text as they came."""

    name: FormName
    ship_node: str | None
    header_key: str
    header: str
    list_key: str

    @property
    def by_sku(self) -> bool:
        """Whether its rows name items by SKU; else they do by GTIN."""
        return self.name != "products"


class FeedFile(msgspec.Struct, frozen=True):
    """A file that is JSON at least: its rows, or what is wrong with it as a whole."""

    form: Form
    rows: list[Raw]
    faults: tuple[FeedFault, ...] = ()


def read_file(content: bytes, feed_type: str, ship_node: str | None, rows_max: int) -> FeedFile | Refusal:
    """Read the top level of a file; `ship_node` is the node of rows that name none.

    Refused are what is not JSON (`not_json`), and more than `rows_max` rows (`too_many_rows`). A file that is JSON but
    no feed comes back with its faults and without rows.
    """
    text = content.removeprefix(BYTE_ORDER_MARK)
    try:
        top = _top.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _refused(text, error)
    keys = {key.lower(): key for key in top}
    header_key = keys.get(_FEED_HEADER) or keys.get(_OLDER_HEADER)
    if header_key is None:
        return _faulty(FeedFault(INVALID_HEADER, "InventoryFeedHeader", "The file has no InventoryFeedHeader."))
    header_text = top[header_key]
    if len(header_text) > _HEADER_BYTES_MAX:
        return _faulty(_large_header(header_key, len(header_text)))
    if _has_more_rows(top.get(keys.get(_LIST, ""), b""), rows_max):
        return _too_many(f"over {rows_max:,}", rows_max)
    rows, list_fault = _rows_of(top, keys)
    if len(rows) > rows_max:
        return _too_many(f"{len(rows):,}", rows_max)
    try:
        for part in (header_text, *rows):
            check_nesting(bytes(part))
    except RecursionError as error:
        return _refused(text, error)
    name, faults = _form_of(header_key, _header_of(header_text), feed_type)
    refusal = _too_many_nodes(rows, rows_max) if name == "nodes" else None
    if refusal is not None:
        return refusal
    if name == "nodes":
        rows = list(_one_node_each(rows))
    faults += [list_fault] if list_fault else []
    form = Form(name, ship_node, header_key, bytes(header_text).decode(errors="replace"), keys.get(_LIST, "Inventory"))
    return FeedFile(form, [] if faults else rows, tuple(faults))


def _refused(text: bytes, error: Exception) -> FeedFile | Refusal:
    if isinstance(error, RecursionError):
        return Refusal(NOT_JSON, "body", _TOO_DEEP)
    try:
        found = msgspec.json.decode(text)
    except RecursionError:
        return Refusal(NOT_JSON, "body", _TOO_DEEP)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Refusal(NOT_JSON, "body", f"The file is not JSON: {error}.")
    return _faulty(FeedFault(INVALID_FILE, "file", f"The file is {_kind(found)}: give a JSON object with its header."))


def _faulty(fault: FeedFault) -> FeedFile:
    return FeedFile(Form("products", None, "InventoryFeedHeader", "{}", "Inventory"), [], (fault,))


def _header_of(raw: Raw) -> dict[str, Any] | None:
    try:
        return {key.lower(): value for key, value in _header.decode(raw).items()}
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _form_of(key: str, header: Mapping[str, Any] | None, feed_type: str) -> tuple[FormName, list[FeedFault]]:
    if header is None:
        return "products", [FeedFault(INVALID_HEADER, key, f"{key} is not a JSON object: give one.")]
    if key.lower() == _OLDER_HEADER:
        return _older_form(header)
    faults = [_header_fault(name) for name in _HEADER_KEYS if not _is_text(header.get(name.lower()))]
    version, said = header.get("version"), header.get("feedtype")
    if _is_text(version) and not _VERSION.fullmatch(str(version)):
        faults.append(_version_fault(version, "a version 5.x or 2.x"))
    if _is_text(said) and str(said).lower() != feed_type.lower():
        differs = f"feedType is {shown(said)} in the header and {shown(feed_type)} in the query: let them agree."
        faults.append(FeedFault(FEED_TYPE_DIFFERS, "feedType", differs))
    return "products", faults


def _older_form(header: Mapping[str, Any]) -> tuple[FormName, list[FeedFault]]:
    version = header.get("version")
    text = str(version) if isinstance(version, str | int | float) else ""
    if text == "1.5":
        return "nodes", []
    if text == "1.4":
        return "quantities", []
    accepted = "1.4 or 1.5 with InventoryHeader, or 5.x or 2.x with InventoryFeedHeader"
    return "quantities", [_version_fault(version, accepted)]


def _header_fault(name: str) -> FeedFault:
    return FeedFault(INVALID_HEADER, name, f"{name} is missing in InventoryFeedHeader: give it as a text.")


def _large_header(key: str, size: int) -> FeedFault:
    said = f"{key} has {size:,} bytes: give it in at most {_HEADER_BYTES_MAX:,}."
    return FeedFault(INVALID_HEADER, key, said)


def _version_fault(version: Any, accepted: str) -> FeedFault:
    return FeedFault(INVALID_VERSION, "version", f"version is {shown(version)}: give {accepted}.")


def _rows_of(top: Mapping[str, Raw], keys: Mapping[str, str]) -> tuple[list[Raw], FeedFault | None]:
    if _LIST not in keys:
        return [], FeedFault(INVALID_FILE, "Inventory", "The file has no list Inventory: give one, with a row each.")
    try:
        return _list.decode(top[keys[_LIST]]), None
    except msgspec.ValidationError:
        return [], FeedFault(INVALID_FILE, "Inventory", "Inventory is not a list: give one, with a row each.")


def _has_more_rows(listed: bytes | Raw, rows_max: int) -> bool:
    try:
        return has_more_elements(listed, list[Element], rows_max)
    except (msgspec.DecodeError, RecursionError):
        # What it is instead is told where it is read.
        return False


def _too_many(count: str, rows_max: int) -> Refusal:
    return Refusal(TOO_MANY_ROWS, "Inventory", f"The feed has {count} records: send at most {rows_max:,} in one.")


def _too_many_nodes(rows: Sequence[Raw], rows_max: int) -> Refusal | None:
    """Refuse more records than are taken; what a row says beside its nodes is repeated for each, which has a bound."""
    count, bytes_count = len(rows), 0
    for row in rows:
        fields, key, nodes = _nodes_of(row)
        count += max(0, len(nodes) - 1)
        bytes_count += max(0, len(nodes) - 1) * (len(row) - len(fields.get(key, b"")))
    if count > rows_max:
        return _too_many(f"{count:,}", rows_max)
    if bytes_count > rows_max * _RECORD_BYTES_MAX:
        said = "The rows say so much beside their many shipNodes that the records are too large: give the sku alone."
        return Refusal(TOO_MANY_ROWS, "Inventory", said)
    return None


def _one_node_each(rows: Iterable[Raw]) -> Iterable[Raw]:
    """Rows of which each names one node; one that can't be read that way is left as it is, to be judged as a row."""
    for row in rows:
        fields, key, nodes = _nodes_of(row)
        if len(nodes) <= 1:
            yield row
        else:
            yield from (Raw(msgspec.json.encode({**fields, key: [node]})) for node in nodes)


def _nodes_of(row: Raw) -> tuple[dict[str, Raw], str, list[Raw]]:
    """The fields of a row, the key of its list of nodes, and these; no nodes where they can't be read."""
    try:
        fields = _top.decode(row)
        key = next((key for key in fields if key.lower() == "shipnodes"), "")
        return fields, key, _list.decode(fields[key]) if key else []
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}, "", []


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _kind(value: Any) -> str:
    names = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
