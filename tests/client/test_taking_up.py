"""Downloads that broke off: the next call, or the next run, goes on where the server says that it is the same file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from onhand.client import Client, Dropped, Forbidden, GatewayClient, NotFound, Policy, SettlementRow
from tests.client.conftest import Scene, Stage
from tests.client.rogue import Act, Asked, Drop, Reply, Rogue, said
from tests.client.test_downloads import CSV, DAY, NAME, SETTLEMENT, Press, in_parts, zipped
from tests.processes import process

CONTENT = zipped(CSV * 200)
PIECE = 9_000
ONCE = Policy(attempts_max=1)


class Mirror:
    """Serves a file in ranges; it hangs up after the first piece until it is `mended`."""

    def __init__(self, headers: dict[str, str] | None = None) -> None:
        self.content = CONTENT
        self.headers = {"ETag": '"1"'} if headers is None else headers
        self.mended = False

    def __call__(self, asked: Asked, _: int) -> Act:
        start = self._start(asked)
        if start and not self.mended:
            return Drop()
        rest = self.content[start:]
        headers = dict(self.headers)
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(self.content) - 1}/{len(self.content)}"
        return Reply(206 if start else 200, rest, headers, cut=None if self.mended else PIECE)

    def _start(self, asked: Asked) -> int:
        if "if-range" not in asked.headers or asked.headers["if-range"] != self.headers.get("ETag"):
            return 0
        return int(asked.headers["range"].removeprefix("bytes=").removesuffix("-"))


def press_of(stage: Stage, file: Any) -> tuple[Press, Scene]:
    press = Press(file)
    scene = stage(press, ONCE)
    press.url = scene.rogue.url
    return press, scene


def broken_off(stage: Stage, file: Any, folder: Path) -> tuple[Press, Scene]:
    """A download that broke off."""
    press, scene = press_of(stage, file)
    with pytest.raises(Dropped):
        scene.ask(lambda client: client.reports.download("r-1", folder))
    return press, scene


def download(scene: Scene, folder: Path, **more: Any) -> Path:
    path: Path = scene.ask(lambda client: client.reports.download("r-1", folder, **more))
    return path


@pytest.mark.contract("DS-26")
def test_the_next_call_goes_on_where_the_last_one_broke_off(stage: Stage, tmp_path: Path) -> None:
    mirror = Mirror()
    press, scene = broken_off(stage, mirror, tmp_path)
    assert (tmp_path / f"{NAME}.part").read_bytes() == CONTENT[:PIECE]
    mirror.mended = True
    path = download(scene, tmp_path)
    assert (press.parts, press.links) == ([None, f"bytes={PIECE}-"], 2)
    assert path.read_bytes() == (CSV * 200).encode()
    assert list(tmp_path.iterdir()) == [path]


def test_a_part_of_a_file_that_is_another_by_now_is_not_gone_on_with(stage: Stage, tmp_path: Path) -> None:
    mirror = Mirror()
    press, scene = broken_off(stage, mirror, tmp_path)
    mirror.content, mirror.headers, mirror.mended = zipped("SKU\r\nnew\r\n"), {"ETag": '"2"'}, True
    assert download(scene, tmp_path).read_text(encoding="utf-8") == "SKU\nnew\n"
    assert press.parts == [None, f"bytes={PIECE}-"]


@pytest.mark.parametrize(
    "headers",
    [{}, {"ETag": 'W/"1"'}, {"ETag": '"1"', "Content-Encoding": "another"}],
    ids=["nothing", "only that it means the same", "bytes that are coded anew each time"],
)
def test_what_a_server_does_not_tell_apart_is_not_kept(stage: Stage, tmp_path: Path, headers: dict[str, str]) -> None:
    mirror = Mirror(headers)
    press, scene = broken_off(stage, mirror, tmp_path)
    assert list(tmp_path.iterdir()) == []
    mirror.mended, mirror.headers = True, {"ETag": '"1"'}
    download(scene, tmp_path)
    assert press.parts == [None, None]


def test_a_part_without_its_tag_is_begun_anew(stage: Stage, tmp_path: Path) -> None:
    mirror = Mirror()
    press, scene = broken_off(stage, mirror, tmp_path)
    (tmp_path / f"{NAME}.part.tag").unlink()
    mirror.mended = True
    assert download(scene, tmp_path).read_bytes() == (CSV * 200).encode()
    assert press.parts == [None, None]


@pytest.mark.contract("DS-25")
def test_a_link_that_expires_in_the_middle_is_asked_for_anew_and_gone_on_with(stage: Stage, tmp_path: Path) -> None:
    parts = in_parts(CONTENT, PIECE)

    def file(asked: Asked, number: int) -> Act:
        return said(403) if number == 2 else parts(asked, number)

    press = Press(file)
    scene = stage(press)
    press.url = scene.rogue.url
    assert download(scene, tmp_path).read_bytes() == (CSV * 200).encode()
    assert (press.links, press.parts[:3]) == (2, [None, f"bytes={PIECE}-", f"bytes={PIECE}-"])


def test_what_is_forbidden_stays_where_it_was_and_what_is_gone_does_not(stage: Stage, tmp_path: Path) -> None:
    answers: list[Act] = [said(403), said(403), said(404)]
    mirror = Mirror()

    def file(asked: Asked, number: int) -> Act:
        return mirror(asked, number) if number == 1 else answers.pop(0)

    _, scene = broken_off(stage, file, tmp_path)
    with pytest.raises(Forbidden):
        download(scene, tmp_path)
    assert (tmp_path / f"{NAME}.part").stat().st_size == PIECE
    with pytest.raises(NotFound):
        download(scene, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_how_many_bytes_have_come_is_told_of_the_whole_file(stage: Stage, tmp_path: Path) -> None:
    mirror = Mirror()
    _, scene = broken_off(stage, mirror, tmp_path)
    mirror.mended = True
    heard: list[tuple[int, int | None]] = []
    download(scene, tmp_path, arrived=lambda *bytes_: heard.append(bytes_))
    assert heard[0][0] > PIECE
    assert heard[-1] == (len(CONTENT), len(CONTENT))
    assert {total for _, total in heard} == {len(CONTENT)}


def test_a_settlement_that_broke_off_is_gone_on_with(stage: Stage, tmp_path: Path) -> None:
    whole = SETTLEMENT.encode()
    cut = len(whole) // 2

    def file(asked: Asked, number: int) -> Act:
        if number == 1:
            return Reply(200, whole, {"ETag": '"1"'}, cut=cut)
        assert asked.headers["if-range"] == '"1"'
        part = {"Content-Range": f"bytes {cut}-{len(whole) - 1}/{len(whole)}", "ETag": '"1"'}
        return Reply(206, whole[cut:], part)

    scene = stage(file, ONCE)
    with pytest.raises(Dropped):
        scene.ask(lambda client: client.settlement.save(DAY, tmp_path))
    report = scene.ask(lambda client: client.settlement.save(DAY, tmp_path))
    rows: list[SettlementRow] = report.to_list()
    assert (len(rows), [each.name for each in tmp_path.iterdir()]) == (3, ["settlement_20260505.csv"])


@pytest.fixture(scope="module")
def platform() -> Iterator[str]:
    """The URL of a sandbox in a process of its own."""
    with process("sandbox", "--port", "0", "--json", "--no-throttle") as server:
        assert server.stdout is not None
        yield httpx.Response(200, content=server.stdout.readline()).json()["url"]


@pytest.mark.contract("DS-26")
def test_a_report_of_the_platform_is_gone_on_with_by_its_own_tag(platform: str, tmp_path: Path) -> None:
    """Through a line that breaks in the middle of the first file."""
    vendor = GatewayClient(client_id="sandbox-vendor", client_secret="sandbox-vendor-secret")
    with Client(platform, gateway=vendor) as direct:
        token = direct.tokens.ask().access_token
    here = Rogue(lambda _asked, _number: Drop())
    asked_for: list[str | None] = []

    def passed_on(asked: Asked, _: int) -> Act:
        kept = {name: value for name, value in asked.headers.items() if name not in {"host", "content-length"}}
        kept |= {"wm_sec.access_token": token}
        with httpx.Client(trust_env=False) as http:
            answer = http.request(
                asked.method, platform + asked.path, params=asked.query, headers=kept, content=asked.body
            )
        names = ("content-type", "etag", "content-range")
        headers = {name: answer.headers[name] for name in names if name in answer.headers}
        body = answer.content.replace(platform.encode(), here.url.encode())
        if "/getReport/" not in asked.path:
            return Reply(answer.status_code, body, headers)
        asked_for.append(asked.headers.get("range"))
        return Reply(answer.status_code, body, headers, cut=100 if len(asked_for) == 1 else None)

    here.script = passed_on
    with here.running(), Client(here.url, gateway=vendor, policy=ONCE) as client:
        request = client.reports.request("DSV_INVENTORY")
        client.reports.wait(request.request_id, report_type="DSV_INVENTORY")
        with pytest.raises(Dropped):
            client.reports.download(request.request_id, tmp_path)
        path = client.reports.download(request.request_id, tmp_path)
    assert asked_for == [None, "bytes=100-"]
    assert path.read_text(encoding="utf-8").startswith("SKU,GTIN,")
