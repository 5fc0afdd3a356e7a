"""The forms of a feed's file, read at their top level."""

import json
import tracemalloc
from typing import Any

import msgspec
import pytest

from onhand.basics.refusal import Refusal
from onhand.dropship.feeds import faults
from onhand.dropship.feeds.forms import NOT_JSON, FeedFile, read_file
from tests.dropship.feeds.yard import HEADER, file_of, row


def read(content: bytes | dict[str, Any], feed_type: str = "DSV_INVENTORY", rows_max: int = 10) -> FeedFile:
    sent = content if isinstance(content, bytes) else json.dumps(content).encode()
    found = read_file(sent, feed_type, None, rows_max)
    assert not isinstance(found, Refusal), found
    return found


def codes_of(file: FeedFile) -> list[str]:
    return [fault.code for fault in file.faults]


@pytest.mark.contract("DS-13", "DS-14")
def test_keys_of_header_and_list_are_read_in_any_case() -> None:
    header = {name.upper(): value for name, value in HEADER.items()}
    file = read({"INVENTORYFEEDHEADER": header, "inventory": [row()]})
    assert (codes_of(file), len(file.rows), file.form.name) == ([], 1, "products")
    assert (file.form.header_key, file.form.list_key) == ("INVENTORYFEEDHEADER", "inventory")


@pytest.mark.contract("DS-13")
@pytest.mark.parametrize("version", ["5.0.20240905-15_39_48-api", "5.1", "2.0", "2.1.x"])
def test_every_version_5_and_2_is_taken(version: str) -> None:
    assert read(file_of([row()], version=version)).faults == ()


@pytest.mark.contract("DS-13")
@pytest.mark.parametrize("version", ["4.2", "1.4", "51", "x", "15.0"])
def test_another_version_is_a_fault(version: str) -> None:
    assert codes_of(read(file_of([row()], version=version))) == [faults.INVALID_VERSION]


@pytest.mark.contract("DS-13")
@pytest.mark.parametrize("key", list(HEADER))
@pytest.mark.parametrize("value", [None, "", 5, "absent"])
def test_every_key_of_the_header_is_required_as_a_text(key: str, value: Any) -> None:
    header: dict[str, Any] = {**HEADER, key: value}
    if value == "absent":
        del header[key]
    file = read({"InventoryFeedHeader": header, "Inventory": [row()]})
    assert [(fault.code, fault.field) for fault in file.faults] == [(faults.INVALID_HEADER, key)]
    assert file.rows == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"[]", faults.INVALID_FILE),
        (b'"x"', faults.INVALID_FILE),
        (b"{}", faults.INVALID_HEADER),
        (b'{"Inventory": []}', faults.INVALID_HEADER),
        (b'{"InventoryFeedHeader": 5, "Inventory": []}', faults.INVALID_HEADER),
        (b'{"InventoryHeader": {"version": "1.4"}}', faults.INVALID_FILE),
        (b'{"InventoryHeader": {"version": "1.4"}, "Inventory": {}}', faults.INVALID_FILE),
        (b'{"InventoryHeader": {"version": "1.6"}, "Inventory": []}', faults.INVALID_VERSION),
        (b'{"InventoryHeader": {}, "Inventory": []}', faults.INVALID_VERSION),
        (b'{"InventoryFeedHeader": "\xff", "Inventory": []}', faults.INVALID_HEADER),
    ],
)
def test_json_that_is_no_feed_is_faulty(content: bytes, code: str) -> None:
    assert codes_of(read(content)) == [code]


@pytest.mark.parametrize("content", [b"", b"x", b"{", b'{"a": NaN}', b"[1", b"<InventoryFeed/>", b"[" * 100_000])
def test_what_is_not_json_is_refused(content: bytes) -> None:
    found = read_file(content, "DSV_INVENTORY", None, 10)
    assert isinstance(found, Refusal)
    assert found.code == "not_json"


@pytest.mark.contract("DS-21")
def test_too_many_records_are_refused_once_counted() -> None:
    found = read_file(file_of([row()] * 11), "DSV_INVENTORY", None, 10)
    assert isinstance(found, Refusal)
    assert (found.code, "11 records" in found.message) == ("too_many_rows", True)
    assert len(read(file_of([row()] * 10)).rows) == 10


@pytest.mark.contract("DS-21")
def test_far_too_many_records_are_refused_in_little_memory() -> None:
    file = file_of([]).replace(b"[]", b"[" + b",".join([b"[]"] * 300_000) + b"]")
    tracemalloc.start()
    found = read_file(file, "DSV_INVENTORY", None, 10)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(found, Refusal)
    assert (found.code, "over 10 records" in found.message) == ("too_many_rows", True)
    # The list itself stands there twice while it is looked at.
    assert peak_bytes < 3 * len(file)


@pytest.mark.contract("DS-14", "DS-21")
def test_the_nodes_of_a_row_of_version_1_5_are_counted_each() -> None:
    nodes = [{"shipNode": str(number), "quantity": {"unit": "EACH", "amount": 1}} for number in range(6)]
    file = {"inventoryHeader": {"version": "1.5"}, "inventory": [{"sku": "A", "shipNodes": nodes, "extra": 1}] * 2}
    assert isinstance(read_file(json.dumps(file).encode(), "inventory", None, 11), Refusal)
    rows = read(file, "inventory", 12).rows
    assert msgspec.json.decode(rows[7]) == {"sku": "A", "shipNodes": [nodes[1]], "extra": 1}


@pytest.mark.contract("DS-14", "DS-21")
def test_what_a_row_says_beside_its_many_nodes_is_not_multiplied_without_bound() -> None:
    row_of_many = {"sku": "A", "note": "x" * 50_000, "shipNodes": [{"shipNode": str(number)} for number in range(9)]}
    file = {"inventoryHeader": {"version": "1.5"}, "inventory": [row_of_many]}
    found = read_file(json.dumps(file).encode(), "inventory", None, 100)
    assert isinstance(found, Refusal)
    assert (found.code, "shipNodes" in found.message) == ("too_many_rows", True)
    row_of_many["note"] = "x" * 40_000
    assert len(read(file, "inventory", 100).rows) == 9


@pytest.mark.contract("DS-13")
def test_the_feed_type_agrees_in_any_case() -> None:
    assert codes_of(read(file_of([row()], feedType="dsv_inventory"))) == []
    assert codes_of(read(file_of([row()], feedType="inventory"))) == [faults.FEED_TYPE_DIFFERS]


def test_a_header_that_would_be_a_burden_to_every_list_of_feeds_is_a_fault() -> None:
    file = read(file_of([row()], note="x" * 10_000))
    assert (codes_of(file), file.rows, file.form.header) == ([faults.INVALID_HEADER], [], "{}")
    assert codes_of(read(file_of([row()], note="x" * 9_000))) == []


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read(b"\xef\xbb\xbf" + file_of([row()])).faults == ()


@pytest.mark.parametrize("depth", [40, 500, 940, 960, 980])
def test_a_row_or_a_header_that_is_nested_too_deep_is_refused(depth: int) -> None:
    deep = b"[" * depth + b"]" * depth
    for content in (file_of([row(quantity="@")]), file_of([row()], extra="@")):
        refused = read_file(content.replace(b'"@"', deep), "DSV_INVENTORY", None, 10)
        assert isinstance(refused, Refusal)
        assert (refused.code, refused.field) == (NOT_JSON, "body")
        assert "too deep" in refused.message
