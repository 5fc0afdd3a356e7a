"""The fields of a row of the catalogue: what each accepts, and how that is said where it is not met."""

import re
from collections.abc import Callable, Mapping

import msgspec
from msgspec import UNSET, UnsetType

from onhand.basics.gtin import parse_gtin
from onhand.basics.texts import is_text
from onhand.catalogue.report import Findings

STATUSES = ("PUBLISHED", "UNPUBLISHED")
# A file may hold numbers where digits are meant; one longer than this is no number of ours and is not spelled out.
_INTEGER_MAX = 10**18
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

Given = str | None | UnsetType


class Field(msgspec.Struct, frozen=True):
    """A field: its name on the wire, how its text is read (None where it is not accepted), and what is accepted."""

    name: str
    read: Callable[[str], str | None]
    accepted: str

    def of(self, values: Mapping[str, object], line: int, findings: Findings) -> Given:
        """What a row gives: a text, None where it says null, UNSET where it is absent or not accepted.

        What is not accepted is noted.
        """
        value = values.get(self.name, UNSET)
        if value is None or isinstance(value, UnsetType):
            return value
        text = value if isinstance(value, str) else _digits_of(value)
        read = self.read(text) if text is not None else None
        if read is None:
            findings.problem(line, self.name, value, f"{self.accepted}.")
            return UNSET
        return read

    def required(self, values: Mapping[str, object], line: int, findings: Findings) -> str | None:
        """What a row gives, or None, noted, where it gives nothing that is accepted."""
        if values.get(self.name) is None:
            findings.problem(line, self.name, None, f"It is missing. {self.accepted}.")
            return None
        given = self.of(values, line, findings)
        return given if isinstance(given, str) else None


def text_field(name: str, chars_max: int) -> Field:
    """A field of free text."""

    def read(text: str) -> str | None:
        stripped = text.strip()
        if not 0 < len(stripped) <= chars_max:
            return None
        return stripped if is_text(stripped) else None

    return Field(name, read, f"Give 1 to {chars_max} characters, none of them a control character")


def code_field(name: str) -> Field:
    """A field that names a partner."""
    return Field(name, lambda text: text if _CODE.fullmatch(text) else None, f"Give the code of a {name}")


def _digits_of(value: object) -> str | None:
    is_number = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _INTEGER_MAX
    return str(value) if is_number else None


def _read_gtin(text: str) -> str | None:
    return text if parse_gtin(text) is not None else None


def _read_wm_item_nbr(text: str) -> str | None:
    return text if len(text) == 9 and text.isascii() and text.isdigit() else None


def _read_status(text: str) -> str | None:
    return text if text in STATUSES else None


def _read_store_number(text: str) -> str | None:
    return str(int(text)) if len(text) <= 9 and text.isascii() and text.isdigit() else None


GTIN = Field("gtin", _read_gtin, "Give all 14 digits, leading zeros too (as a text, or they are lost)")
WM_ITEM_NBR = Field("wmItemNbr", _read_wm_item_nbr, "Give 9 digits, leading zeros too")
PUBLISHED_STATUS = Field("publishedStatus", _read_status, f"Give {' or '.join(STATUSES)}")
STORE_NUMBER = Field("storeNbr", _read_store_number, "Give a store number, or leave it out for every store")
