from collections import defaultdict
from datetime import datetime
from pathlib import Path

import pytest

from onhand.completejourney.highlight import highlight
from onhand.completejourney.messages import REGISTER, SIMULATED
from onhand.completejourney.package import NotInstalled, data_directory
from onhand.completejourney.streaming import Journey, Part, read_journey
from onhand.stock.messages import EventMessage

at = datetime.fromisoformat


def events_of(journey: Journey, events_max: int = 7) -> dict[str, list[EventMessage]]:
    events: defaultdict[str, list[EventMessage]] = defaultdict(list)
    for window in journey.windows(events_max):
        assert 0 < len(window.messages) <= events_max
        events[window.source] += window.messages
    return events


def lowest_stock(events: dict[str, list[EventMessage]]) -> float:
    """The lowest balance of any item at any time, by going through all events in the ledger's order."""
    changes = sorted(
        (
            (event.occurred_at, event.event_type == "PI", source, event.event_id, event)
            for source in events
            for event in events[source]
        ),
        key=lambda change: change[:4],
    )
    stock: defaultdict[tuple[int | None, str], float] = defaultdict(float)
    lowest = 0.0
    for *_, event in changes:
        key = (event.store_nbr, event.gtin)
        stock[key] = stock[key] + (event.quantity or 0) if event.counted is None else event.counted
        lowest = min(lowest, stock[key])
    return lowest


def test_every_register_line_becomes_a_sale_and_nothing_else_comes_from_the_register(data_set: Path) -> None:
    sales = events_of(read_journey(data_set, Part()))[REGISTER]
    assert {event.event_type for event in sales} == {"SALES"}
    assert len({(event.store_nbr, event.event_id) for event in sales}) == len(sales) == 130
    assert sales[0] == EventMessage(
        event_id="31000000000-25671",
        event_type="SALES",
        gtin="02000000256719",
        occurred_at=at("2017-01-01T12:00"),
        store_nbr=406,
        quantity=0,
    )


def test_counts_and_receipts_are_simulated_and_say_so(data_set: Path) -> None:
    simulated = events_of(read_journey(data_set, Part()))[SIMULATED]
    assert {event.event_type for event in simulated} == {"PI", "NGR"}
    counts = [event for event in simulated if event.event_type == "PI"]
    assert len(counts) == 5
    assert {event.occurred_at for event in counts} == {at("2017-01-01T00:00")}
    arrivals = {event.occurred_at for event in simulated if event.event_type == "NGR"}
    assert arrivals <= {at("2017-01-02T06:00"), at("2017-01-09T06:00"), at("2017-01-16T06:00")}


def test_receipts_come_in_whole_cases_of_what_was_sold(data_set: Path) -> None:
    events = events_of(read_journey(data_set, Part()))
    # Product 26093 comes in cases of 8 (26093 % 4 = 1).
    sold = -sum(
        e.quantity or 0
        for e in events[REGISTER]
        if e.event_id.endswith("-26093") and e.occurred_at <= at("2017-01-09T06:00")
    )
    received = sum(
        e.quantity or 0
        for e in events[SIMULATED]
        if e.event_id.endswith("-26093") and e.event_type == "NGR" and e.occurred_at <= at("2017-01-09T06:00")
    )
    assert received == sold // 8 * 8


def test_the_simulated_shelf_never_runs_short(data_set: Path) -> None:
    assert lowest_stock(events_of(read_journey(data_set, Part()))) == 0


def test_the_events_are_the_same_each_time_and_in_windows_of_any_size(data_set: Path) -> None:
    small, large = (events_of(read_journey(data_set, Part()), size) for size in (3, 1000))
    assert small == large


@pytest.mark.parametrize("part", [Part(stores_max=1), Part(until=at("2017-01-09T07:00"))])
def test_the_events_of_a_part_are_among_those_of_the_whole(data_set: Path, part: Part) -> None:
    journey = read_journey(data_set, part)
    whole, some = events_of(read_journey(data_set, Part())), events_of(journey)
    for source in (REGISTER, SIMULATED):
        assert 0 < len(some[source]) < len(whole[source])
        assert all(event in whole[source] for event in some[source])
    assert journey.events_total == sum(map(len, some.values()))


def test_the_highlight_is_the_busiest_item_whose_supplier_has_others_there(data_set: Path) -> None:
    found = highlight(read_journey(data_set, Part()))
    assert (found.store_number, found.supplier_name, found.name) == (406, "Manufacturer 2", "ICE - CRUSHED 22 LB")
    assert len(found.other_gtins) == 2
    assert (found.first_day, found.last_day) == ("2017-01-02", "2017-01-15")


def test_the_year_that_is_installed_is_the_one_that_is_described() -> None:
    journey = read_journey(data_directory(), Part())
    assert (len(journey.stores), journey.lines_total) == (457, 1_469_307)
    assert len(journey.simulation.openings) == 631_479
    assert all(lines["sold_at"].is_sorted() for lines in journey.lines())


def test_a_missing_package_is_told_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onhand.completejourney.package.find_spec", lambda _: None)
    with pytest.raises(NotInstalled, match=r"pip install 'onhand\[demo\]'"):
        data_directory()
