"""Which rows of the visibility report are asked for (DS-23)."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from onhand.basics.refusal import Refusal
from onhand.dropship.feeds.faults import shown

ENUM_FILTER = "enumFilter"
PUBLISHED_STATUS = "Published Status"
ACTIVE_CONFIGURATION = "Active Item Configuration"
VALUES: Mapping[str, tuple[str, ...]] = {
    PUBLISHED_STATUS: ("PUBLISHED", "UNPUBLISHED"),
    ACTIVE_CONFIGURATION: ("Yes", "No"),
}
"""The columns that can be filtered by, with the values that each may have."""

_FILTERS_MAX = 100
_KEY = "rowFilters"


class Filters(msgspec.Struct, frozen=True):
    """The values that a row may have in each column that can be filtered by."""

    published_statuses: tuple[str, ...] = VALUES[PUBLISHED_STATUS]
    active_configurations: tuple[str, ...] = VALUES[ACTIVE_CONFIGURATION]


EVERYTHING = Filters()


def read_filters(content: Mapping[str, Any]) -> Filters | Sequence[Refusal]:
    """The filters of a request's body, or everything that is wrong with them.

    A row has to pass all of them, each by any of its values.
    """
    sent = content.get(_KEY)
    refusals = [_unknown_key(key) for key in content if key != _KEY]
    if sent is not None and not isinstance(sent, list):
        refusals.append(_wrong(_KEY, sent, "a list of filters, which may be empty"))
    elif sent is not None and len(sent) > _FILTERS_MAX:
        said = f"{_KEY} has {len(sent):,} filters: give at most {_FILTERS_MAX}."
        refusals.append(Refusal("too_many_filters", _KEY, said))
    elif sent:
        return _read(sent, refusals)
    return refusals or EVERYTHING


def read_no_filters(content: Mapping[str, Any]) -> Sequence[Refusal]:
    """What is wrong with a request's body where a report has no column to filter by."""
    refusals = [_unknown_key(key) for key in content if key != _KEY]
    if content.get(_KEY) not in (None, []):
        said = f"{_KEY} has filters, and this report has no column to filter by: leave them out."
        refusals.append(Refusal("no_filters", _KEY, said))
    return refusals


def _read(sent: Sequence[Any], refusals: list[Refusal]) -> Filters | Sequence[Refusal]:
    wanted = {column: set(values) for column, values in VALUES.items()}
    for place, each in enumerate(sent):
        named = _filter(each, f"{_KEY}[{place}]", refusals)
        if named is not None:
            wanted[named[0]] &= named[1]
    if refusals:
        return refusals
    return Filters(*(tuple(value for value in VALUES[column] if value in wanted[column]) for column in VALUES))


def _filter(sent: Any, path: str, refusals: list[Refusal]) -> tuple[str, set[str]] | None:
    """The column and the values of one filter; None where one of them can't be read, which is noted."""
    if not isinstance(sent, dict):
        refusals.append(_wrong(path, sent, 'an object such as {"type":"enumFilter","columnName":"…","values":["…"]}'))
        return None
    if sent.get("type") != ENUM_FILTER:
        refusals.append(_wrong(f"{path}.type", sent.get("type"), ENUM_FILTER))
    column = sent.get("columnName")
    if not isinstance(column, str) or column not in VALUES:
        refusals.append(_wrong(f"{path}.columnName", column, " or ".join(VALUES)))
        return None
    values = sent.get("values")
    accepted = " or ".join(VALUES[column])
    if not isinstance(values, list) or not values:
        refusals.append(_wrong(f"{path}.values", values, f"a list of one or more of {accepted}"))
        return None
    # One for each place would let a small request have a large answer.
    unknown = {shown(value): number for number, value in enumerate(values) if value not in VALUES[column]}
    refusals += [
        Refusal("unknown_value", f"{path}.values[{number}]", f"{path}.values[{number}] is {value}: give {accepted}.")
        for value, number in unknown.items()
    ]
    return None if unknown else (column, set(values))


def _unknown_key(key: str) -> Refusal:
    named = key[:80]
    return Refusal("unknown_key", named, f"“{named}” is nothing that a request may say: give {_KEY} alone, or nothing.")


def _wrong(field: str, sent: Any, accepted: str) -> Refusal:
    was = "is missing" if sent is None else f"is {shown(sent)}"
    return Refusal("invalid_filter", field, f"{field} {was}: give {accepted}.")
