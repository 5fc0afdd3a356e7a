"""Item numbers as the gateway takes them (DS-03)."""

from typing import overload

_DIGITS = 14
_LENGTHS = frozenset({8, 12, 13, 14})


@overload
def padded_gtin(gtin: str) -> str: ...
@overload
def padded_gtin(gtin: None) -> None: ...
def padded_gtin(gtin: str | None) -> str | None:
    """A GTIN of 8, 12 or 13 digits with zeros before it; anything else as it is, for the server to refuse."""
    return gtin.zfill(_DIGITS) if gtin is not None and is_gtin(gtin) else gtin


def is_gtin(text: object) -> bool:
    """Whether something is a text of 8, 12, 13 or 14 digits; check digits are not looked at."""
    return isinstance(text, str) and text.isascii() and text.isdigit() and len(text) in _LENGTHS
