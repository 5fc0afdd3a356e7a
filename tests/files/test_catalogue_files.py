import io
from pathlib import Path

import pytest

from onhand.basics.clock import Clock
from onhand.catalogue.items import list_items
from onhand.files.catalogue import KINDS, load_catalogue
from onhand.files.limits import ReadLimits, Unreadable
from onhand.files.reading import InputFile, InputStream
from onhand.store.database import Database

ITEMS = b'gtin,name,wmItemNbr\n00012345678905,"Soup, tinned",500000001\n00036000291452,Tissues,500000002\n'


@pytest.mark.contract("OP-02")
@pytest.mark.parametrize(
    "content", [ITEMS, b'{"gtin":"00012345678905","name":"Soup"}\n{"gtin":"00036000291452","name":"Tissues"}\n']
)
async def test_items_are_loaded_from_csv_and_ndjson(
    database: Database, clock: Clock, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "items"
    path.write_bytes(content)
    report = await load_catalogue(database, clock, KINDS["items"], InputFile(path), ReadLimits())
    assert report.counts.added == 2
    assert [item.gtin for item in await list_items(database)] == ["00012345678905", "00036000291452"]


async def test_items_are_loaded_from_standard_input(sqlite_database: Database, clock: Clock) -> None:
    report = await load_catalogue(sqlite_database, clock, KINDS["items"], InputStream(io.BytesIO(ITEMS)), ReadLimits())
    assert report.counts.added == 2


@pytest.mark.contract("OP-02")
async def test_every_bad_row_is_told_by_its_line_and_nothing_is_stored(
    sqlite_database: Database, clock: Clock, tmp_path: Path
) -> None:
    path = tmp_path / "items.csv"
    path.write_bytes(ITEMS + b"1,Short\n0003600029145X,Letters,500000003\n")
    report = await load_catalogue(sqlite_database, clock, KINDS["items"], InputFile(path), ReadLimits())
    assert [(problem.line, problem.field) for problem in report.problems] == [(4, "line"), (5, "gtin")]
    assert await list_items(sqlite_database) == []


async def test_nothing_of_a_truncated_file_is_stored(sqlite_database: Database, clock: Clock, tmp_path: Path) -> None:
    path = tmp_path / "items.zst"
    path.write_bytes(b"\x28\xb5\x2f\xfd\x00")
    with pytest.raises(Unreadable, match="cut off"):
        await load_catalogue(sqlite_database, clock, KINDS["items"], InputFile(path), ReadLimits())
