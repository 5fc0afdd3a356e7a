"""Files of the catalogue are taken as a whole or not at all, and every bad row is told of with its line."""

import asyncio
import tracemalloc
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from onhand.basics.gtin import check_digit, format_gtin
from onhand.basics.refusal import Refusal
from onhand.catalogue.imports import import_items, import_mappings, import_skus, listed
from onhand.catalogue.items import Item, item_by_id, list_items, list_mappings, list_skus
from onhand.catalogue.report import Counts, ImportLimits, ImportReport, RowProblem, SourceRow
from onhand.partners.onboarding import add_partner
from onhand.stock.locations import NewStore, add_stores
from onhand.store.database import Database
from onhand.store.queries import Queries
from tests.conftest import FrozenClock

# Of these documented GTINs the first alone has a right check digit; the last would end in 0.
FIRST, SECOND, UNCHECKED = "00012345678905", "00044444444444", "00055555555559"


def rows(*values: Mapping[str, object]) -> list[SourceRow]:
    return [SourceRow(line, row) for line, row in enumerate(values, 1)]


async def items(database: Database, clock: FrozenClock, *values: Mapping[str, object]) -> ImportReport:
    return await import_items(database, clock, listed(rows(*values)))


async def mappings(database: Database, clock: FrozenClock, *values: Mapping[str, object]) -> ImportReport:
    return await import_mappings(database, clock, listed(rows(*values)))


async def skus(database: Database, clock: FrozenClock, *values: Mapping[str, object]) -> ImportReport:
    return await import_skus(database, clock, listed(rows(*values)))


def places(report: ImportReport) -> list[tuple[int, str]]:
    assert not report.is_stored
    assert report.counts == Counts()
    return [(problem.line, problem.field) for problem in report.problems]


async def cid_changes(database: Database, folder: Path) -> list[tuple[object, ...]]:
    path = folder / "look.sql"
    path.write_text(
        "-- name: cid_changes\nSELECT item_id, changed_at, from_cid, to_cid, raised_at FROM cid_change "
        "ORDER BY item_id, changed_at\n"
    )
    return await database.all(Queries(path)["cid_changes"])


@pytest.fixture
async def seeded(database: Database, clock: FrozenClock) -> Database:
    """Two suppliers, a seller, stores 30 and 45, and two items."""
    for kind, code in (("supplier", "acme"), ("supplier", "other"), ("seller", "shop"), ("seller", "market")):
        await add_partner(database, clock, kind=kind, code=code, name=code)
    await add_stores(database, clock, [NewStore(30, "Thirty"), NewStore(45, "Forty-five")])
    await items(database, clock, {"gtin": FIRST, "name": "First"}, {"gtin": SECOND, "name": "Second"})
    return database


@pytest.mark.contract("OP-02")
async def test_an_item_is_stored_with_all_its_fields(database: Database, clock: FrozenClock) -> None:
    row = {
        "gtin": FIRST,
        "name": "Cola 330 ml",
        "wmItemNbr": "012345678",
        "cid": "cid-1",
        "category": "Drinks",
        "productType": "Soda",
        "taxCode": "2038710",
        "publishedStatus": "UNPUBLISHED",
    }
    report = await items(database, clock, row)
    assert (report.rows, report.counts) == (1, Counts(added=1))
    assert await list_items(database) == [
        Item(12345678905, "Cola 330 ml", "012345678", "cid-1", "Drinks", "Soda", "2038710", "UNPUBLISHED")
    ]


@pytest.mark.contract("OP-02")
async def test_the_same_file_again_changes_nothing_and_says_so(database: Database, clock: FrozenClock) -> None:
    file = ({"gtin": FIRST, "name": "First", "cid": "a"}, {"gtin": SECOND, "name": "Second"})
    await items(database, clock, *file)
    before = await list_items(database)
    assert (await items(database, clock, *file)).counts == Counts(unchanged=2)
    assert await list_items(database) == before


@pytest.mark.contract("OP-02")
async def test_what_a_row_leaves_out_stays_and_what_is_null_is_cleared(database: Database, clock: FrozenClock) -> None:
    full = {"gtin": FIRST, "name": "First", "cid": "a", "taxCode": "7", "publishedStatus": "UNPUBLISHED"}
    await items(database, clock, full)
    report = await items(database, clock, {"gtin": FIRST, "taxCode": None, "publishedStatus": None})
    assert report.counts == Counts(changed=1)
    assert await item_by_id(database, int(FIRST)) == Item(int(FIRST), "First", cid="a")


@pytest.mark.contract("OP-02")
async def test_added_changed_and_unchanged_items_are_counted_apart(database: Database, clock: FrozenClock) -> None:
    await items(database, clock, {"gtin": FIRST, "name": "First"}, {"gtin": SECOND, "name": "Second"})
    report = await items(
        database,
        clock,
        {"gtin": FIRST, "name": "First"},
        {"gtin": SECOND, "name": "Other"},
        {"gtin": "00000000000000", "name": "New"},
    )
    assert report.counts == Counts(added=1, changed=1, unchanged=1)


@pytest.mark.contract("OP-02")
async def test_one_bad_row_keeps_the_whole_file_out(database: Database, clock: FrozenClock) -> None:
    report = await items(database, clock, {"gtin": FIRST, "name": "First"}, {"gtin": "1", "name": "Bad"})
    assert places(report) == [(2, "gtin")]
    assert await list_items(database) == []


@pytest.mark.contract("OP-02")
async def test_a_problem_tells_line_field_value_and_what_is_accepted(
    sqlite_database: Database, clock: FrozenClock
) -> None:
    report = await items(sqlite_database, clock, {"gtin": FIRST, "name": "First", "wmItemNbr": "12345"})
    assert report.problems == (RowProblem(1, "wmItemNbr", "12345", "Give 9 digits, leading zeros too."),)


@pytest.mark.contract("OP-02")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("gtin", "0001234567890"),
        ("gtin", "0001234567890A"),
        ("gtin", "-0012345678905"),
        ("gtin", "٠٠٠١٢٣٤٥٦٧٨٩٠٥"),
        ("gtin", 12345678905),
        ("gtin", 1.5),
        ("gtin", True),
        ("gtin", ["00012345678905"]),
        ("gtin", 10**30),
        ("gtin", None),
        ("gtin", ""),
        ("name", None),
        ("name", " "),
        ("name", "a\x00b"),
        ("name", "a\ud800"),
        ("name", "n" * 501),
        ("wmItemNbr", "1234567890"),
        ("wmItemNbr", "12345678a"),
        ("wmItemNbr", 12345678),
        ("cid", "c" * 65),
        ("publishedStatus", "published"),
        ("publishedStatus", 1),
        ("wmItemNumber", "123456789"),
    ],
)
async def test_a_value_that_is_not_accepted_is_told_of_by_its_field(
    sqlite_database: Database, clock: FrozenClock, field: str, value: object
) -> None:
    row: dict[str, object] = {"gtin": FIRST, "name": "First"}
    report = await items(sqlite_database, clock, row | {field: value})
    assert places(report) == [(1, field)]
    assert await list_items(sqlite_database) == []


@pytest.mark.contract("OP-02")
async def test_numbers_are_read_where_their_digits_are_complete(sqlite_database: Database, clock: FrozenClock) -> None:
    await items(sqlite_database, clock, {"gtin": 10012345678902, "name": "Case", "wmItemNbr": 900045678})
    assert await list_items(sqlite_database) == [Item(10012345678902, "Case", "900045678")]


@pytest.mark.contract("OP-02")
async def test_every_bad_field_of_a_row_is_told_of(sqlite_database: Database, clock: FrozenClock) -> None:
    report = await items(sqlite_database, clock, {"gtin": "x", "name": "", "cid": ""}, {})
    assert places(report) == [(1, "gtin"), (1, "cid"), (1, "name"), (2, "gtin")]


@pytest.mark.contract("OP-02")
async def test_a_line_that_could_not_be_read_is_a_problem_of_the_file(
    sqlite_database: Database, clock: FrozenClock
) -> None:
    unreadable = SourceRow(7, Refusal("malformed_json", "line", "The line is not JSON: give one object a line."))
    report = await import_items(sqlite_database, clock, listed([unreadable]))
    assert report.problems == (RowProblem(7, "line", None, "The line is not JSON: give one object a line."),)


@pytest.mark.contract("OP-02")
async def test_an_unknown_field_is_told_of_once(sqlite_database: Database, clock: FrozenClock) -> None:
    file = [{"gtin": gtin, "name": "n", "colour": "red"} for gtin in (FIRST, SECOND)]
    report = await items(sqlite_database, clock, *file)
    assert places(report) == [(1, "colour")]


@pytest.mark.contract("OP-02", "SE-03")
async def test_a_wrong_check_digit_is_warned_of_and_taken(database: Database, clock: FrozenClock) -> None:
    report = await items(database, clock, {"gtin": UNCHECKED, "name": "Unchecked"})
    message = f"The check digit would be {check_digit(int(UNCHECKED) // 10)}; the GTIN was taken as it is."
    assert report.warnings == (RowProblem(1, "gtin", UNCHECKED, message),)
    assert report.counts == Counts(added=1)


@pytest.mark.contract("OP-02")
async def test_a_new_item_needs_a_name(database: Database, clock: FrozenClock) -> None:
    assert places(await items(database, clock, {"gtin": FIRST, "cid": "a"})) == [(1, "name")]


@pytest.mark.contract("OP-02")
async def test_a_gtin_that_stands_twice_in_a_file_is_told_of_with_its_first_line(
    database: Database, clock: FrozenClock
) -> None:
    report = await items(database, clock, *({"gtin": gtin, "name": "n"} for gtin in (FIRST, SECOND, FIRST, FIRST)))
    assert places(report) == [(3, "gtin"), (4, "gtin")]
    assert report.problems[0] == RowProblem(3, "gtin", FIRST, "It stands on line 1 already: give it once.")


@pytest.mark.contract("OP-02")
async def test_an_item_number_that_stands_twice_in_a_file_is_told_of(database: Database, clock: FrozenClock) -> None:
    report = await items(database, clock, *({"gtin": g, "name": "n", "wmItemNbr": "1" * 9} for g in (FIRST, SECOND)))
    assert places(report) == [(2, "wmItemNbr")]


@pytest.mark.contract("OP-02")
async def test_another_items_number_is_refused(database: Database, clock: FrozenClock) -> None:
    await items(database, clock, {"gtin": FIRST, "name": "First", "wmItemNbr": "123456789"})
    report = await items(database, clock, {"gtin": SECOND, "name": "Second", "wmItemNbr": "123456789"})
    assert places(report) == [(1, "wmItemNbr")]
    assert FIRST in report.problems[0].message
    again = await items(database, clock, {"gtin": FIRST, "wmItemNbr": "123456789"})
    assert again.counts == Counts(unchanged=1)


@pytest.mark.contract("OP-02", "TH-09")
async def test_a_changed_cid_is_left_for_the_ledger_to_tell_of(
    database: Database, clock: FrozenClock, tmp_path: Path
) -> None:
    await items(database, clock, {"gtin": FIRST, "name": "First", "cid": "a"}, {"gtin": SECOND, "name": "Second"})
    assert await cid_changes(database, tmp_path) == []
    await items(database, clock, {"gtin": FIRST, "cid": "b"}, {"gtin": SECOND, "name": "Renamed"})
    await items(database, clock, {"gtin": FIRST, "cid": None})
    assert await cid_changes(database, tmp_path) == [
        (int(FIRST), clock.now, "a", "b", None),
        (int(FIRST), clock.now + 1, "b", None, None),
    ]


@pytest.mark.contract("OP-02")
async def test_imports_at_once_that_want_one_number_leave_it_to_one_of_them(
    database: Database, clock: FrozenClock
) -> None:
    file = [{"gtin": format_gtin(number), "name": "n", "wmItemNbr": "123456789"} for number in range(6)]
    reports = await asyncio.gather(*(items(database, clock, row) for row in file))
    assert sorted(report.is_stored for report in reports) == [False] * 5 + [True]
    assert len(await list_items(database)) == 1


@pytest.mark.contract("OP-02")
async def test_the_first_problems_are_listed_and_all_are_counted(sqlite_database: Database, clock: FrozenClock) -> None:
    bad = listed(rows(*({"gtin": str(number), "name": "n"} for number in range(50))))
    report = await import_items(sqlite_database, clock, bad, ImportLimits(problems_listed_max=3))
    assert places(report) == [(1, "gtin"), (2, "gtin"), (3, "gtin")]
    assert report.problems_total == 50


@pytest.mark.contract("OP-02")
async def test_a_file_with_more_rows_than_are_taken_is_refused_at_the_first_too_many(
    sqlite_database: Database, clock: FrozenClock
) -> None:
    file = listed(rows(*({"gtin": format_gtin(number), "name": "n"} for number in range(4))))
    assert (await import_items(sqlite_database, clock, file, ImportLimits(rows_max=4))).is_stored
    assert places(await import_items(sqlite_database, clock, file, ImportLimits(rows_max=3))) == [(4, "line")]


@pytest.mark.contract("OP-02")
async def test_an_empty_file_stores_nothing(database: Database, clock: FrozenClock) -> None:
    report = await import_items(database, clock, listed([]))
    assert (report.rows, report.is_stored, report.counts) == (0, True, Counts())


@pytest.mark.contract("OP-02")
async def test_a_long_file_is_taken_in_parts_and_in_memory_that_it_does_not_fill(
    sqlite_database: Database, clock: FrozenClock
) -> None:
    total = 30_000

    def parts() -> Iterator[Sequence[SourceRow]]:
        for start in range(0, total, 1000):
            numbers = range(start, start + 1000)
            yield [SourceRow(number + 1, {"gtin": format_gtin(number), "name": "x" * 400}) for number in numbers]

    tracemalloc.start()
    report = await import_items(sqlite_database, clock, parts)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert report.counts == Counts(added=total)
    # 30,000 names of 400 characters are 12 MB; a part of 1,000 rows with all that is made of it is a tenth of that.
    assert peak_bytes < 6_000_000


@pytest.mark.contract("OP-02")
async def test_a_repeat_in_a_far_part_of_a_file_is_found(sqlite_database: Database, clock: FrozenClock) -> None:
    def parts() -> Iterator[Sequence[SourceRow]]:
        for line in range(1, 5001):
            yield [SourceRow(line, {"gtin": format_gtin(line % 4999), "name": "n"})]

    report = await import_items(sqlite_database, clock, parts)
    # 1 % 4999 = 5000 % 4999 = 1; 4999 gives 0.
    assert places(report) == [(5000, "gtin")]


@pytest.mark.contract("OP-02")
async def test_an_item_is_mapped_to_a_supplier_for_every_store_or_for_named_ones(
    seeded: Database, clock: FrozenClock
) -> None:
    report = await mappings(
        seeded,
        clock,
        {"gtin": FIRST, "supplier": "acme"},
        {"gtin": FIRST, "supplier": "other", "storeNbr": 45},
        {"gtin": SECOND, "supplier": "other", "storeNbr": "030"},
    )
    assert report.counts == Counts(added=3)
    found = [(mapping.gtin, mapping.supplier_code, mapping.store_number) for mapping in await list_mappings(seeded)]
    assert found == [(FIRST, "acme", None), (FIRST, "other", 45), (SECOND, "other", 30)]


@pytest.mark.contract("OP-02")
async def test_a_mapping_said_again_is_unchanged(seeded: Database, clock: FrozenClock) -> None:
    row = {"gtin": FIRST, "supplier": "acme", "storeNbr": 45}
    assert (await mappings(seeded, clock, row, row)).counts == Counts(added=1, unchanged=1)
    assert (await mappings(seeded, clock, row)).counts == Counts(unchanged=1)


@pytest.mark.contract("OP-02")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("gtin", UNCHECKED),
        ("gtin", "x"),
        ("supplier", "nobody"),
        ("supplier", "shop"),
        ("supplier", None),
        ("storeNbr", 46),
        ("storeNbr", -45),
        ("storeNbr", "4 5"),
        ("storeNbr", "1" * 10),
        ("store", 45),
    ],
)
async def test_a_mapping_of_what_is_unknown_keeps_the_file_out(
    seeded: Database, clock: FrozenClock, field: str, value: object
) -> None:
    good: dict[str, object] = {"gtin": FIRST, "supplier": "acme"}
    assert places(await mappings(seeded, clock, good, good | {field: value})) == [(2, field)]
    assert await list_mappings(seeded) == []


@pytest.mark.contract("OP-02")
async def test_skus_are_kept_per_seller_and_follow_the_file(seeded: Database, clock: FrozenClock) -> None:
    first: dict[str, object] = {"gtin": FIRST, "seller": "shop", "sku": "A-1"}
    report = await skus(seeded, clock, first, {"gtin": SECOND, "seller": "market", "sku": "A-1"})
    assert report.counts == Counts(added=2)
    report = await skus(seeded, clock, first, {"gtin": FIRST, "seller": "market", "sku": "A-1"})
    assert report.counts == Counts(changed=1, unchanged=1)
    for seller in ("shop", "market"):
        assert [(sku.sku, sku.gtin) for sku in await list_skus(seeded, partner_code=seller)] == [("A-1", FIRST)]


@pytest.mark.contract("OP-02", "DS-19")
async def test_a_vendor_has_skus_as_a_seller_has(seeded: Database, clock: FrozenClock) -> None:
    named: list[dict[str, object]] = [{"gtin": FIRST, "partner": "acme", "sku": "A-1"}]
    named += [{"gtin": SECOND, "partner": "shop", "sku": "A-1"}, {"gtin": SECOND, "seller": "acme", "sku": "A-2"}]
    assert (await skus(seeded, clock, *named)).counts == Counts(added=3)
    assert [(sku.sku, sku.gtin) for sku in await list_skus(seeded, partner_code="acme")] == [
        ("A-1", FIRST),
        ("A-2", SECOND),
    ]


@pytest.mark.contract("OP-02")
@pytest.mark.parametrize(
    ("named", "place"),
    [
        ({"partner": "nobody"}, (1, "partner")),
        ({"partner": "helper"}, (1, "partner")),
        ({"partner": None}, (1, "partner")),
        ({}, (1, "partner")),
        ({"partner": "acme", "seller": "acme"}, (1, "seller")),
    ],
)
async def test_a_sku_of_nobody_who_could_have_one_keeps_the_file_out(
    seeded: Database, clock: FrozenClock, named: dict[str, object], place: tuple[int, str]
) -> None:
    await add_partner(seeded, clock, kind="provider", code="helper", name="Helper")
    assert places(await skus(seeded, clock, {"gtin": FIRST, "sku": "A-1", **named})) == [place]


@pytest.mark.contract("OP-02")
async def test_a_sku_that_stands_twice_for_a_seller_is_told_of(seeded: Database, clock: FrozenClock) -> None:
    row = {"gtin": FIRST, "seller": "shop", "sku": "A-1"}
    assert places(await skus(seeded, clock, row, {**row, "gtin": SECOND})) == [(2, "sku")]


@pytest.mark.contract("OP-02")
@pytest.mark.parametrize(
    ("field", "value"), [("gtin", UNCHECKED), ("seller", "nobody"), ("seller", None), ("sku", ""), ("sku", "s" * 51)]
)
async def test_a_sku_of_what_is_unknown_keeps_the_file_out(
    seeded: Database, clock: FrozenClock, field: str, value: object
) -> None:
    good: dict[str, object] = {"gtin": FIRST, "seller": "shop", "sku": "A-1"}
    assert places(await skus(seeded, clock, good, {**good, "sku": "A-2", field: value})) == [(2, field)]
    assert await list_skus(seeded, partner_code="shop") == []


@pytest.mark.contract("OP-02")
async def test_a_file_that_is_no_longer_good_when_it_is_stored_goes_back_as_a_whole(
    database: Database, clock: FrozenClock
) -> None:
    good, bad = {"gtin": FIRST, "name": "First"}, {"gtin": SECOND, "name": ""}
    readings = iter([[[SourceRow(1, good)]], [[SourceRow(1, good)], [SourceRow(2, bad)]]])
    report = await import_items(database, clock, lambda: next(readings))
    assert places(report) == [(2, "name")]
    assert await list_items(database) == []
