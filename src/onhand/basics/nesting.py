"""How deep JSON is nested that others wrote: no deeper than anything of ours is, so that whatever looks into it can.

A decoder takes what fits in the stack that is left where it is called. What comes later, another decoder or an encoder
that shows what was sent, may have less of it left.
"""

from contextlib import suppress
from itertools import chain
from typing import Any

import msgspec

DEPTH_MAX = 32


def check_nesting(text: bytes) -> None:
    """Look at a text of JSON before it is used; one that is no JSON is for its decoder to tell.

    Raises:
        RecursionError: it is nested more than 32 deep, as a decoder raises for what is nested deeper than it can go.
    """
    if _could_be_deep(text):
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            decoded(text)


def decoded(text: bytes) -> Any:
    """What a text of JSON says.

    Raises:
        RecursionError: it is nested more than 32 deep.
        DecodeError: it is no JSON.
        UnicodeDecodeError: it is not in UTF-8.
    """
    value = msgspec.json.decode(text)
    if _could_be_deep(text) and _is_deep(value):
        raise RecursionError(f"more than {DEPTH_MAX} levels")
    return value


def _could_be_deep(text: bytes) -> bool:
    return text.count(b"[") + text.count(b"{") > DEPTH_MAX


def _is_deep(value: Any) -> bool:
    level = _nested([value])
    for _ in range(DEPTH_MAX):
        if not level:
            return False
        level = _nested(chain.from_iterable(each.values() if isinstance(each, dict) else each for each in level))
    return bool(level)


def _nested(values: Any) -> list[dict[str, Any] | list[Any]]:
    return [each for each in values if isinstance(each, dict | list)]
