import gzip
import io
import json
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pytest

from onhand.basics.refusal import Refusal
from onhand.files.limits import ReadLimits, Unreadable
from onhand.files.loading import LoadOptions, LoadProgress, LoadSummary, load_events
from onhand.files.reading import InputFile, InputStream
from onhand.stock.intake import Intake, Outcome
from onhand.stock.messages import EventMessage

Event = Callable[..., dict[str, object]]


class Killed(Exception):
    """What ends a load in the middle."""


def write_lines(path: Path, events: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(event) + "\n" for event in events))
    return path


def options(directory: Path, **fields: object) -> LoadOptions:
    given = {"position_path": directory / "position", "rejects_path": directory / "rejects.ndjson", "window_events": 10}
    return LoadOptions(**(given | fields))


async def load(intake: Intake, *paths: Path, **fields: object) -> LoadSummary:
    files = [InputFile(path) for path in paths]
    return await load_events(intake, "till", files, options(paths[0].parent, **fields), lambda _: None)


@pytest.mark.contract("OP-03")
@pytest.mark.parametrize("form", ["ndjson", "csv", "parquet", "ndjson.gz"])
async def test_a_file_is_loaded_whatever_its_form(intake: Intake, event: Event, tmp_path: Path, form: str) -> None:
    table = pl.DataFrame([event(number) for number in range(25)])
    path = tmp_path / "events"
    match form:
        case "csv":
            table.write_csv(path)
        case "parquet":
            table.with_columns(pl.col("occurredAt").str.to_datetime(time_zone="UTC")).write_parquet(path)
        case "ndjson.gz":
            path.write_bytes(gzip.compress(table.write_ndjson().encode()))
        case _:
            table.write_ndjson(path)
    assert await load(intake, path) == LoadSummary(25, 0, {}, None, ())
    again = await load(intake, path)
    assert (again.accepted, again.duplicates, again.refused) == (0, 25, {})


async def test_standard_input_is_loaded(intake: Intake, event: Event, tmp_path: Path) -> None:
    stream = io.BytesIO(b"".join(json.dumps(event(number)).encode() + b"\n" for number in range(3)))
    summary = await load_events(intake, "till", [InputStream(stream)], options(tmp_path), lambda _: None)
    assert summary.accepted == 3


async def test_pipes_are_read_from_their_first_byte_one_after_the_other(
    intake: Intake, event: Event, tmp_path: Path
) -> None:
    pipes = [tmp_path / "first", tmp_path / "second"]
    for pipe in pipes:
        os.mkfifo(pipe)

    def fill() -> None:
        for pipe in pipes:
            write_lines(pipe, [event(f"{pipe.name}-{number}") for number in range(30)])

    filling = threading.Thread(target=fill, daemon=True)
    filling.start()
    files = [InputStream(pipe) for pipe in pipes]
    summary = await load_events(intake, "till", files, options(tmp_path), lambda _: None)
    filling.join()
    assert summary == LoadSummary(60, 0, {}, None, ())


@pytest.mark.contract("OP-03")
async def test_refused_rows_can_be_mended_in_the_rejects_file_and_loaded(
    intake: Intake, event: Event, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "day.ndjson", [event(1), event(2, gtin="000123456789AB"), event(3, storeNbr=99)])
    with path.open("ab") as opened:
        opened.write(b'{"eventId":"4",\n{"eventId":"\xff"}\n')
    summary = await load(intake, path)
    assert summary.refused == {"invalid_gtin": 1, "unknown_store": 1, "malformed_json": 1, "not_utf8": 1}
    rejects = [json.loads(line) for line in (tmp_path / "rejects.ndjson").read_text().splitlines()]
    assert [reject["_refused"]["line"] for reject in rejects] == [2, 3, 4, 5]
    assert rejects[0]["_refused"] | {"message": ""} == {
        "code": "invalid_gtin",
        "field": "gtin",
        "message": "",
        "file": str(path),
        "line": 2,
    }
    assert rejects[2]["_line"] == '{"eventId":"4",'
    rejects[0]["gtin"] = "00012345678905"
    rejects[1]["storeNbr"] = 46
    rejects[2]["_line"] = json.dumps(event(4))
    rejects[3] = event(5)
    mended = write_lines(tmp_path / "mended.ndjson", rejects)
    assert await load(intake, mended) == LoadSummary(4, 0, {}, None, ())


CSV_HEADER = "eventId,eventType,storeNbr,gtin,quantity,occurredAt"


@pytest.mark.contract("OP-03")
async def test_a_line_of_csv_can_be_mended_in_the_rejects_file_and_loaded(
    intake: Intake, event: Event, tmp_path: Path
) -> None:
    path = tmp_path / "day.csv"
    path.write_text(f'{CSV_HEADER}\nc1,SALES,45\nc2,"SALES,45\nc3,a,b,c,d,e,f\nc4,SALES,99,1,1,1\nc5,\n')
    assert (await load(intake, path)).refused == {"malformed_csv": 4, "invalid_field": 1}
    rejects = [json.loads(line) for line in (tmp_path / "rejects.ndjson").read_text().splitlines()]
    assert (rejects[0]["_header"], rejects[0]["_line"]) == (CSV_HEADER, "c1,SALES,45")
    rejects[0]["_line"] = "c1,SALES,45,00012345678905,-1,2026-03-05T11:58:00Z"
    rejects[1]["_line"] = '"c2",SALES,45,00012345678905,-1,2026-03-05T11:58:00Z'
    rejects[2]["_line"] = json.dumps(event("c3"))
    rejects[3] |= event("c4")
    del rejects[4]["_line"]
    rejects[4] |= event("c5")
    mended = write_lines(tmp_path / "mended.ndjson", rejects)
    assert await load(intake, mended) == LoadSummary(5, 0, {}, None, ())


async def test_a_reject_whose_header_was_damaged_is_refused_again(intake: Intake, tmp_path: Path) -> None:
    path = tmp_path / "day.csv"
    path.write_text(f"{CSV_HEADER}\nc1,SALES,45\n")
    await load(intake, path)
    text = (tmp_path / "rejects.ndjson").read_text()
    damaged = tmp_path / "damaged.ndjson"
    damaged.write_text(text.replace("quantity,", "qty,"))
    assert (await load(intake, damaged)).refused == {"malformed_csv": 1}
    assert json.loads((tmp_path / "rejects.ndjson").read_text())["_header"] == CSV_HEADER.replace("quantity", "qty")


async def test_the_rejects_of_an_earlier_load_go_once_all_of_the_file_stands(
    intake: Intake, event: Event, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "day.ndjson", [event(1), event(2, gtin="1")])
    await load(intake, path)
    write_lines(path, [event(1), event(2)])
    assert (await load(intake, path)).rejects_path is None
    assert not (tmp_path / "rejects.ndjson").exists()


async def test_the_rejects_of_another_file_and_what_is_no_rejects_file_stay(
    intake: Intake, event: Event, tmp_path: Path
) -> None:
    rejects = tmp_path / "rejects.ndjson"
    await load(intake, write_lines(tmp_path / "day.ndjson", [event(1, gtin="1")]))
    other = write_lines(tmp_path / "other.ndjson", [event(2)])
    await load(intake, other)
    assert rejects.exists()
    write_lines(rejects, [event(3)])
    await load(intake, other)
    assert rejects.exists()


async def test_a_rejects_file_that_is_itself_loaded_stays(intake: Intake, event: Event, tmp_path: Path) -> None:
    rejects = write_lines(tmp_path / "rejects.ndjson", [event(1, gtin="1")])
    await load(intake, rejects)
    rejects.write_text(rejects.read_text().replace('"gtin":"1"', '"gtin":"00012345678905"'))
    assert (await load(intake, rejects)).accepted == 1
    assert rejects.exists()


async def test_a_rejects_file_that_is_loaded_unmended_gives_itself_again(
    intake: Intake, event: Event, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "day.ndjson", [event(1, gtin="1"), ["no object"]])
    await load(intake, path)
    rejects = tmp_path / "rejects.ndjson"
    first = [{**json.loads(line), "_refused": None} for line in rejects.read_text().splitlines()]
    await load(intake, rejects)
    assert [{**json.loads(line), "_refused": None} for line in rejects.read_text().splitlines()] == first


async def test_a_truncated_file_is_named_with_how_far_it_got_and_what_came_before_stands(
    intake: Intake, event: Event, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "day.ndjson.gz", [event(number) for number in range(20_000)])
    path.write_bytes(gzip.compress(path.read_bytes())[:-500])
    after = write_lines(tmp_path / "after.ndjson", [event("after")])
    summary = await load(intake, path, after, window_events=5000)
    (problem,) = summary.unreadable
    assert problem.startswith(f"{path}: its gzip data is cut off")
    assert f"as far as line {summary.accepted - 1})" in problem
    assert 10_000 < summary.accepted < 20_000


@pytest.mark.parametrize("content", [b"eventId,eventType\n", b"[]", None], ids=["columns", "a list", "missing"])
async def test_nothing_of_any_file_is_stored_where_one_cannot_be_read(
    intake: Intake, event: Event, tmp_path: Path, content: bytes | None
) -> None:
    good, bad = write_lines(tmp_path / "good.ndjson", [event(1)]), tmp_path / "bad.csv"
    if content is not None:
        bad.write_bytes(content)
    with pytest.raises(Unreadable, match=r"bad\.csv: "):
        await load(intake, good, bad)
    assert (await load(intake, good)).duplicates == 0


async def test_a_load_that_was_killed_goes_on_where_it_stopped(intake: Intake, event: Event, tmp_path: Path) -> None:
    first = write_lines(
        tmp_path / "a.ndjson",
        [event(number, gtin="1" if number % 5 == 0 else "00012345678905") for number in range(25)],
    )
    second = write_lines(tmp_path / "b.ndjson", [event(number) for number in range(100, 135)])
    reached: list[LoadProgress] = []

    def kill(progress: LoadProgress) -> None:
        reached.append(progress)
        if len(reached) == 5:
            raise Killed

    files = [InputFile(first), InputFile(second)]
    with pytest.raises(Killed):
        await load_events(intake, "till", files, options(tmp_path), kill)
    assert not (tmp_path / "rejects.ndjson").exists()
    summary = await load(intake, first, second)
    # The fifth window had been posted but not yet settled, so its ten events came again.
    assert summary == LoadSummary(45, 10, {"invalid_gtin": 5}, tmp_path / "rejects.ndjson", ())
    assert len((tmp_path / "rejects.ndjson").read_text().splitlines()) == 5
    assert not (tmp_path / "position").exists()


async def test_a_file_that_changed_since_it_was_stopped_is_begun_anew(
    intake: Intake, event: Event, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "a.ndjson", [event(number) for number in range(20)])

    def kill(progress: LoadProgress) -> None:
        if progress.accepted == 20:
            raise Killed

    with pytest.raises(Killed):
        await load_events(intake, "till", [InputFile(path)], options(tmp_path), kill)
    write_lines(path, [event(number) for number in range(50, 70)])
    assert (await load(intake, path)).accepted == 30


class MemoryOfWindows:
    """Takes windows for an intake and remembers how large they were."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    async def post(self, _source: str, messages: Sequence[EventMessage | Refusal]) -> list[Outcome]:
        self.sizes.append(len(messages))
        return [Outcome("accepted", "") for _ in messages]


async def test_windows_are_bounded_by_their_rows_and_by_their_bytes(event: Event, tmp_path: Path) -> None:
    large = [event(number, reference="a" * 1000) for number in range(20)]
    path = write_lines(tmp_path / "a.ndjson", [*(event(number) for number in range(25)), *large])
    windows = MemoryOfWindows()
    await load(windows, path, window_bytes=5000)
    assert max(windows.sizes) == 10
    assert sum(windows.sizes) == 45
    assert max(windows.sizes[-3:]) <= 5


async def test_progress_tells_how_much_of_the_file_was_read(intake: Intake, event: Event, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.ndjson", [event(number) for number in range(25)])
    told: list[LoadProgress] = []
    await load_events(intake, "till", [InputFile(path)], options(tmp_path), told.append)
    size = path.stat().st_size
    assert told[-1] == LoadProgress(str(path), size, size, 25, 0, 0)


async def test_a_line_limit_is_a_setting(intake: Intake, event: Event, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.ndjson", [event(1), event(2, reference="a" * 300)])
    summary = await load(intake, path, read=ReadLimits(line_bytes_max=200))
    assert (summary.accepted, summary.refused) == (1, {"line_too_long": 1})
