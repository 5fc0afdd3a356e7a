"""Onboarding by command."""

from pathlib import Path

import pytest

from onhand.sandbox.credentials import credentials, supplier_public_key
from tests.cli.conftest import Run

CONSUMER = "7c8b1a52-2f0e-4d8c-9d1e-1f5a1b2c3d4e"


@pytest.fixture
def acme(run: Run) -> str:
    """A supplier with a consumer."""
    assert run("partner", "add", "acme", "--name", "Acme Foods").status == 0
    assert run("partner", "consumer", "add", "acme", CONSUMER).status == 0
    return "acme"


@pytest.fixture
def public_key(run: Run) -> str:
    """The file of a public key."""
    return str(run("keys", "generate", "acme", "--json").json["public_key"])


@pytest.mark.contract("OP-01")
def test_partners_are_listed_by_kind(run: Run, acme: str) -> None:
    run("partner", "add", "data-house", "--name", "Data House", "--kind", "provider")
    listed = run("partner", "list", "--kind", "provider", "--json").json
    assert listed == [{"kind": "provider", "code": "data-house", "name": "Data House"}]


def test_a_code_that_is_taken_is_refused_with_who_has_it(run: Run, acme: str) -> None:
    ran = run("partner", "add", acme, "--name", "Another")
    assert (ran.status, "“acme” is the supplier “Acme Foods” already" in ran.err) == (1, True)


@pytest.mark.contract("OP-01", "SG-06")
def test_a_provider_is_associated_with_a_supplier_and_nobody_else(run: Run, acme: str) -> None:
    run("partner", "add", "data-house", "--name", "Data House", "--kind", "provider")
    assert run("partner", "associate", "data-house", acme).status == 0
    assert run("partner", "associate", acme, "data-house").status == 1
    assert run("partner", "dissociate", "data-house", acme).status == 0


@pytest.mark.contract("OP-01", "SG-04")
def test_several_versions_of_a_key_are_live_until_they_are_revoked(run: Run, acme: str, public_key: str) -> None:
    for version in ("1", "2"):
        assert run("partner", "key", "add", CONSUMER, public_key, "--key-version", version).status == 0
    assert run("partner", "key", "revoke", CONSUMER, "--key-version", "1").status == 0
    listed = run("partner", "key", "list", CONSUMER, "--json").json
    assert [(key["key_version"], key["revoked_at"] is None) for key in listed] == [("1", False), ("2", True)]


@pytest.mark.contract("SG-04")
def test_a_private_key_given_for_a_public_one_is_refused(run: Run, acme: str, public_key: str) -> None:
    ran = run("partner", "key", "add", CONSUMER, public_key.replace("public", "private"))
    assert (ran.status, "This is a private key" in ran.err) == (1, True)


def test_a_key_file_that_is_not_there_is_told_in_one_line(run: Run, acme: str) -> None:
    ran = run("partner", "key", "add", CONSUMER, "nowhere.pem")
    assert (ran.status, ran.err.count("\n")) == (1, 1)


def test_the_consumers_of_a_partner_are_listed(run: Run, acme: str) -> None:
    assert run("partner", "consumer", "list", "--partner", acme, "--json").json == [
        {"consumer_id": CONSUMER, "partner": acme}
    ]


@pytest.mark.contract("OP-01")
def test_an_operator_client_gets_a_token_that_is_shown_once(run: Run, tmp_path: Path) -> None:
    added = run("partner", "operator", "add", "registers", "--json").json
    assert (added["client_id"], added["source"], len(added["token"])) == ("registers", "registers", 43)
    assert added["token"] not in run("partner", "operator", "list").out
    assert added["token"].encode() not in (tmp_path / "onhand.db").read_bytes()


def test_an_operator_client_that_was_revoked_stays_in_the_list(run: Run) -> None:
    run("partner", "operator", "add", "registers")
    assert run("partner", "operator", "revoke", "registers").status == 0
    (client,) = run("partner", "operator", "list", "--json").json
    assert client["revoked_at"] is not None


def test_lists_of_what_nobody_knows_are_refused(run: Run, acme: str) -> None:
    keys = run("partner", "key", "list", "nobody")
    assert (keys.status, "no consumer has the id “nobody”" in keys.err) == (1, True)
    consumers = run("partner", "consumer", "list", "--partner", "nobody")
    assert (consumers.status, "no partner has the code “nobody”" in consumers.err) == (1, True)


def test_lists_of_those_who_have_nothing_are_empty(run: Run, acme: str) -> None:
    run("partner", "add", "bare", "--name", "Bare")
    assert run("partner", "key", "list", CONSUMER).out == "No keys.\n"
    assert run("partner", "consumer", "list", "--partner", "bare").out == "No consumers.\n"


@pytest.mark.contract("SB-02")
def test_a_sandboxs_credentials_are_refused_under_any_id(run: Run, acme: str, tmp_path: Path) -> None:
    known, file = credentials(), tmp_path / "public.pem"
    file.write_text(supplier_public_key(), encoding="ascii")
    for words, said in (
        (["partner", "key", "add", CONSUMER, str(file)], "The private half of this key"),
        (["partner", "consumer", "add", acme, known.supplier.consumer_id], "This consumer id"),
        (["client", "add", known.vendor.client_id, acme], "This client id"),
    ):
        ran = run(*words)
        assert (ran.status, f"{said} is that of every sandbox" in ran.err, ran.err.count("\n")) == (1, True, 1)
