"""Which texts are for people to read."""

import pytest

from onhand.basics.texts import is_text


@pytest.mark.parametrize(
    "text", ["", "Lamp", "Desk\N{NO-BREAK SPACE}lamp", "soft\N{SOFT HYPHEN}ly", "\N{RIGHT-TO-LEFT MARK}אור"]
)
def test_what_people_write_is_text(text: str) -> None:
    assert is_text(text)


@pytest.mark.parametrize("text", ["a\nb", "\0", "\x7f", "\x85", "\ud800"])
def test_what_is_for_machines_is_not_text(text: str) -> None:
    assert not is_text(f"lamp{text}")
