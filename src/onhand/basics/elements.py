"""How many elements a list of JSON has, found out without keeping any of them.

A list of a million empty elements is a few bytes for each as it is sent, and many times as much once it is decoded.
"""

from typing import Any

import msgspec

# So many commas can't be many elements: those are as well decoded.
_COMMAS_MAX = 100_000


class Element:
    """One element of a list, of which nothing is kept; a type that is decoded has a list of them."""


_ELEMENT = Element()


class _TooMany(Exception):
    """There are more elements than are counted."""


def has_more_elements(text: bytes | msgspec.Raw, kind: Any, elements_max: int) -> bool:
    """Whether the lists of `Element` in `kind` have over `elements_max` in all; not where they are few anyway.

    Raises:
        DecodeError: it is no JSON, or not of this kind.
        UnicodeDecodeError: it is not in UTF-8.
        RecursionError: it is nested deeper than a decoder goes.
    """
    if bytes(text).count(b",") < max(elements_max, _COMMAS_MAX):
        return False
    count = 0

    def counted(_type: type, _value: object) -> Element:
        nonlocal count
        count += 1
        if count > elements_max:
            raise _TooMany
        return _ELEMENT

    try:
        msgspec.json.decode(text, type=kind, dec_hook=counted)
    except _TooMany:
        return True
    return False
