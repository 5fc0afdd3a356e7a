"""What an error carries: to whoever reads it, and to another process."""

import json
import pickle
from typing import Any

import pytest

from onhand.client import (
    BadInput,
    BadSetup,
    Dropped,
    Failed,
    NotFound,
    OnhandError,
    Problem,
    Refused,
    Unfinished,
    Unreadable,
)
from tests.client.conftest import Stage
from tests.client.rogue import Reply, in_turn
from tests.client.test_misbehaving import GOOD, read

PROBLEM = Problem("CONTENT_NOT_FOUND", "gtin", "It is not known.")
XML = """<?xml version="1.0" encoding="UTF-8"?>
<ns2:errors xmlns:ns2="http://walmart.com/"><ns2:error><ns2:code>%s</ns2:code><ns2:field>gtin</ns2:field>
<ns2:description>Said so.</ns2:description><ns2:severity>ERROR</ns2:severity></ns2:error></ns2:errors>"""
BOMB = '<!DOCTYPE e [<!ENTITY a "aaaa">]><errors><error><code>&a;</code></error></errors>'


@pytest.mark.parametrize(
    "error",
    [
        BadInput([PROBLEM]),
        BadSetup("no key"),
        Dropped("the connection broke", operation="GET /items", correlation_id="c", attempts=2),
        NotFound(404, [PROBLEM], operation="GET /items", correlation_id="c", retry_after_seconds=3.0),
        Unreadable("no JSON", operation="GET /items", correlation_id="c"),
        Unfinished("feed", "F", "INPROGRESS", 5.0),
        Failed("feed", "F", [PROBLEM]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_reaches_another_process_as_it_is(error: OnhandError) -> None:
    there = pickle.loads(pickle.dumps(error))
    assert (type(there), str(there), vars(there)) == (type(error), str(error), vars(error))


def test_a_message_names_the_first_problems_and_how_many_more_there_are() -> None:
    error = BadInput([Problem("bad_gtin", f"rows[{number}]", "no GTIN") for number in range(1_000)])
    assert "rows[9]" in str(error)
    assert "rows[10]" not in str(error)
    assert str(error).endswith("; and 990 more, in `problems`")
    assert len(error.problems) == 1_000


def test_a_refusal_in_xml_tells_its_code_and_field(stage: Stage) -> None:
    scene = stage(in_turn(Reply(404, (XML % "CONTENT_NOT_FOUND.GMP_INVENTORY_API").encode())))
    with pytest.raises(NotFound) as raised:
        scene.ask(read)
    assert raised.value.problems == (Problem("CONTENT_NOT_FOUND.GMP_INVENTORY_API", "gtin", "Said so."),)


@pytest.mark.contract("GW-12")
def test_a_token_that_is_refused_in_xml_is_renewed(stage: Stage) -> None:
    scene = stage(in_turn(Reply(400, (XML % "INVALID_TOKEN.GMP_GATEWAY_API").encode()), GOOD))
    scene.ask(read)
    assert (len(scene.rogue.calls), scene.rogue.tokens) == (2, 2)


@pytest.mark.parametrize(
    "body",
    [
        {"message": "That is not taken."},
        {"errors": 5, "message": "That is not taken."},
        {"errors": ["That is not taken."]},
        {"errors": None, "message": "That is not taken."},
        ["That is not taken."],
        "That is not taken.",
        "<html>That is not taken.",
        f"{BOMB}That is not taken.",
    ],
)
def test_a_refusal_in_no_known_form_is_shown_as_it_starts(stage: Stage, body: Any) -> None:
    content = body.encode() if isinstance(body, str) and body.startswith("<") else json.dumps(body).encode()
    scene = stage(in_turn(Reply(400, content)))
    with pytest.raises(Refused, match=r"That is not taken\."):
        scene.ask(read)


def test_a_hint_stands_after_the_end_of_what_was_said() -> None:
    error = NotFound(404, [PROBLEM], operation="GET /items", correlation_id="c", hint="Look elsewhere")
    assert "It is not known. Look elsewhere; correlation id c" in str(error)
