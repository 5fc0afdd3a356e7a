"""Verify finds what does not agree with the legs, and rebuild mends it."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onhand.stock.audit import rebuild, verify
from onhand.stock.messages import EventMessage
from tests.campaign import times
from tests.stock.conftest import Ledger
from tests.stock.strategies import GTIN, START, deliveries, histories
from tests.stock.test_any_order import deliver

_SPOILED = [
    "UPDATE stock SET quantity = quantity + 10000 WHERE location_id = {location}",
    "UPDATE stock SET last_seq = last_seq + 1 WHERE location_id = {location}",
    "UPDATE month_flow_kept SET quantity = quantity - 1 WHERE location_id = {location}",
    "DELETE FROM month_flow_kept WHERE location_id = {location}",
]


def nothing(*_: object) -> None:
    """Progress that nobody looks at."""


async def a_store_with_history(ledger: Ledger) -> int:
    """A store where something happened, with a count and a late event."""
    store = await ledger.new_store()
    common = {"gtin": GTIN, "store_nbr": store, "occurred_at": START}
    await ledger.post("a", EventMessage(event_id="c", event_type="PI", counted=12, **common))
    await ledger.post("a", EventMessage(event_id="s", event_type="SALES", quantity=-2, **common))
    return store


@settings(max_examples=times(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_verify_finds_nothing_whatever_was_posted(ledger: Ledger, data: st.DataObject) -> None:
    history = data.draw(histories(0))
    await deliver(ledger, await ledger.new_store(), data.draw(deliveries(history)))
    assert (await verify(ledger.database, ledger.locations, nothing)).differences == ()


@pytest.mark.parametrize("spoil", _SPOILED)
async def test_what_was_spoiled_is_found_and_a_rebuild_mends_it(ledger: Ledger, spoil: str) -> None:
    place = await ledger.place(await a_store_with_history(ledger))
    before = await ledger.rows("SELECT * FROM stock")
    flows = await ledger.rows("SELECT * FROM month_flow ORDER BY month, event_type")
    await ledger.run(spoil.format(location=place.location_id))
    report = await verify(ledger.database, ledger.locations, nothing)
    assert [difference.location for difference in report.differences] == [place.code] * len(report.differences)
    assert report.differences
    assert await rebuild(ledger.database, ledger.locations, nothing) == report.legs
    assert (await verify(ledger.database, ledger.locations, nothing)).differences == ()
    assert await ledger.rows("SELECT * FROM stock") == before
    assert await ledger.rows("SELECT * FROM month_flow ORDER BY month, event_type") == flows


async def test_a_leg_that_was_changed_shows_at_the_next_count(ledger: Ledger) -> None:
    place = await ledger.place(await a_store_with_history(ledger))
    await ledger.run(
        f"UPDATE leg SET quantity = quantity - 1 WHERE counted IS NOT NULL AND location_id = {place.location_id}"
    )
    report = await verify(ledger.database, ledger.locations, nothing)
    assert any("counted were 12" in difference.what for difference in report.differences)


async def test_a_rebuild_beside_writers_who_open_streams_loses_nothing(ledger: Ledger) -> None:
    gtins = [f"{number:014d}" for number in range(1, 25)]
    for gtin in gtins:
        await ledger.add_item(gtin)
    store = await ledger.new_store()

    async def post(gtin: str) -> None:
        message = EventMessage(f"e{gtin}", "LR", gtin, START, store, quantity=2)
        assert [outcome.status for outcome in await ledger.post("a", message)] == ["accepted"]

    async def rebuild_often() -> None:
        for _ in range(6):
            await rebuild(ledger.database, ledger.locations, nothing)

    await asyncio.gather(rebuild_often(), *map(post, gtins))
    report = await verify(ledger.database, ledger.locations, nothing)
    assert (report.legs, report.differences) == (len(gtins), ())
