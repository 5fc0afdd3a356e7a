"""Sealed texts: readable by us alone, and for nothing but what they were made for."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onhand.surfaces.plumbing.sealing import opened, sealed

SECRET = b"secret of the tests"


@given(st.binary(min_size=1, max_size=200), st.binary(max_size=50))
def test_a_sealed_text_opens_for_its_scope_and_secret(content: bytes, scope: bytes) -> None:
    assert opened(sealed(content, scope, SECRET), scope, SECRET) == content


def test_a_sealed_text_opens_for_no_other_scope_or_secret() -> None:
    text = sealed(b"content", b"scope", SECRET)
    assert opened(text, b"another", SECRET) is None
    assert opened(text, b"scope", b"another secret") is None


@pytest.mark.contract("TH-06")
def test_any_character_changed_closes_it() -> None:
    text = sealed(b"content", b"scope", SECRET)
    for place, character in enumerate(text):
        changed = text[:place] + ("A" if character != "A" else "B") + text[place + 1 :]
        assert opened(changed, b"scope", SECRET) is None


@pytest.mark.parametrize("text", ["", "=", "A", "ä", "A" * 15, "A" * 500, "\n"])
def test_what_was_never_sealed_does_not_open(text: str) -> None:
    assert opened(text, b"scope", SECRET) is None


@pytest.mark.contract("TH-06")
def test_what_is_sealed_cannot_be_read_in_the_text() -> None:
    text = sealed(b'{"event_id":"basket-31198570044"}', b"scope", SECRET)
    assert b"basket" not in base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
