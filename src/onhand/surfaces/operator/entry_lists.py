"""Bodies that are lists of entries, each of which is read for itself, so that each has its own outcome."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Generic, TypeVar

import msgspec
from msgspec import inspect

from onhand.basics.elements import Element, has_more_elements
from onhand.basics.refusal import Refusal
from onhand.stock.messages import refusal_of
from onhand.surfaces.operator.problems import REFUSED, TOO_LARGE, Fault, Problem, of_faults
from onhand.surfaces.operator.reading import checked, parsed_json

_DECIMAL_TEXT = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_Path = tuple[str, ...]
_document = msgspec.json.Decoder(float_hook=Decimal)

OneEntry = TypeVar("OneEntry", bound=msgspec.Struct)


class EntryReader(Generic[OneEntry]):
    """Reads bodies of one form: an object with one list of entries, called `name`."""

    def __init__(self, name: str, kind: type[OneEntry]) -> None:
        self.name = name
        self._entries = msgspec.json.Decoder(kind)
        self._decimals = tuple(_decimals_in(inspect.type_info(kind)))
        self._outer = _outer(name, msgspec.Raw)
        self._counted = _outer(name, Element)
        self._decoder = msgspec.json.Decoder(self._outer)

    def raw_entries(self, body: bytes, entries_max: int) -> list[msgspec.Raw] | Problem:
        """The entries of a body as they came."""
        try:
            if has_more_elements(body, self._counted, entries_max):
                return _too_many(f"over {entries_max:,}", entries_max)
            found: list[msgspec.Raw] = self._decoder.decode(body).entries  # type: ignore[attr-defined]
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            document = parsed_json(body)
            problem = document if isinstance(document, Problem) else checked(document, self._outer)
            assert isinstance(problem, Problem), "what can't be decoded can't be converted"
            return problem
        if not found:
            message = f"{self.name} is empty: give at least one entry."
            return of_faults(REFUSED, [Fault(code="invalid_value", message=message, pointer=f"/{self.name}")])
        if len(found) > entries_max:
            return _too_many(f"{len(found):,}", entries_max)
        return found

    def entry(self, raw: msgspec.Raw) -> OneEntry | Refusal:
        """One entry, or what is wrong with it and where."""
        try:
            entry = self._entries.decode(raw)
            return self._loosely_written(raw) or entry
        except msgspec.ValidationError as error:
            return refusal_of(error)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return Refusal("malformed_json", "", f"Not a JSON object in UTF-8: {error}. Mend it and send it again.")

    def _loosely_written(self, raw: msgspec.Raw) -> Refusal | None:
        """What is wrong with a number that was sent as a text: reading it takes more than its form allows."""
        document = _document.decode(raw) if self._decimals else None
        for path in self._decimals:
            told = _at(document, path)
            if isinstance(told, str) and not _DECIMAL_TEXT.fullmatch(told):
                said = f"{told[:80]!r} is no number: write digits and a dot alone, such as 12.50."
                return Refusal("invalid_field", ".".join(path), said)
        return None


def _decimals_in(kind: inspect.Type) -> Iterator[_Path]:
    """Where a form has decimal numbers, which may be sent as texts."""
    match kind:
        case inspect.DecimalType():
            yield ()
        case inspect.Metadata():
            yield from _decimals_in(kind.type)
        case inspect.UnionType():
            for each in kind.types:
                yield from _decimals_in(each)
        case inspect.StructType():
            for field in kind.fields:
                yield from ((field.encode_name, *path) for path in _decimals_in(field.type))


def _at(document: object, path: _Path) -> object:
    for name in path:
        if not isinstance(document, dict):
            return None
        document = document.get(name)
    return document


def _outer(name: str, kind: type) -> type[msgspec.Struct]:
    fields = [("entries", list[kind])]  # type: ignore[valid-type]
    return msgspec.defstruct("Outer", fields, rename={"entries": name}, forbid_unknown_fields=True, frozen=True)


def _too_many(count: str, entries_max: int) -> Problem:
    return Problem(TOO_LARGE, f"Nothing was done: there are {count} entries, taken are {entries_max:,}.")
