"""Bodies that are lists of entries, each of which is read for itself, so that each has its own outcome."""

from typing import Generic, TypeVar

import msgspec

from onhand.basics.elements import Element, has_more_elements
from onhand.basics.refusal import Refusal
from onhand.stock.messages import refusal_of
from onhand.surfaces.operator.problems import REFUSED, TOO_LARGE, Fault, Problem, of_faults
from onhand.surfaces.operator.reading import checked, parsed_json

OneEntry = TypeVar("OneEntry", bound=msgspec.Struct)


class EntryReader(Generic[OneEntry]):
    """Reads bodies of one form: an object with one list of entries, called `name`."""

    def __init__(self, name: str, kind: type[OneEntry]) -> None:
        self.name = name
        self._entries = msgspec.json.Decoder(kind)
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
            return self._entries.decode(raw)
        except msgspec.ValidationError as error:
            return refusal_of(error)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return Refusal("malformed_json", "", f"Not a JSON object in UTF-8: {error}. Mend it and send it again.")


def _outer(name: str, kind: type) -> type[msgspec.Struct]:
    fields = [("entries", list[kind])]  # type: ignore[valid-type]
    return msgspec.defstruct("Outer", fields, rename={"entries": name}, forbid_unknown_fields=True, frozen=True)


def _too_many(count: str, entries_max: int) -> Problem:
    return Problem(TOO_LARGE, f"Nothing was done: there are {count} entries, taken are {entries_max:,}.")
