"""Fulfilment centres, and movements in them, by command."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run

LISTED = {"node": "LAX1", "name": "Los Angeles 1", "reporting_zone": "America/Los_Angeles"}


@pytest.mark.contract("OP-01")
def test_a_centre_that_was_added_is_listed(run: Run) -> None:
    added = run("centre", "add", "LAX1", "--name", "Los Angeles 1", "--json").json
    assert added == {"node": "LAX1", "name": "Los Angeles 1", "new": True}
    assert run("centre", "add", "LAX1", "--name", "Los Angeles 1", "--json").json["new"] is False
    assert run("centre", "list", "--json").json == [LISTED]


def test_a_known_centre_keeps_its_name(run: Run) -> None:
    run("centre", "add", "LAX1")
    refused = run("centre", "add", "LAX1", "--name", "Elsewhere")
    said = "onhand: The centre “LAX1” is known already, by the name “Fulfilment centre LAX1”.\n"
    assert (refused.status, refused.err) == (1, said)


def test_no_centres_are_told_as_text_and_as_an_empty_list(run: Run) -> None:
    assert run("centre", "list").out == "No fulfilment centres yet: onhand centre add.\n"
    assert run("centre", "list", "--json").json == []


@pytest.mark.contract("OP-03", "OP-07")
def test_movements_are_loaded_from_a_table_and_the_ledger_agrees_with_itself(run: Run, tmp_path: Path) -> None:
    for centre in ("LAX1", "EWR1"):
        run("centre", "add", centre)
    run("partner", "add", "10000000001", "--name", "Seller", "--kind", "seller")
    (tmp_path / "items.csv").write_text("gtin,name\n00012345678905,Bottle\n")
    (tmp_path / "skus.csv").write_text("gtin,seller,sku\n00012345678905,10000000001,B-1\n")
    assert run("load", "items", "items.csv").status == 0
    assert run("load", "skus", "skus.csv").status == 0
    (tmp_path / "movements.csv").write_text(
        "eventId,eventType,node,partnerId,gtin,quantity,occurredAt,toNode,toInTransit,fromNode,fromInTransit\n"
        "r,RECEIVED,LAX1,10000000001,00012345678905,10,2024-05-01T10:00:00Z,,,,false\n"
        "t,TRANSFERRED,LAX1,10000000001,00012345678905,2,2024-05-02T10:00:00Z,EWR1,,,\n"
        "d,TRANSFERRED,LAX1,10000000001,00012345678905,3,2024-05-03T10:00:00Z,,true,,\n"
        "a,TRANSFERRED,EWR1,10000000001,00012345678905,3,2024-05-04T10:00:00Z,,,LAX1,TRUE\n"
        "x,TRANSFERRED,EWR1,10000000001,00012345678905,3,2024-05-04T10:00:00Z,,,LAX1,perhaps\n"
        "y,SOLD,EWR1,,00012345678905,-1,2024-05-04T10:00:00Z,,,,\n"
    )
    loaded = run("load", "events", "movements.csv", "--source", "wms", "--json")
    assert loaded.status == 1
    assert (loaded.json["accepted"], loaded.json["refused"]) == (4, 2)
    rejects = next(tmp_path.glob("*reject*")).read_text()
    assert "from.inTransit" in rejects
    assert "partnerId" in rejects
    assert run("ledger", "verify").status == 0
