"""A running sandbox is controlled from the command line (SB-05)."""

import pytest

from onhand.testing import LocalSandbox
from tests.cli.conftest import Run

pytestmark = pytest.mark.contract("SB-05")


@pytest.fixture
def control(run: Run, onhand_sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command of `onhand sandbox` on a sandbox."""
    monkeypatch.setenv("ONHAND_SANDBOX_URL", onhand_sandbox.url)
    return lambda *words: run("sandbox", *words)


def ask(sandbox: LocalSandbox) -> None:
    sandbox.vendor.inventory.get(gtin="00012947218283", ship_node="123456701")


def test_a_reset_puts_the_clock_where_it_is_told(control: Run) -> None:
    assert (
        control("reset", "--at", "2024-06-11T15:00:00", "--hold", "--json").json["now"] == "2024-06-11T15:00:00+00:00"
    )
    assert control("clock", "--json").json["now"] == "2024-06-11T15:00:00+00:00"


def test_the_clock_is_moved_by_a_duration_or_to_a_moment(control: Run) -> None:
    assert "2030-01-01T00:00:00+00:00" in control("clock", "--at", "2030-01-01T00:00:00Z", "--hold").out
    assert control("clock", "--advance", "PT15M", "--json").json["now"] == "2030-01-01T00:15:00+00:00"
    assert control("clock", "--go-on").status == 0
    assert control("clock", "--json").json["now"] > "2030-01-01T00:15:00+00:00"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("clock", "--advance", "15 minutes"), "PT15M"),
        (("clock", "--at", "tomorrow"), "2024-06-11T15:00:00Z"),
        (("clock", "--at", "2030-01-01T00:00:00Z", "--advance", "PT1S"), "not both"),
        (("fail", "getInventor", "--status", "503"), "getInventory"),
        (("requests", "--operation", "nothing"), "operation"),
    ],
)
def test_what_can_not_be_done_is_said_in_one_line(control: Run, words: tuple[str, ...], said: str) -> None:
    ran = control(*words)
    assert (ran.status, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert said in ran.err


def test_a_fault_is_made_listed_and_cleared(control: Run) -> None:
    (made,) = control("fail", "getInventory", "--status", "503", "--times", "2", "--json").json
    assert control("faults", "--json").json == [made]
    assert (made["operation"], made["status"], made["times"]) == ("getInventory", 503, 2)
    assert control("faults", "--clear").out == "Nothing will fail.\n"


def test_what_was_asked_is_listed(control: Run, onhand_sandbox: LocalSandbox) -> None:
    assert control("requests").out == "Nothing was asked.\n"
    ask(onhand_sandbox)
    (asked,) = control("requests", "--operation", "getInventory", "--json").json
    assert (asked["status"], asked["answer_headers"]["content-type"]) == (200, "application/json")
    assert "/v3/inventory?gtin=00012947218283" in control("requests").out


def test_where_no_sandbox_is_the_status_says_that_it_may_go_well_later(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = run("sandbox", "clock", "--url", "http://127.0.0.1:9")
    assert ran.status == 3
    assert "http://127.0.0.1:9" in ran.err
