"""Stores by command."""

import pytest

from tests.cli.conftest import Run


@pytest.mark.contract("OP-01")
def test_a_store_that_was_added_is_listed(run: Run) -> None:
    assert run("store", "add", "45", "--name", "Main Street", "--json").json == {
        "store": 45,
        "name": "Main Street",
        "new": True,
    }
    assert run("store", "list", "--json").json == [{"store": 45, "name": "Main Street", "reporting_zone": "UTC"}]


def test_a_store_may_be_added_again_by_the_same_name_only(run: Run) -> None:
    run("store", "add", "45")
    assert run("store", "add", "45", "--json").json["new"] is False
    refused = run("store", "add", "45", "--name", "Elsewhere")
    assert (refused.status, refused.err) == (1, "onhand: Store 45 is known already, by the name “Store 45”.\n")


def test_a_number_that_no_store_has_is_refused(run: Run) -> None:
    assert run("store", "add", "0").status == 1


def test_a_number_that_is_none_is_a_wrong_use(run: Run) -> None:
    assert run("store", "add", "many").status == 2


def test_no_stores_are_told_as_text_and_as_an_empty_list(run: Run) -> None:
    assert run("store", "list").out == "No stores yet.\n"
    assert run("store", "list", "--json").json == []
