"""Which form an answer takes, and XML to values and back."""

from typing import Any
from xml.etree.ElementTree import fromstring

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onhand.surfaces.gateway.forms import JSON, XML, accepted_form, read_xml
from onhand.surfaces.gateway.xml_forms import DEPTH_MAX, listed, xml_document

BOTH = (JSON, XML)
FILE = ("text/csv", JSON)


class Amount(msgspec.Struct, rename="camel"):
    """A value with names that are renamed."""

    ship_node: str
    input_qty: int


@pytest.mark.contract("GW-07", "GW-08")
@pytest.mark.parametrize(
    ("accept", "offered", "form"),
    [
        (None, BOTH, JSON),
        (b"", BOTH, JSON),
        (b" ", BOTH, JSON),
        (b"*/*", BOTH, JSON),
        (b"*/*", FILE, "text/csv"),
        (None, FILE, "text/csv"),
        (b"application/*", BOTH, JSON),
        (b"application/*", FILE, JSON),
        (b"application/json", BOTH, JSON),
        (b"application/xml", BOTH, XML),
        (b"APPLICATION/XML", BOTH, XML),
        (b"application/json; charset=utf-8", BOTH, JSON),
        (b"application/xml;charset=utf-8;q=0.5", BOTH, XML),
        (b"application/xml, application/json", BOTH, XML),
        (b"application/json,application/xml", BOTH, JSON),
        (b"application/xml;q=0.5, application/json;q=0.9", BOTH, JSON),
        (b"application/xml, */*", BOTH, XML),
        (b"application/xml;q=0.5, */*;q=0.4", BOTH, XML),
        (b"application/xml;q=0.4, */*;q=0.5", BOTH, JSON),
        (b"application/json;q=0, */*", BOTH, XML),
        (b"text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", BOTH, XML),
        (b"text/csv, */*;q=0.1", BOTH, JSON),
        (b"application/xml", (JSON,), None),
        (b"text/csv", BOTH, None),
        (b"application/json;q=0", BOTH, None),
        (b"*/*;q=0", BOTH, None),
        (b"application/xml;q=much, application/json;q=0.1", BOTH, JSON),
        (b"application/xml;q=2", BOTH, None),
        (b"application/xml;q=nan", BOTH, None),
        (b"json", BOTH, None),
        (b"*/json", BOTH, None),
        (b",,;,", BOTH, None),
    ],
)
def test_the_accept_header_is_met(accept: bytes | None, offered: tuple[str, ...], form: str | None) -> None:
    assert accepted_form(accept, offered) == form


@given(st.binary(max_size=60))
def test_any_accept_header_can_be_read(accept: bytes) -> None:
    assert accepted_form(accept, BOTH) in {None, JSON, XML}


def written(value: Any, root: str = "root") -> str:
    return xml_document(root, value, "").decode().partition("?>")[2]


@pytest.mark.contract("DS-06")
def test_a_value_is_written_with_the_names_that_json_has() -> None:
    value = msgspec.to_builtins(Amount("1", 2))
    document = xml_document("inventory", value).decode()
    assert document.startswith('<?xml version="1.0" encoding="UTF-8"')
    assert document.partition("?>")[2] == (
        '<inventory xmlns="http://walmart.com/"><shipNode>1</shipNode><inputQty>2</inputQty></inventory>'
    )


@pytest.mark.contract("DS-06")
@pytest.mark.parametrize(
    ("value", "inside"),
    [
        ({"nodes": [{"a": 1}, {"a": 2}]}, "<nodes><node><a>1</a></node><node><a>2</a></node></nodes>"),
        ({"inventories": ["x"]}, "<inventories><inventory>x</inventory></inventories>"),
        ({"errors": []}, "<errors></errors>"),
        ({"error": [1, 2]}, "<error>1</error><error>2</error>"),
        ({"feedStatus": "X"}, "<feedStatus>X</feedStatus>"),
        ({"a": None, "b": True, "c": False, "d": 1.5}, "<b>true</b><c>false</c><d>1.5</d>"),
        ({"a": '<&>"'}, '<a>&lt;&amp;&gt;"</a>'),
        ({"a": "x\x00y\ud800\uffff\n"}, "<a>x\ufffdy\ufffd\ufffd\n</a>"),
    ],
)
def test_values_are_written(value: Any, inside: str) -> None:
    assert written(value) == f"<root>{inside}</root>"
    fromstring(written(value))


@pytest.mark.contract("DS-06")
def test_an_update_is_read_without_its_namespaces_and_attributes() -> None:
    content = b"""<?xml version="1.0" encoding="UTF-8"?>
    <ns2:inventory xmlns:ns2="http://walmart.com/" version="1">
        <ns2:sku> A-1 </ns2:sku><!-- a note -->
        <ns2:quantity><ns2:unit>EACH</ns2:unit><amount>10</amount></ns2:quantity>
        <fulfillmentLagTime/>
    </ns2:inventory>"""
    assert read_xml(content) == {
        "sku": "A-1",
        "quantity": {"unit": "EACH", "amount": "10"},
        "fulfillmentLagTime": "",
    }


def test_an_element_that_is_repeated_is_a_list() -> None:
    assert read_xml(b"<a><b>1</b><b>2</b><b><c/></b></a>") == {"b": ["1", "2", {"c": ""}]}
    assert [listed(value) for value in (None, "", "1", {"a": "1"}, ["1", "2"])] == [
        [],
        [],
        ["1"],
        [{"a": "1"}],
        ["1", "2"],
    ]


def test_text_in_pieces_is_read_whole() -> None:
    assert read_xml("<a><b>x &amp; <![CDATA[<y>]]> é</b></a>".encode()) == {"b": "x & <y> é"}
    assert read_xml("<a><b>é</b></a>".encode("utf-16")) == {"b": "é"}


def test_a_root_without_elements_holds_nothing() -> None:
    assert (read_xml(b"<a/>"), read_xml(b"<a>text</a>")) == ({}, {})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"text",
        b"<a>",
        b"<a></b>",
        b"<a/><b/>",
        b"\xff\xfe\x00",
        b'<?xml version="1.0" encoding="nothing-known"?><a/>',
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b'<!DOCTYPE l [<!ENTITY l "l"><!ENTITY m "&l;&l;&l;"><!ENTITY n "&m;&m;&m;">]><l>&n;</l>',
        b"<a>" * (DEPTH_MAX + 1) + b"</a>" * (DEPTH_MAX + 1),
        b"<a>" * 100_000,
    ],
    ids=lambda content: content[:24].decode("latin-1"),
)
def test_what_is_no_xml_of_ours_is_not_read(content: bytes) -> None:
    assert read_xml(content) is None


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    assert read_xml(content) is None or isinstance(read_xml(content), dict)


@given(st.dictionaries(st.sampled_from("abc"), st.text(max_size=20), min_size=1))
def test_what_is_written_is_read_again(value: dict[str, str]) -> None:
    read = read_xml(xml_document("root", value))
    assert read is not None
    assert read.keys() == value.keys()
