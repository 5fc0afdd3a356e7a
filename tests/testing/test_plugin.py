"""The plugin as a suite meets it that has nothing but the package installed (SB-05)."""

import pytest

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.contract("SB-05")

NOTHING_LEFT_OPEN = ("-W", "error::ResourceWarning", "-W", "error::pytest.PytestUnraisableExceptionWarning")
COUNT = """
GTIN, NODE = "00012947218283", "123456701"

def amount(sandbox):
    return sandbox.vendor.inventory.get(gtin=GTIN, ship_node=NODE).quantity.amount
"""


@pytest.fixture(autouse=True)
def ini(pytester: pytest.Pytester) -> None:
    """What the plugin for awaited tests wants to be told, whoever else is there."""
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")


def test_each_test_has_a_fresh_sandbox_without_anything_being_set_up(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        COUNT
        + """
import sys
import pytest

def test_before_anybody_asked_for_a_sandbox_nothing_of_it_is_imported():
    assert "onhand.pytest_plugin" in sys.modules
    assert not [name for name in sys.modules if name.startswith(("onhand.sandbox", "onhand.client", "polars"))]

@pytest.mark.parametrize("number", range(3))
def test_one(onhand_sandbox, number):
    assert amount(onhand_sandbox) == 23
    onhand_sandbox.vendor.inventory.set(gtin=GTIN, ship_node=NODE, amount=number)
    assert amount(onhand_sandbox) == number
"""
    )
    pytester.runpytest_subprocess("--strict-markers", *NOTHING_LEFT_OPEN).assert_outcomes(passed=4)


def test_a_suite_s_own_seed_is_there_in_each_test(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
import pytest

@pytest.fixture(scope="session")
def onhand_seed():
    def seed(sandbox):
        sandbox.vendor.inventory.set(gtin="00012947218283", ship_node="123456701", amount=99)
    return seed
"""
    )
    pytester.makepyfile(
        COUNT
        + """
import pytest

@pytest.mark.parametrize("number", range(2))
def test_one(onhand_sandbox, number):
    assert amount(onhand_sandbox) == 99
    onhand_sandbox.vendor.inventory.set(gtin=GTIN, ship_node=NODE, amount=number)
"""
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=2)


def test_what_the_mark_does_not_know_is_said_with_what_it_takes(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
import pytest

@pytest.mark.onhand_sandbox(moment="2024-06-11")
def test_one(onhand_sandbox):
    pass
"""
    )
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*takes at=…, hold=…, manual=…, throttle=…; it was given moment*"])


def test_tests_spread_over_processes_have_sandboxes_of_their_own(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What else is installed here takes longer to load than the tests take.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(
        COUNT
        + """
import pytest

@pytest.mark.parametrize("number", range(6))
def test_one(onhand_sandbox, number):
    assert amount(onhand_sandbox) == 23
    for _ in range(5):
        onhand_sandbox.vendor.inventory.set(gtin=GTIN, ship_node=NODE, amount=number)
        assert amount(onhand_sandbox) == number
"""
    )
    pytester.runpytest_subprocess("-p", "onhand", "-p", "xdist", "-n", "2").assert_outcomes(passed=6)


def test_asynchronous_tests_have_it_too(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        COUNT
        + """
import pytest

@pytest.mark.asyncio
async def test_one(onhand_sandbox):
    async with onhand_sandbox.connect_async("vendor") as client:
        assert (await client.inventory.get(gtin=GTIN, ship_node=NODE)).quantity.amount == 23
"""
    )
    pytester.runpytest_inprocess(*NOTHING_LEFT_OPEN).assert_outcomes(passed=1)
