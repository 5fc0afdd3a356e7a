"""Ship nodes by command."""

import pytest

from tests.cli.conftest import Run


@pytest.fixture
def owners(run: Run) -> None:
    """A supplier and a seller that are known."""
    run("partner", "add", "acme", "--name", "Acme")
    run("partner", "add", "shop", "--name", "Shop", "--kind", "seller")


@pytest.mark.contract("OP-01")
def test_a_node_that_was_added_is_listed(run: Run, owners: None) -> None:
    added = run("node", "add", "N1", "acme", "--name", "East", "--json").json
    assert added == {"node": "N1", "name": "East", "partner": "acme", "new": True}
    assert run("node", "add", "N1", "acme", "--name", "East", "--json").json["new"] is False
    listed = [{"node": "N1", "name": "East", "partner": "acme", "default": False}]
    assert run("node", "list", "--json").json == listed
    assert run("node", "list", "--partner", "shop", "--json").json == []


@pytest.mark.contract("DS-14")
def test_a_sellers_default_is_chosen(run: Run, owners: None) -> None:
    for node in ("N1", "N2"):
        run("node", "add", node, "shop")
    assert run("node", "default", "shop", "N2", "--json").json == {"partner": "shop", "node": "N2"}
    assert [row["default"] for row in run("node", "list", "--json").json] == [False, True]


def test_a_refusal_is_one_line(run: Run, owners: None) -> None:
    refused = run("node", "add", "N1", "nobody")
    assert (refused.status, refused.err) == (1, "onhand: There is no partner “nobody”: add it first.\n")
