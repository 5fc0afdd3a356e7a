"""The values of paths and queries: each is read on its own, so that all that is wrong is said at once."""

from collections.abc import Collection
from typing import Annotated, Any

from msgspec import Meta

from onhand.basics.clock import TIME_MAX, TIME_MIN, parse_time
from onhand.basics.gtin import parse_gtin
from onhand.stock.locations import STORE_NUMBER_MAX
from onhand.surfaces.operator.problems import BAD_PARAMETERS, NOT_FOUND, Fault, Problem, of_faults
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Parameter

StoreNumber = Annotated[int, Meta(ge=1, le=STORE_NUMBER_MAX, description="A store number, from 1 on.")]
Gtin = Annotated[
    str,
    Meta(
        pattern="^[0-9]{14}$",
        min_length=14,
        max_length=14,
        description="A GTIN of 14 digits.",
        examples=["00012345678905"],
    ),
]
Time = Annotated[
    str,
    Meta(
        description="An ISO 8601 date and time; without a zone it is UTC.",
        examples=["2026-03-05T12:00:00Z"],
        extra_json_schema={"format": "date-time"},
    ),
]

AFTER_MAX = 2**53
KEY_CHARACTERS_MAX = 128
PAGE_ROWS_MAX = 1_000
PAGING = ("after", "limit")
Number = Annotated[int, Meta(ge=0, le=AFTER_MAX)]
Key = Annotated[str, Meta(min_length=1, max_length=KEY_CHARACTERS_MAX)]

STORE_NUMBER = Parameter(name="storeNbr", place="path", description="The store.", type=StoreNumber, example=45)
GTIN = Parameter(name="gtin", place="path", description="The item.", type=Gtin, example="00012345678905")
AS_OF = Parameter(
    name="asOf",
    place="query",
    description="The moment in the world to read: what happened by then, it included. Without it, everything.",
    type=Time,
)
KNOWN_AT = Parameter(
    name="knownAt",
    place="query",
    description="The moment of the ledger to read: what had been recorded by then. Without it, now.",
    type=Time,
)


def paging(after: Any) -> tuple[Parameter, ...]:
    """The parameters of a list in pages: the `nextAfter` of the page before, of the type `after`, and how many rows."""
    limit = Annotated[int, Meta(ge=1, le=PAGE_ROWS_MAX)]
    said = f"Rows of a page; {PAGE_ROWS_MAX} unless said."
    return (
        Parameter(name="after", place="query", description="Where the page before ended: its nextAfter.", type=after),
        Parameter(name="limit", place="query", description=said, type=limit),
    )


class Readings:
    """Reads the parameters of one call and keeps what was wrong with them.

    A value that can't be read is given as a stand-in; `problem` is asked before any of them is used.
    """

    def __init__(self, call: Call) -> None:
        self.call = call
        self._faults: list[Fault] = []

    def problem(self, *accepted: str) -> Problem | None:
        """Everything that was wrong, and query parameters that are not among the accepted."""
        for name in self.call.query_params:
            if name not in accepted:
                said = f"it takes {', '.join(accepted)}" if accepted else "it takes none"
                self._refuse(name[:100], "unknown_parameter", f"There is no parameter of this name; {said}.")
        return of_faults(BAD_PARAMETERS, self._faults) if self._faults else None

    def store_number(self) -> int:
        """The store of the path."""
        return self._number("storeNbr", self.call.path_params["storeNbr"], 1, STORE_NUMBER_MAX) or 0

    def path_key(self, name: str) -> str:
        """A key of the path: printable, and not too long."""
        return self._key(name, self.call.path_params[name])

    def key(self, name: str) -> str:
        """A key of the query, empty where there is none."""
        text = self.call.query_params.get(name, "")
        return self._key(name, text) if text else ""

    def page(self) -> tuple[str, int]:
        """The key after which a page of a list begins, empty for the first, and how many rows it has."""
        return self.key("after"), self.number("limit", PAGE_ROWS_MAX, 1, PAGE_ROWS_MAX)

    def gtin_page(self) -> tuple[int, int]:
        """As `page`, of a list in the order of GTINs: the item id, -1 for the first page, and how many rows."""
        after, limit = self.page()
        item_id = parse_gtin(after) if after else -1
        if item_id is None:
            self.refuse("after", "after is a GTIN of 14 digits: the nextAfter of the page before.")
        return -1 if item_id is None else item_id, limit

    def path_gtin(self, name: str = "gtin") -> int:
        """The item id of a GTIN in the path."""
        item_id = parse_gtin(self.call.path_params[name])
        if item_id is None:
            self._refuse(name, "invalid_gtin", f"{name} is 14 digits: put zeros before a shorter number.")
        return item_id or 0

    def time(self, name: str) -> int | None:
        """A moment of the query, in microseconds since the epoch."""
        text = self.call.query_params.get(name)
        moment = None if text is None else read_time(text)
        if text is not None and moment is None:
            hint = "a date and a time by ISO 8601, such as 2026-03-05T12:00:00Z (write the + of a zone as %2B)"
            self._refuse(name, "invalid_time", f"{name} is {hint}.")
        return moment

    def number(self, name: str, default: int, minimum: int, maximum: int) -> int:
        """A whole number of the query within bounds."""
        text = self.call.query_params.get(name)
        found = default if text is None else self._number(name, text, minimum, maximum)
        return default if found is None else found

    def word(self, name: str, words: Collection[str], default: str) -> str:
        """One of some words of the query."""
        text = self.call.query_params.get(name)
        if text is None or text in words:
            return text or default
        self._refuse(name, "unknown_word", f"{name} is one of {', '.join(words)}, in these letters.")
        return default

    def optional_word(self, name: str, words: Collection[str]) -> str | None:
        """One of some words of the query, or None where it is not said."""
        return self.word(name, words, "") or None

    def refuse(self, name: str, message: str) -> None:
        """Keep a fault that was found elsewhere."""
        self._refuse(name, "invalid_value", message)

    def _key(self, name: str, text: str) -> str:
        # A text that is not printable is no key of ours, and PostgreSQL takes no NUL in any text.
        if text.isprintable() and len(text) <= KEY_CHARACTERS_MAX:
            return text
        self._refuse(name, f"invalid_{name}", f"{name} has 1 to {KEY_CHARACTERS_MAX} printable characters.")
        return ""

    def _number(self, name: str, text: str, minimum: int, maximum: int) -> int | None:
        # The length is looked at first: reading a number of a million digits takes a while.
        if text.isascii() and text.isdigit() and len(text) <= len(str(maximum)) and minimum <= int(text) <= maximum:
            return int(text)
        self._refuse(name, f"invalid_{name}", f"{name} is a whole number from {minimum} to {maximum}.")
        return None

    def _refuse(self, name: str, code: str, message: str) -> None:
        self._faults.append(Fault(code=code, message=message, parameter=name))


def read_time(text: str) -> int | None:
    """The moment of an ISO 8601 date and time that can be said in UTC, or None.

    A zone can put a time of the year 9999 into the year after, which is none that could be answered.
    """
    moment = parse_time(text)
    return moment if moment is not None and TIME_MIN <= moment <= TIME_MAX else None


def unknown_store(number: int) -> Problem:
    """That the store of a path has not been added."""
    return Problem(
        NOT_FOUND, f"Store {number} is not known: add it with PUT /operator/v1/stores/{number}, or mend the number."
    )
