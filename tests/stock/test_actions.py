"""What suppliers send about the stores, line by line and once."""

import msgspec
import pytest

from onhand.basics.refusal import Refusal
from onhand.stock.actions import LINES_MAX, ActionAnswer, ActionLine, ActionMessage, act
from onhand.stock.audit import verify
from onhand.stock.resolving import EventLimits
from tests.stock.conftest import Ledger
from tests.stock.sending import add_supplier, dump, event, moment, pass_time, shown, units
from tests.stock.strategies import GTIN

pytestmark = pytest.mark.contract("IA-01", "IA-02")

SUPPLIER, OTHER_SUPPLIER = 10, 11
SECOND, UNMAPPED = "00044444444445", "00044444444446"
FLOOR = ("STORE", "AVAILABLE")


def message(event_type: str, store: int, *lines: ActionLine, **more: object) -> ActionMessage:
    """A message of an hour ago; of five units of the tests' item unless lines are given."""
    sent = {"message_id": "m1", "event_creation_time": moment(1) // 1000, **more}
    return ActionMessage(event_type=event_type, store_nbr=store, line_info=lines or (ActionLine(GTIN, 5),), **sent)


async def sent(ledger: Ledger, of: ActionMessage, supplier_id: int = SUPPLIER) -> ActionAnswer | Refusal:
    """What is answered."""
    return await act(
        ledger.database, ledger.locations, ledger.clock, supplier_id=supplier_id, message=of, limits=EventLimits()
    )


def statuses(answer: ActionAnswer | Refusal) -> list[str]:
    """Each line's status, or why the whole was refused."""
    if isinstance(answer, Refusal):
        return [answer.code, answer.field]
    return [line.status for line in answer.lines]


@pytest.fixture
async def store(ledger: Ledger) -> int:
    """A store, and two suppliers with two items each; a third item is nobody's."""
    for gtin in (SECOND, UNMAPPED):
        await ledger.add_item(gtin)
    for supplier_id in (SUPPLIER, OTHER_SUPPLIER):
        await add_supplier(ledger, supplier_id, (GTIN, 0), (SECOND, 0))
    return await ledger.new_store()


async def test_an_arrival_adds_and_is_shown_as_stocked(ledger: Ledger, store: int) -> None:
    assert statuses(await sent(ledger, message("ARRIVAL", store))) == ["ACCEPTED"]
    assert await shown(ledger, store) == [("STOCKED", 5, 5)]


async def test_a_removal_is_sent_positive_and_takes(ledger: Ledger, store: int) -> None:
    assert statuses(await sent(ledger, message("REMOVAL", store))) == ["ACCEPTED"]
    assert await shown(ledger, store) == [("REMOVAL", -5, -5)]


async def test_a_correction_sets_the_count(ledger: Ledger, store: int) -> None:
    await ledger.post("a", event("r1", "NGR", store, hours=2, quantity=8))
    assert statuses(await sent(ledger, message("CORRECTION", store))) == ["ACCEPTED"]
    assert await shown(ledger, store) == [("CORRECTION", -3, 5), ("NGR", 8, 8)]


async def test_a_bootstrap_sets_the_first_count_and_is_shown_as_pi(ledger: Ledger, store: int) -> None:
    await ledger.post("a", event("r1", "NGR", store, hours=2, quantity=8))
    assert statuses(await sent(ledger, message("BOOTSTRAP", store))) == ["ACCEPTED"]
    assert await shown(ledger, store) == [("PI", -3, 5), ("NGR", 8, 8)]


@pytest.mark.parametrize("counted_by", ["PI", "CORRECTION", "BOOTSTRAP"])
async def test_a_bootstrap_is_refused_where_a_count_exists(ledger: Ledger, store: int, counted_by: str) -> None:
    if counted_by == "BOOTSTRAP":
        await sent(ledger, message("BOOTSTRAP", store, message_id="before"))
    else:
        await ledger.post("a", event("c1", counted_by, store, hours=2, counted=3))
    before = await shown(ledger, store)
    lines = (ActionLine(GTIN, 7), ActionLine(SECOND, 7))
    assert statuses(await sent(ledger, message("BOOTSTRAP", store, *lines))) == ["REFUSED", "ACCEPTED"]
    assert await shown(ledger, store) == before
    assert (await units(ledger, store, SECOND)) == {FLOOR: 7}


async def test_an_item_is_bootstrapped_once_in_a_message(ledger: Ledger, store: int) -> None:
    lines = (ActionLine(GTIN, 5), ActionLine(GTIN, 6))
    assert statuses(await sent(ledger, message("BOOTSTRAP", store, *lines))) == ["ACCEPTED", "REFUSED"]
    assert await units(ledger, store) == {FLOOR: 5}


async def test_lines_that_cannot_be_taken_are_refused_while_the_rest_stands(ledger: Ledger, store: int) -> None:
    lines = (
        ActionLine(UNMAPPED, 1),
        ActionLine(GTIN, 2),
        ActionLine("00099999999999", 1),
        ActionLine("4444", 1),
        ActionLine(GTIN, -1),
        ActionLine(GTIN, 0.00001),
        ActionLine(GTIN, 10_000_000_000),
        ActionLine(GTIN, 1, "a\u0000"),
        ActionLine(SECOND, 2.5, "damaged"),
    )
    answer = await sent(ledger, message("ARRIVAL", store, *lines))
    assert statuses(answer) == ["REFUSED", "ACCEPTED", *["REFUSED"] * 6, "ACCEPTED"]
    assert isinstance(answer, ActionAnswer)
    assert [line.gtin for line in answer.lines] == [line.gtin for line in lines]
    # An item that is another's, or nobody's, is answered as one that does not exist.
    assert answer.lines[0].message == answer.lines[2].message == "The requested GTIN is not mapped to the Supplier."
    assert (await units(ledger, store), await units(ledger, store, SECOND)) == ({FLOOR: 2}, {FLOOR: 2.5})
    assert {reference for (reference,) in await ledger.rows("SELECT reference FROM event")} == {None, "damaged"}


async def test_two_lines_of_one_item_both_count(ledger: Ledger, store: int) -> None:
    await sent(ledger, message("ARRIVAL", store, ActionLine(GTIN, 1), ActionLine(GTIN, 1)))
    assert await units(ledger, store) == {FLOOR: 2}


async def test_the_last_of_two_corrections_of_one_item_in_a_message_stands(ledger: Ledger, store: int) -> None:
    lines = [ActionLine(GTIN, number) for number in range(12)]
    await sent(ledger, message("CORRECTION", store, *lines))
    assert await units(ledger, store) == {FLOOR: 11}


async def test_the_same_message_again_is_answered_as_the_first_time(ledger: Ledger, store: int) -> None:
    lines = (ActionLine(GTIN, 5), ActionLine(UNMAPPED, 1))
    first = await sent(ledger, message("BOOTSTRAP", store, *lines))
    assert statuses(first) == ["ACCEPTED", "REFUSED"]
    before = await dump(ledger)
    pass_time(ledger, 3600)
    await add_supplier(ledger, 12, (UNMAPPED, 0))
    await ledger.run(f"UPDATE item_supplier SET partner_id = {SUPPLIER} WHERE item_id = {int(UNMAPPED)}")
    assert await sent(ledger, message("BOOTSTRAP", store, *lines)) == first
    assert await dump(ledger) == before


@pytest.mark.parametrize(
    "other",
    [
        message("ARRIVAL", 0, ActionLine(GTIN, 6)),
        message("REMOVAL", 0),
        message("ARRIVAL", 0, event_creation_time=moment(2) // 1000),
        message("ARRIVAL", 0, ActionLine(GTIN, 5, "why")),
        message("ARRIVAL", 0, document_info=(msgspec.Raw(b'{"id":1}'),)),
    ],
    ids=["quantity", "type", "time", "reason", "document"],
)
async def test_the_same_id_with_another_body_is_a_conflict(ledger: Ledger, store: int, other: ActionMessage) -> None:
    await sent(ledger, message("ARRIVAL", store))
    before = await dump(ledger)
    second = msgspec.structs.replace(other, store_nbr=store)
    assert statuses(await sent(ledger, second)) == ["conflict", "messageId"]
    assert await dump(ledger) == before


async def test_the_same_id_of_another_supplier_or_store_is_another_message(ledger: Ledger, store: int) -> None:
    elsewhere = await ledger.new_store()
    await sent(ledger, message("ARRIVAL", store))
    assert statuses(await sent(ledger, message("ARRIVAL", store), OTHER_SUPPLIER)) == ["ACCEPTED"]
    assert statuses(await sent(ledger, message("ARRIVAL", elsewhere))) == ["ACCEPTED"]
    assert (await units(ledger, store), await units(ledger, elsewhere)) == ({FLOOR: 10}, {FLOOR: 5})


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"message_id": ""}, "messageId"),
        ({"message_id": "x" * 37}, "messageId"),
        ({"message_id": "a\u0000"}, "messageId"),
        ({"event_type": "SALES"}, "eventType"),
        ({"line_info": ()}, "lineInfo"),
        ({"line_info": (ActionLine(GTIN, 1),) * (LINES_MAX + 1)}, "lineInfo"),
        ({"event_creation_time": -1}, "eventCreationTime"),
        ({"event_creation_time": moment(-0.1) // 1000}, "eventCreationTime"),
        ({"event_creation_time": 10**30}, "eventCreationTime"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_wrong_head_refuses_the_message_and_leaves_no_trace(
    ledger: Ledger, store: int, more: dict[str, object], field: str
) -> None:
    before = await dump(ledger)
    refusal = await sent(ledger, msgspec.structs.replace(message("ARRIVAL", store), **more))
    assert statuses(refusal) == ["invalid", field]
    assert await dump(ledger) == before


async def test_a_message_of_refused_lines_only_posts_nothing_and_is_remembered(ledger: Ledger, store: int) -> None:
    answer = await sent(ledger, message("ARRIVAL", store, ActionLine(UNMAPPED, 1)))
    assert statuses(answer) == ["REFUSED"]
    assert await ledger.rows("SELECT event_id FROM event") == []
    assert await sent(ledger, message("ARRIVAL", store, ActionLine(UNMAPPED, 1))) == answer


async def test_messages_as_large_as_may_be_are_taken(ledger: Ledger, store: int) -> None:
    lines = (ActionLine(GTIN, 1),) * LINES_MAX
    answer = await sent(ledger, message("ARRIVAL", store, *lines, message_id="x" * 36))
    assert statuses(answer) == ["ACCEPTED"] * LINES_MAX
    assert await units(ledger, store) == {FLOOR: LINES_MAX}
    assert (await verify(ledger.database, ledger.locations, lambda *_: None)).differences == ()
