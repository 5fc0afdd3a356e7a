"""What has to be right of a feed before it is sent, as its document advises: forms, types, and duplicate rows."""

from collections.abc import Iterator, Sequence
from datetime import date

from onhand.client.errors import BadInput, Problem
from onhand.client.gtins import is_gtin, padded_gtin
from onhand.client.results.feeds import FeedRow, InTransit

ROWS_MAX = 10_000
"""Records that one feed may have (DS-21)."""
UNITS_MAX = 999_999_999
_PROBLEMS_MAX = 1_000


def checked_rows(rows: Sequence[FeedRow]) -> list[dict[str, object]]:
    """The rows as they are sent, GTINs padded to 14 digits.

    Raises:
        BadInput: with every row that can't be right, by its number from 0; nothing was sent.
    """
    problems: list[Problem] = []
    if not 0 < len(rows) <= ROWS_MAX:
        said = f"there are {len(rows):,}: give 1 to {ROWS_MAX:,}, and send more in several feeds"
        problems.append(Problem("bad_count", "rows", said))
    first: dict[tuple[str, str], int] = {}
    for number, row in enumerate(rows):
        problems += _row_problems(number, row)
        place = first.setdefault((str(padded_gtin(row.product_id)), row.ship_node), number)
        if place != number:
            said = f"rows[{place}] names the same item at the same ship node: leave one of them out"
            problems.append(Problem("duplicate", f"rows[{number}]", said))
    if problems:
        raise BadInput(problems[:_PROBLEMS_MAX])
    return [_sent(row) for row in rows]


def _row_problems(number: int, row: FeedRow) -> Iterator[Problem]:
    here = f"rows[{number}]"
    if not is_gtin(row.product_id):
        said = f"{row.product_id!r} is no GTIN: give 8, 12, 13 or 14 digits, as a text"
        yield Problem("bad_gtin", f"{here}.product_id", said)
    # Rows often come from files and tables, whatever their types promise.
    node: object = row.ship_node
    if not isinstance(node, str) or not node or node != node.strip():
        said = f"{node!r} is no ship node: give its code, as a text without spaces around it"
        yield Problem("bad_node", f"{here}.ship_node", said)
    if row.availability_code not in {"AA", "AC"}:
        yield Problem("bad_code", f"{here}.availability_code", f"{row.availability_code!r}: give AC or AA")
    if row.availability_code == "AC" and row.quantity is None:
        yield Problem("no_quantity", f"{here}.quantity", "AC needs a quantity; give one, or AA")
    if row.quantity is not None and not _is_count(row.quantity):
        said = f"{row.quantity!r}: give a whole number from 0 to {UNITS_MAX:,}"
        yield Problem("bad_quantity", f"{here}.quantity", said)
    for place, announced in enumerate(_announced(row)):
        yield from _announced_problems(f"{here}.in_transit_inventory[{place}]", announced)


def _announced_problems(here: str, announced: InTransit) -> Iterator[Problem]:
    if not _is_count(announced.quantity):
        yield Problem("bad_quantity", f"{here}.quantity", f"{announced.quantity!r}: give a whole number")
    if not _is_day(announced.expected_availability_date):
        said = f"{announced.expected_availability_date!r}: give a day as 2026-03-05"
        yield Problem("bad_date", f"{here}.expected_availability_date", said)


def _is_day(text: object) -> bool:
    try:
        # Python reads more forms than the gateway does.
        return isinstance(text, str) and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _announced(row: FeedRow) -> Sequence[InTransit]:
    given = row.in_transit_inventory
    return (given,) if isinstance(given, InTransit) else given or ()


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= UNITS_MAX


def _sent(row: FeedRow) -> dict[str, object]:
    # Everything is written out: a reader of another make need not know what is left out.
    sent: dict[str, object] = {
        "productId": padded_gtin(row.product_id),
        "shipNode": row.ship_node,
        "availabilityCode": row.availability_code,
    }
    if row.quantity is not None:
        sent["quantity"] = row.quantity
    if row.in_transit_inventory is not None:
        sent["inTransitInventory"] = row.in_transit_inventory
    return sent
