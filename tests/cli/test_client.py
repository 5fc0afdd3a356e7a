"""Gateway clients by command."""

import pytest

from tests.cli.conftest import Run


@pytest.fixture
def acme(run: Run) -> None:
    """A supplier that is known."""
    run("partner", "add", "acme", "--name", "Acme")


@pytest.mark.contract("OP-01", "GW-19")
def test_a_client_that_was_added_is_listed_without_its_secret(run: Run, acme: None) -> None:
    added = run("client", "add", "app", "acme", "--feeds", "view_only", "--json").json
    assert (added["client_id"], added["partner"], len(added["secret"]) > 20) == ("app", "acme", True)
    listed = run("client", "list", "--json")
    assert added["secret"] not in listed.out
    row = listed.json[0]
    assert [row["client_id"], row["kind"], row["inventory"], row["feeds"]] == [
        "app",
        "supplier",
        "full_access",
        "view_only",
    ]
    assert run("client", "list", "--partner", "other", "--json").json == []


@pytest.mark.contract("GW-06")
def test_another_secret_is_another(run: Run, acme: None) -> None:
    first = run("client", "add", "app", "acme", "--json").json["secret"]
    second = run("client", "rotate", "app", "--json").json["secret"]
    assert len({first, second}) == 2


@pytest.mark.contract("GW-06")
def test_a_revoked_client_says_when_and_gets_no_other_secret(run: Run, acme: None) -> None:
    run("client", "add", "app", "acme")
    revoked_at = run("client", "revoke", "app", "--json").json["revoked_at"]
    assert run("client", "list", "--json").json[0]["revoked_at"] == revoked_at is not None
    refused = run("client", "rotate", "app")
    assert (refused.status, refused.out, refused.err.count("\n")) == (1, "", 1)


def test_a_scope_that_is_none_is_a_wrong_use(run: Run, acme: None) -> None:
    assert run("client", "add", "app", "acme", "--reports", "some").status == 2
