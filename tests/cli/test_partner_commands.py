"""The partners' commands, against a sandbox in a process of its own: profiles, tables, JSON, what they end with."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from onhand.sandbox.credentials import credentials
from tests.cli.conftest import Run
from tests.client.rogue import Asked, Reply, Rogue, said
from tests.client.test_downloads import SETTLEMENT, Press, request, whole, zipped
from tests.processes import sandbox_process

ITEM, NODE = "00012947218283", "123456701"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    """The URL of a sandbox."""
    with sandbox_process() as url:
        yield url


def write_profiles(folder: Path, url: str, more: str = "") -> None:
    supplier = credentials().supplier
    (folder / "supplier.pem").write_text(supplier.private_key_pem, encoding="ascii")
    (folder / "profiles.toml").write_text(
        f"""
        default = "vendor"

        [profiles.vendor]
        url = "{url}"
        client_id = "sandbox-vendor"
        client_secret_env = "VENDOR_SECRET"
        ship_node = "{NODE}"

        [profiles.supplier]
        url = "{url}"
        consumer_id = "{supplier.consumer_id}"
        key_file = "supplier.pem"
        {more}
        """,
        encoding="utf-8",
    )


@pytest.fixture
def shop(run: Run, sandbox: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs commands with profiles of the sandbox's vendor and supplier."""
    write_profiles(tmp_path, sandbox)
    monkeypatch.setenv("ONHAND_PROFILES", str(tmp_path / "profiles.toml"))
    monkeypatch.setenv("VENDOR_SECRET", "sandbox-vendor-secret")
    return run


def test_what_is_declared_is_shown(shop: Run) -> None:
    declared = shop("inventory", "set", ITEM, "31", "--json").json
    assert (declared["sku"], declared["units"]) == ("RG-IRAE-79VD", 31)
    (row,) = shop("inventory", "get", ITEM, "--node", NODE, "--json").json
    assert (row["ship_node"], row["input"], row["available_to_sell"]) == (NODE, 31, 31)
    table = shop("inventory", "get", ITEM).out
    assert table.splitlines()[0].split() == ["item", "ship", "node", "input", "available", "to", "sell", "reserved"]


def test_infinite_availability_is_declared_and_shown(shop: Run) -> None:
    assert shop("inventory", "set", ITEM, "--infinite", "--node", "123456702", "--json").json["units"] == "infinite"
    assert "infinite" in shop("inventory", "get", ITEM, "--node", "123456702").out


@pytest.mark.parametrize(
    ("words", "status", "said_so"),
    [
        (["inventory", "set", ITEM], 1, "--infinite"),
        (["inventory", "set", ITEM, "3", "--infinite"], 1, "--infinite"),
        (["inventory", "set", ITEM, "many"], 2, ""),
        (["inventory", "set", ITEM, "3", "--node", "nowhere"], 1, "CONTENT_NOT_FOUND"),
        (["inventory", "get", "123"], 1, "INVALID_REQUEST_PARAM"),
        (["inventory", "get", ITEM, "--store", "45", "--node", "n"], 1, "leave --sku and --node out"),
        (["inventory", "get", ITEM, "--profile", "nobody"], 1, "it has vendor, supplier"),
        (["history", ITEM, "--store", "45"], 1, "supplier=SupplierKey"),
        (["feeds", "failed", "X@Y"], 1, "there is no feed “X@Y”"),
        (["settlement", "get", "--into", "nowhere"], 1, "there is no folder nowhere"),
        (["reports", "get", "DSV_INVENTORY", "--only", "Published"], 1, "COLUMN=VALUE"),
    ],
)
def test_what_can_t_be_done_is_said_in_one_line_with_its_status(
    shop: Run, words: list[str], status: int, said_so: str
) -> None:
    ran = shop(*words)
    assert (ran.status, said_so in ran.err) == (status, True), ran
    assert status == 2 or ran.err.count("\n") == 1


def test_a_supplier_sees_a_store_and_its_history(shop: Run) -> None:
    days = ("--from", "2023-02-16", "--to", "2023-02-22")
    rows = shop("history", "00044444444444", "--store", "45", *days, "--profile", "supplier", "--json").json
    assert rows[0] == {"event_type": "LP", "quantity": 3, "happened": "2023-02-22T06:00:00", "on_hand_after": 150}
    lines = shop("history", "00044444444444", "--store", "45", *days, "-p", "supplier", "--type", "PI").out.splitlines()
    assert [line.split()[0] for line in lines] == ["event", "PI"]
    shelf = shop("inventory", "get", "00044444444444", "x", "--store", "45", "-p", "supplier", "--json").json
    assert [(row["item"], row["quantity"], row["problem"]) for row in shelf] == [
        ("00044444444444", 150, None),
        ("x", None, "invalid gtin"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        f"productId,shipNode,quantity\n{ITEM},{NODE},7\n{ITEM},nowhere,7\n",
        json.dumps([{"productId": ITEM, "shipNode": node, "quantity": 7} for node in (NODE, "nowhere")]),
        "\n".join(f'{{"productId":"{ITEM}","shipNode":"{node}","quantity":7}}' for node in (NODE, "nowhere")),
        json.dumps({"Inventory": [{"productId": ITEM, "shipNode": node, "quantity": 7} for node in (NODE, "nowhere")]}),
    ],
    ids=["csv", "list", "lines", "feed"],
)
def test_rows_are_sent_followed_and_what_failed_is_shown(shop: Run, tmp_path: Path, content: str) -> None:
    (tmp_path / "rows").write_text(content, encoding="utf-8")
    ran = shop("feeds", "submit", "rows", "--wait")
    assert (ran.status, "1 row applied, 1 row failed" in ran.out) == (1, True), ran
    feed_id = shop("feeds", "list", "--json").json[0]["feed_id"]
    (failed,) = shop("feeds", "failed", feed_id, "--json").json
    assert (failed["index"], "nowhere" in failed["row"]) == (1, True)
    assert "ERR_UNKNOWN_SHIP_NODE" in shop("feeds", "failed", feed_id).out


def test_a_key_of_a_row_is_read_in_any_case(shop: Run, tmp_path: Path) -> None:
    row = {"productid": ITEM, "SHIPNODE": NODE, "availabilitycode": "AA", "quantity": 7, "ingestionErrors": []}
    (tmp_path / "rows").write_text(json.dumps([row]), encoding="utf-8")
    assert shop("feeds", "submit", "rows", "--wait").status == 0
    (shown,) = shop("inventory", "get", ITEM, "--node", NODE, "--json").json
    assert shown["input"] == "infinite"


@pytest.mark.parametrize(
    ("words", "noted"),
    [
        (["feeds", "submit", "rows.csv", "--wait"], "The feed F1@Y goes on, and `onhand feeds watch` can follow it"),
        (["reports", "get", "DSV_INVENTORY"], "The report r-1 goes on, and can be waited for again"),
    ],
)
def test_a_wait_that_breaks_off_says_in_its_line_what_goes_on(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], noted: str
) -> None:
    def script(asked: Asked, _: int) -> Reply:
        return Reply(200, {"feedId": "F1@Y", **request("RECEIVED")}) if asked.method == "POST" else said(403)

    (tmp_path / "rows.csv").write_text(f"gtin,ship node,quantity\n{ITEM},{NODE},7\n", encoding="utf-8")
    with Rogue(script).running() as rogue:
        write_profiles(tmp_path, rogue.url)
        monkeypatch.setenv("ONHAND_PROFILES", str(tmp_path / "profiles.toml"))
        monkeypatch.setenv("VENDOR_SECRET", "s")
        ran = run(*words)
    assert (ran.status, ran.err.count("\n")) == (1, 1)
    assert f". {noted}" in ran.err


def test_rows_that_can_t_be_right_are_not_sent(shop: Run, tmp_path: Path) -> None:
    before = len(shop("feeds", "list", "--json").json)
    (tmp_path / "rows.csv").write_text(
        f"gtin,ship node,quantity\n{ITEM},{NODE},-7\n{ITEM},{NODE},1\n", encoding="utf-8"
    )
    ran = shop("feeds", "submit", "rows.csv")
    assert (ran.status, "rows[0].quantity" in ran.err, "rows[1]" in ran.err) == (1, True, True)
    assert len(shop("feeds", "list", "--json").json) == before


@pytest.mark.parametrize(
    "content",
    [
        "gtin,colour\n1,red\n",
        "[1]",
        '{"productId": 1}',
        "gtin,quantity\n1,many\n",
        json.dumps([{"productId": ITEM, "shipNode": NODE, "quantity": 7, "availability": "AA"}]),
    ],
)
def test_a_file_without_rows_says_why(shop: Run, tmp_path: Path, content: str) -> None:
    (tmp_path / "rows").write_text(content, encoding="utf-8")
    ran = shop("feeds", "submit", "rows")
    assert (ran.status, "rows holds no rows of a feed" in ran.err) == (1, True)


def test_a_profile_without_its_secret_says_where_to_put_it(shop: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VENDOR_SECRET")
    assert "set VENDOR_SECRET" in shop("feeds", "list").err


def test_a_secret_comes_from_the_keyring_where_it_is_installed(shop: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {("onhand", "vendor client_secret"): "sandbox-vendor-secret"}
    ring = SimpleNamespace(get_password=lambda service, user: kept.get((service, user)), __spec__=SimpleNamespace())
    monkeypatch.setitem(sys.modules, "keyring", ring)
    monkeypatch.delenv("VENDOR_SECRET")
    assert shop("feeds", "list").status == 0


def test_without_a_keyring_it_is_said_how_to_get_one(shop: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    # As Python itself marks a module that can't be imported.
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.delenv("VENDOR_SECRET")
    ran = shop("feeds", "list")
    assert (ran.status, "pip install 'onhand[keyring]'" in ran.err, ran.err.count("\n")) == (1, True, 1)


def test_a_keyring_that_can_t_be_asked_is_said_in_one_line(shop: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(_service: str, _user: str) -> str:
        raise RuntimeError("it is locked")

    ring = SimpleNamespace(get_password=locked, __spec__=SimpleNamespace())
    monkeypatch.setitem(sys.modules, "keyring", ring)
    monkeypatch.delenv("VENDOR_SECRET")
    ran = shop("feeds", "list")
    assert (ran.status, "“vendor client_secret” of onhand (it is locked)" in ran.err) == (1, True)
    assert "unlock it, or set VENDOR_SECRET, which client_secret_env names" in ran.err


def test_a_secret_in_the_file_of_profiles_is_refused(shop: Run, tmp_path: Path, sandbox: str) -> None:
    write_profiles(tmp_path, sandbox, 'client_secret = "hush"')
    ran = shop("feeds", "list")
    assert (ran.status, "secrets don't belong in this file" in ran.err, "hush" in ran.err) == (1, True, False)


def test_without_profiles_the_command_says_how_to_name_somebody(run: Run, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("ONHAND_PROFILES", str(tmp_path / "none.toml"))
    ran = run("inventory", "get", ITEM)
    assert (ran.status, "--profile NAME" in ran.err, "it has none yet" in ran.err) == (1, True, True)


def test_a_service_over_its_limit_ends_with_a_status_of_its_own(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Rogue(lambda _asked, _number: said(429, Retry_After="3600")).running() as rogue:
        write_profiles(tmp_path, rogue.url)
        monkeypatch.setenv("ONHAND_PROFILES", str(tmp_path / "profiles.toml"))
        monkeypatch.setenv("VENDOR_SECRET", "s")
        ran = run("inventory", "get", ITEM)
    assert (ran.status, len(rogue.calls), ran.err.count("\n")) == (3, 1, 1)


def test_a_report_is_saved_and_counted(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    press = Press(whole(zipped()), questions=1)
    with Rogue(press).running() as rogue:
        press.url = rogue.url
        write_profiles(tmp_path, rogue.url)
        monkeypatch.setenv("ONHAND_PROFILES", str(tmp_path / "profiles.toml"))
        monkeypatch.setenv("VENDOR_SECRET", "s")
        got = run("reports", "get", "DSV_INVENTORY", "--only", "Published Status=UNPUBLISHED", "--json").json
    assert (got["rows"], Path(got["file"]).name) == (2, "InventoryDSVReport.csv")
    assert rogue.calls[0].json["rowFilters"][0]["values"] == ["UNPUBLISHED"]


@pytest.mark.parametrize(("text", "status"), [(SETTLEMENT, 0), (SETTLEMENT.replace("19.52", "19.53"), 1)])
def test_a_settlement_is_saved_and_its_rows_are_added_up(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, status: int
) -> None:
    def script(asked: Asked, _: int) -> Reply:
        if asked.path.endswith("availableReconFiles"):
            return Reply(200, {"availableApReportDates": ["05052026"]})
        return Reply(200, zipped(text, "1_2.csv"))

    with Rogue(script).running() as rogue:
        write_profiles(tmp_path, rogue.url)
        monkeypatch.setenv("ONHAND_PROFILES", str(tmp_path / "profiles.toml"))
        monkeypatch.setenv("VENDOR_SECRET", "s")
        ran = run("settlement", "get", "--json")
    assert (ran.status, ran.json["report_date"], ran.json["total_payable"]) == (status, "2026-05-05", "17.18")
    assert ran.json["residual"] == ("0.00" if status == 0 else "-0.01")


def test_everything_that_was_declared_is_listed(shop: Run) -> None:
    shop("inventory", "set", ITEM, "31")
    rows = shop("inventory", "list", "--json").json
    assert {"sku": "RG-IRAE-79VD", "ship_node": NODE, "input": 31, "available_to_sell": 31, "reserved": 0} in rows
    assert {row["ship_node"] for row in rows} == {NODE, "123456702"}
    only = shop("inventory", "list", "--node", NODE, "--json").json
    assert only == [row for row in rows if row["ship_node"] == NODE]
    assert "RG-IRAE-79VD" in shop("inventory", "list").out
