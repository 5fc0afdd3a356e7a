"""XML from the values that JSON is made of, and back.

Only elements carry anything: attributes and namespaces, which callers write in many ways, are passed over.
"""

import re
from html import escape
from typing import Any

NAMESPACE = "http://walmart.com/"
DEPTH_MAX = 32

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
# What XML 1.0 has no way to write.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REPLACEMENT = "\ufffd"


def xml_document(root: str, value: Any, namespace: str = NAMESPACE) -> bytes:
    """A document whose root element holds `value`, made of what JSON is made of; what is None is left out."""
    pieces = [_DECLARATION, f'<{root} xmlns="{namespace}">' if namespace else f"<{root}>"]
    _write(pieces, value, root)
    pieces.append(f"</{root}>")
    return "".join(pieces).encode()


def read_xml(content: bytes) -> dict[str, Any] | None:
    """What the root element holds, or None where `content` is no XML that is taken here.

    An element with elements in it is a dict, one that is repeated a list, any other its text without the space around
    it. Declarations of documents and entities, and more than 32 levels, are not taken.
    """
    # Few servers are ever sent XML.
    from defusedxml.ElementTree import ParseError, XMLParser  # noqa: PLC0415

    parser = XMLParser(target=_Contents(), forbid_dtd=True)
    try:
        parser.feed(content)
        held = parser.close()
    # What defusedxml refuses is a ValueError; an encoding that nobody knows is a LookupError.
    except (ParseError, ValueError, LookupError):
        return None
    return held if isinstance(held, dict) else {}


def listed(value: Any) -> list[Any]:
    """The items of an element that may be repeated: none, one, or several of it came."""
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


class _Contents:
    """Takes what a parser meets and keeps what each element holds; a tree of elements would take ten times as much."""

    def __init__(self) -> None:
        self._open: list[dict[str, Any]] = []
        self._texts: list[str] = []
        self._held: Any = None

    def start(self, _tag: str, _attributes: dict[str, str]) -> None:
        if len(self._open) >= DEPTH_MAX:
            raise ValueError("deeper than is taken")
        self._open.append({})
        self._texts.clear()

    def data(self, text: str) -> None:
        self._texts.append(text)

    def end(self, tag: str) -> None:
        elements = self._open.pop()
        held: Any = elements or "".join(self._texts).strip()
        self._texts.clear()
        if not self._open:
            self._held = held
            return
        name = tag.rpartition("}")[2]
        around = self._open[-1]
        if name not in around:
            around[name] = held
        elif isinstance(around[name], list):
            around[name].append(held)
        else:
            around[name] = [around[name], held]

    def close(self) -> Any:
        return self._held


def _write(pieces: list[str], value: Any, name: str) -> None:
    """Write what the element `name` holds."""
    if isinstance(value, dict):
        for key, held in value.items():
            _write_element(pieces, key, held)
    elif isinstance(value, list | tuple):
        for held in value:
            _write_element(pieces, _one_of(name), held)
    else:
        pieces.append(_text(value))


def _write_element(pieces: list[str], name: str, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, list | tuple) and _one_of(name) == name:
        for held in value:
            _write_element(pieces, name, held)
        return
    pieces.append(f"<{name}>")
    _write(pieces, value, name)
    pieces.append(f"</{name}>")


def _one_of(name: str) -> str:
    """The name of one item of a list: `node` of `nodes`; a list whose name is no plural repeats its own."""
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    return name[:-1] if name.endswith("s") and not name.endswith(("ss", "us")) else name


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(_UNWRITABLE.sub(_REPLACEMENT, str(value)), quote=False)
