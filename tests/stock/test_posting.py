"""Posting: once by its key, whole or not at all, in an order that the ledger never loses."""

import pytest

from onhand.basics.refusal import Refusal
from onhand.stock.audit import verify
from onhand.stock.messages import EventMessage, OtherSide
from tests.stock.conftest import Ledger
from tests.stock.sending import dump, event, moment, pass_time, said, shown, units

pytestmark = pytest.mark.contract("OP-04", "OP-05")

FLOOR = ("STORE", "AVAILABLE")
BACKROOM = ("BACKROOM", "AVAILABLE")


async def legs(ledger: Ledger, store: int, columns: str = "seq") -> list[tuple[object, ...]]:
    """The legs of the store's sales floor as the ledger learned of them."""
    place = await ledger.place(store)
    where = f"location_id = {place.location_id} AND area = 0 AND state = 0"
    return [tuple(row) for row in await ledger.rows(f"SELECT {columns} FROM leg WHERE {where} ORDER BY seq")]


async def test_an_event_sent_again_is_a_duplicate_and_counted_once(ledger: Ledger) -> None:
    store = await ledger.new_store()
    sent = event("r1", "NGR", store, quantity=5)
    assert said(await ledger.post("a", sent)) == ["accepted"]
    before = await dump(ledger)
    pass_time(ledger, 60)
    assert said(await ledger.post("a", sent)) == ["duplicate"]
    assert await dump(ledger) == before
    assert await shown(ledger, store) == [("NGR", 5, 5)]


@pytest.mark.parametrize(
    "other",
    [
        {"quantity": 6},
        {"hours": 2},
        {"event_type": "RETURNS"},
        {"location_area": "BACKROOM"},
        {"reference": "another"},
        {"gtin": "00044444444445"},
    ],
    ids=str,
)
async def test_another_content_under_the_same_id_is_a_conflict_and_the_first_stands(
    ledger: Ledger, other: dict[str, object]
) -> None:
    await ledger.add_item("00044444444445")
    store = await ledger.new_store()
    await ledger.post("a", event("r1", "NGR", store, quantity=5))
    before = await dump(ledger)
    second = event("r1", **{"event_type": "NGR", "store": store, "quantity": 5, **other})
    outcome = (await ledger.post("a", second))[0]
    assert (outcome.status, outcome.event_id) == ("refused", "r1")
    assert outcome.refusal
    assert (outcome.refusal.code, outcome.refusal.field) == ("conflict", "eventId")
    assert await dump(ledger) == before


async def test_the_same_id_at_another_store_is_another_event(ledger: Ledger) -> None:
    one, two = await ledger.new_store(), await ledger.new_store()
    sent = [event("r1", "NGR", one, quantity=5), event("r1", "NGR", two, quantity=7)]
    assert said(await ledger.post("a", *sent)) == ["accepted", "accepted"]
    assert (await units(ledger, one), await units(ledger, two)) == ({FLOOR: 5}, {FLOOR: 7})


async def test_the_same_id_of_another_source_is_another_event(ledger: Ledger) -> None:
    store = await ledger.new_store()
    for source in ("a", "b"):
        assert said(await ledger.post(source, event("r1", "NGR", store, quantity=5))) == ["accepted"]
    assert await units(ledger, store) == {FLOOR: 10}


async def test_repeats_within_a_batch_are_sorted_out_as_those_of_before(ledger: Ledger) -> None:
    store = await ledger.new_store()
    first, other = event("r1", "NGR", store, quantity=5), event("r1", "NGR", store, quantity=6)
    assert said(await ledger.post("a", first, first, other, first)) == [
        "accepted",
        "duplicate",
        "conflict",
        "duplicate",
    ]
    assert await units(ledger, store) == {FLOOR: 5}


async def test_a_repeat_far_behind_in_a_batch_is_found_in_its_own_transaction(ledger: Ledger) -> None:
    # The ledger of the tests posts seven events a transaction.
    store = await ledger.new_store()
    sent = [event(f"r{number % 10}", "NGR", store, quantity=1) for number in range(30)]
    assert said(await ledger.post("a", *sent)) == ["accepted"] * 10 + ["duplicate"] * 20
    assert await units(ledger, store) == {FLOOR: 10}


async def test_what_is_refused_leaves_no_trace_and_the_rest_of_the_batch_stands(ledger: Ledger) -> None:
    store, other = await ledger.new_store(), await ledger.new_store()
    good = event("good", "NGR", store, quantity=5)
    bad: list[EventMessage | Refusal] = [
        event("b1", "NGR", store, quantity=-5),
        event("b2", "NGR", store, quantity=5, gtin="00000000000001"),
        event("b3", "NGR", 999_999, quantity=5),
        event("b4", "NO_SUCH", store, quantity=5),
        event("b5", "STOCK_TRANSFER", store, quantity=5, to=OtherSide(store_nbr=999_999)),
        event("b6", "PI", other, counted=-1),
        Refusal("malformed_json", "", "Not JSON."),
    ]
    empty = await dump(ledger)
    refused = await ledger.intake.post("a", bad)
    assert [outcome.status for outcome in refused] == ["refused"] * 7
    assert await dump(ledger) == empty
    together = await ledger.intake.post("a", [bad[0], good, *bad[1:]])
    assert [outcome.status for outcome in together] == ["refused", "accepted"] + ["refused"] * 6
    assert [outcome.event_id for outcome in together] == ["b1", "good", "b2", "b3", "b4", "b5", "b6", None]
    assert await ledger.rows("SELECT event_id FROM event") == [("good",)]


async def test_a_batch_of_nothing_is_answered_with_nothing(ledger: Ledger) -> None:
    assert await ledger.intake.post("a", []) == []


async def test_the_ledger_never_learns_backwards_when_the_clock_goes_back(ledger: Ledger) -> None:
    store = await ledger.new_store()
    for number, seconds in enumerate([0, -30, -30, 100, -50]):
        pass_time(ledger, seconds)
        await ledger.post("a", event(f"r{number}", "NGR", store, quantity=1))
    recorded = [int(str(at)) for (at,) in await legs(ledger, store, "recorded_at")]
    assert recorded == sorted(recorded)
    # Minutes after the first: 0, then held there while the clock was behind, then on with it, then held again.
    assert [(at - recorded[0]) // 1_000_000 for at in recorded] == [0, 0, 0, 40, 40]


async def test_the_legs_of_a_stream_are_numbered_without_a_gap(ledger: Ledger) -> None:
    store = await ledger.new_store()
    await ledger.post("a", *(event(f"r{number}", "NGR", store, quantity=1) for number in range(5)))
    await ledger.post("a", event("r1", "NGR", store, quantity=1), event("r2", "NGR", store, quantity=9))
    await ledger.post("a", event("c", "PI", store, hours=0.5, counted=3), event("r9", "NGR", store, quantity=0))
    await ledger.post("a", event("late", "SALES", store, hours=3, quantity=-1))
    # Five receipts, a count and a row of nothing; then a late sale with its TSBR.
    assert await legs(ledger, store) == [(number,) for number in range(1, 10)]


async def test_a_late_event_is_taken_back_directly_before_the_count_that_did_not_know_it(ledger: Ledger) -> None:
    store = await ledger.new_store()
    await ledger.post("a", event("r1", "NGR", store, hours=9, quantity=10))
    await ledger.post("b", event("c1", "PI", store, hours=5, counted=8))
    await ledger.post("a", event("s1", "SALES", store, hours=2, quantity=-1))
    await ledger.post("a", event("late", "SALES", store, hours=7, quantity=-3))
    assert await shown(ledger, store) == [
        ("SALES", -1, 7),
        # What was counted stays true: its row still ends in 8, and still says that two were missing of ten.
        ("PI", -2, 8),
        ("TSBR", 3, 10),
        ("SALES", -3, 7),
        ("NGR", 10, 10),
    ]
    columns = "source, event_id, occurred_at, cause"
    tsbr = next(row for row in await legs(ledger, store, f"event_type, {columns}") if row[0] == 30)
    assert tsbr[1:] == ("b", "c1", moment(5), "a/late")


async def test_late_events_before_two_counts_stop_at_the_first(ledger: Ledger) -> None:
    store = await ledger.new_store()
    for event_id, hours, counted in (("c1", 8, 10), ("c2", 4, 20)):
        await ledger.post("a", event(event_id, "PI", store, hours=hours, counted=counted))
    await ledger.post("a", event("l1", "SALES", store, hours=9, quantity=-1))
    await ledger.post("a", event("l2", "RETURNS", store, hours=6, quantity=2))
    assert await shown(ledger, store) == [
        ("PI", 10, 20),
        ("TSBR", -2, 10),
        ("RETURNS", 2, 12),
        ("PI", 10, 10),
        ("TSBR", 1, 0),
        ("SALES", -1, -1),
    ]


async def test_a_late_count_shows_what_was_counted_and_changes_nothing_after_the_next(ledger: Ledger) -> None:
    store = await ledger.new_store()
    await ledger.post("a", event("r1", "NGR", store, hours=9, quantity=4))
    await ledger.post("a", event("c2", "PI", store, hours=3, counted=10))
    await ledger.post("a", event("c1", "PI", store, hours=6, counted=7))
    assert await shown(ledger, store) == [("PI", 6, 10), ("TSBR", -3, 4), ("PI", 3, 7), ("NGR", 4, 4)]


async def test_what_moves_at_the_time_of_a_count_was_there_when_it_was_counted(ledger: Ledger) -> None:
    store = await ledger.new_store()
    await ledger.post("a", event("c1", "PI", store, counted=10))
    await ledger.post("b", event("s1", "SALES", store, quantity=-3))
    assert await shown(ledger, store) == [("PI", 10, 10), ("TSBR", 3, 0), ("SALES", -3, -3)]


async def test_two_counts_of_one_moment_are_ordered_by_source_and_id(ledger: Ledger) -> None:
    store = await ledger.new_store()
    for source, event_id, counted in (("b", "1", 3), ("a", "2", 2), ("a", "1", 1)):
        await ledger.post(source, event(event_id, "PI", store, counted=counted))
    assert [row[2] for row in await shown(ledger, store) if row[0] == "PI"] == [3, 2, 1]
    assert await units(ledger, store) == {FLOOR: 3}


async def test_a_correction_by_a_difference_is_no_count(ledger: Ledger) -> None:
    store = await ledger.new_store()
    await ledger.post("a", event("k1", "CORRECTION", store, hours=2, quantity=-4))
    await ledger.post("a", event("r1", "NGR", store, hours=3, quantity=1))
    assert await shown(ledger, store) == [("CORRECTION", -4, -3), ("NGR", 1, 1)]


async def test_a_move_within_a_store_sums_to_zero(ledger: Ledger) -> None:
    store = await ledger.new_store()
    await ledger.post("a", event("r1", "NGR", store, hours=2, quantity=10, location_area="BACKROOM"))
    await ledger.post("a", event("m1", "BR", store, quantity=4, from_=OtherSide(location_area="BACKROOM")))
    await ledger.post("a", event("m2", "BR", store, quantity=1, to=OtherSide(location_area="BACKROOM")))
    assert await units(ledger, store) == {FLOOR: 3, BACKROOM: 7}


async def test_what_goes_into_claims_is_no_longer_available(ledger: Ledger) -> None:
    store = await ledger.new_store()
    await ledger.post("a", event("r1", "NGR", store, hours=2, quantity=10))
    await ledger.post("a", event("c1", "RECLAMATION", store, quantity=-4))
    assert await units(ledger, store) == {FLOOR: 6, ("STORE", "CLAIMS"): 4}


@pytest.mark.contract("OP-06")
async def test_on_hand_may_go_below_zero(ledger: Ledger) -> None:
    store = await ledger.new_store()
    await ledger.post("a", event("s1", "SALES", store, quantity=-2.5))
    assert await units(ledger, store) == {FLOOR: -2.5}


@pytest.mark.contract("OP-03", "TH-08")
async def test_a_code_without_effect_is_stored_and_shown_with_nothing(ledger: Ledger) -> None:
    store = await ledger.new_store()
    await ledger.post("a", event("r1", "NGR", store, hours=2, quantity=2))
    await ledger.post("a", event("n1", "NIL_PICK", store, quantity=7), event("e1", "EOUP", store))
    assert await shown(ledger, store) == [("NIL_PICK", 0, 2), ("EOUP", 0, 2), ("NGR", 2, 2)]


async def test_what_happened_at_the_first_moment_of_time_is_taken(ledger: Ledger) -> None:
    store = await ledger.new_store()
    hours = moment(0) / 3_600_000_000
    await ledger.post(
        "a", event("c", "PI", store, hours=hours, counted=4), event("r", "NGR", store, hours=hours, quantity=1)
    )
    await ledger.post("a", event("s", "SALES", store, hours=hours, quantity=-1))
    assert await units(ledger, store) == {FLOOR: 4}
    assert (await verify(ledger.database, ledger.locations, lambda *_: None)).differences == ()


async def test_texts_of_every_script_are_ids_of_their_own(ledger: Ledger) -> None:
    store = await ledger.new_store()
    ids = ["é", "e\u0301", "𝄞", "E", "e", "' OR 1=1 --", '"', "\\", "%s", ":id"]
    assert said(await ledger.post("a", *(event(each, "NGR", store, quantity=1) for each in ids))) == ["accepted"] * 10
    assert said(await ledger.post("a", *(event(each, "NGR", store, quantity=1) for each in ids))) == ["duplicate"] * 10
    assert await units(ledger, store) == {FLOOR: 10}
    assert sorted(str(event_id) for (event_id,) in await ledger.rows("SELECT event_id FROM event")) == sorted(ids)


async def test_the_largest_quantities_are_kept_exactly(ledger: Ledger) -> None:
    store = await ledger.new_store()
    sent = [event(f"r{number}", "NGR", store, quantity=9_999_999_998.9999) for number in range(9)]
    await ledger.post("a", *sent)
    rows = await ledger.rows("SELECT quantity FROM stock")
    assert rows == [(9 * 99_999_999_989_999,)]


async def test_units_beyond_all_bounds_are_refused_and_the_rest_of_the_batch_stands(ledger: Ledger) -> None:
    store = await ledger.new_store()
    most = 9_999_999_999
    # 2**53 ten-thousandths are 900,719,925,474 units: room for 90 of the largest quantities, not for 91.
    for number in range(90):
        assert said(await ledger.post("a", event(f"r{number}", "LR", store, quantity=most))) == ["accepted"]
    outcomes = await ledger.post(
        "a", event("one-more", "LR", store, quantity=most), event("sale", "SALES", store, quantity=-most)
    )
    assert said(outcomes) == ["out_of_range", "accepted"]
    assert await units(ledger, store) == {("STORE", "AVAILABLE"): 89 * most}
