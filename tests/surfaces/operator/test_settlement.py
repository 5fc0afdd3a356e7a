"""The settlement over HTTP: what is told, what became of it, periods and their proofs."""

from typing import Any

import pytest

from onhand.settlement.entries import ChargeEntry
from onhand.store.queries import Query
from onhand.surfaces.operator.money_bodies import EXAMPLES, FORMS
from tests.settlement.books import EXAMPLE, SALE, SELLER
from tests.surfaces.operator.desk import Desk, faults

pytestmark = pytest.mark.contract("OP-07", "OP-04")

PROOF = f"/settlement/sellers/{SELLER}/periods/2026-03-10/proof"


@pytest.fixture
async def seller(desk: Desk) -> Desk:
    """A desk that knows the seller."""
    added = await desk.post("/partners", {"kind": "seller", "code": SELLER, "name": "Seller"})
    assert added.status_code == 200, added.text
    return desk


async def tell(desk: Desk, name: str, *entries: Any) -> Any:
    answer = await desk.post(f"/settlement/{name}", {name: list(entries)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def example(verb: Any) -> dict[str, str]:
    entry, _ = EXAMPLES[verb]
    assert isinstance(entry, ChargeEntry)
    named = {"eventId": entry.event_id, "partner": SELLER}
    return {**named, "description": entry.description, "amount": str(entry.amount)}


def sale(event_id: str, **more: Any) -> dict[str, Any]:
    return {**EXAMPLE, "eventId": event_id, "partner": SELLER, **more}


async def test_each_entry_has_its_outcome(seller: Desk) -> None:
    found = await tell(
        seller, "sales", sale("1"), sale("1"), sale("2", productPrice="-1"), {"eventId": "3", "partner": SELLER}
    )
    assert [found[name] for name in ("accepted", "duplicate", "refused")] == [1, 1, 2]
    accepted, duplicate, negative, incomplete = found["results"]
    assert accepted == {
        "position": 1,
        "status": "accepted",
        "eventId": "1",
        "transactionKey": "2026_03_06_1",
        "amount": "46.75",
        "currency": "USD",
    }
    assert duplicate == {"position": 2, "status": "duplicate", "eventId": "1"}
    assert (negative["code"], negative["field"]) == ("negative_amount", "productPrice")
    assert (incomplete["eventId"], incomplete["code"], incomplete["field"]) == ("3", "invalid_field", "customerOrder")


async def test_the_source_is_the_client_s_own(seller: Desk) -> None:
    await tell(seller, "fees", {"eventId": "f", "partner": SELLER, "description": "Misc Invoices", "amount": "-1"})
    asked = Query("sources", *["SELECT source FROM money_event"] * 2)
    assert await seller.database.all(asked) == [("tills",)]


@pytest.mark.parametrize("verb", [verb for verb, form in FORMS.items() if form[2] is ChargeEntry])
async def test_the_example_of_each_charge_is_accepted(seller: Desk, verb: Any) -> None:
    if verb == "release":
        await tell(seller, "reserves", example("reserve"))
    found = await tell(seller, FORMS[verb][0], example(verb))
    assert found["results"][0]["amount"] == EXAMPLES[verb][1].results[0].amount


@pytest.mark.parametrize("written", ["1_0", " 5 ", "5.", ".5", "+5", "1e1", "\u0661", "NaN", ""])
async def test_an_amount_that_is_no_plain_number_is_refused(seller: Desk, written: str) -> None:
    found = await tell(seller, "sales", sale("1", productTax=written), sale("2", purchaseOrder="2", productTax="5.0"))
    refused, accepted = found["results"]
    assert (refused["code"], refused["field"]) == ("invalid_field", "productTax")
    assert accepted["status"] == "accepted"


async def test_a_measure_that_is_no_plain_number_is_refused(seller: Desk) -> None:
    package = {"weightPounds": "1_0", "lengthInches": 1, "widthInches": 1, "heightInches": 1}
    entry = {**sale("1", fulfilment="wfs", package=package), "shipping": 0, "shippingTax": 0}
    (refused,) = (await tell(seller, "sales", entry))["results"]
    assert (refused["code"], refused["field"]) == ("invalid_field", "package.weightPounds")


async def test_a_body_that_is_no_list_of_entries_is_refused_as_a_whole(seller: Desk) -> None:
    bodies: list[Any] = [{"sales": []}, {"sale": []}, []]
    for body in bodies:
        assert (await seller.post("/settlement/sales", body)).status_code == 422


async def test_a_list_that_is_too_long_is_refused_as_a_whole(seller: Desk) -> None:
    answer = await seller.post("/settlement/sales", {"sales": [{}] * 10_001})
    assert answer.status_code == 413


@pytest.mark.contract("RC-20", "RC-22")
async def test_the_proof_shows_that_a_period_adds_up(seller: Desk) -> None:
    await tell(seller, "sales", sale("1"), sale("2", purchaseOrder="2", commissionRate="10"))
    await tell(seller, "refunds", {"eventId": "r", "partner": SELLER, "purchaseOrder": "2", "purchaseOrderLine": "1"})
    await tell(seller, "fees", {"eventId": "f", "partner": SELLER, "description": "WFS StorageFee", "amount": "-1.50"})
    seller.clock.advance(14 * 86_400)
    assert (await seller.post("/settlement/close", None)).json() == {"closed": 1, "published": 1}
    proof = (await seller.get(PROOF)).json()
    assert proof["payable"] == proof["paid"] == "45.25"
    assert {each["where"]: each["amount"] for each in proof["residuals"]} == dict.fromkeys(
        ["report to payable", "payable to payout", "by amount type", "by fee", "by order", "legacy to v1"], "0.00"
    )
    assert (proof["orders"], proof["byOrder"], proof["withoutOrder"]) == (2, "46.75", "-1.50")
    assert (proof["legacy"], proof["salesAndRefunds"]) == ("46.75", "46.75")
    assert proof["commissionDifferences"] == [
        {
            "purchaseOrder": "2",
            "purchaseOrderLine": "1",
            "contractCategory": "Home & Garden",
            "rate": "10",
            "scheduled": "8.25",
            "charged": "5.50",
        }
    ]


async def test_an_open_period_can_be_proved_too(seller: Desk) -> None:
    await tell(seller, "sales", sale("1"))
    proof = (await seller.get(PROOF)).json()
    assert (proof["period"]["total"], proof["paid"]) == ("46.75", "0.00")
    assert {each["amount"] for each in proof["residuals"]} == {"0.00"}


@pytest.mark.contract("RC-22")
async def test_a_commission_that_was_waived_is_listed(seller: Desk) -> None:
    await tell(seller, "sales", {**SALE, "eventId": "1", "partner": SELLER, "commissionRate": 0})
    (difference,) = (await seller.get(PROOF)).json()["commissionDifferences"]
    assert (difference["scheduled"], difference["charged"]) == ("7.50", "0.00")


async def test_periods_are_listed_newest_first(seller: Desk) -> None:
    await tell(seller, "sales", sale("1"))
    seller.clock.advance(14 * 86_400)
    await tell(seller, "fees", {"eventId": "f", "partner": SELLER, "description": "WFS StorageFee", "amount": "-1.50"})
    await seller.post("/settlement/close", None)
    periods = (await seller.get(f"/settlement/sellers/{SELLER}/periods")).json()["periods"]
    assert [(each["firstDay"], each["rows"], each["total"]) for each in periods] == [
        ("2026-03-07", 1, "-1.50"),
        ("2026-02-21", 8, "46.75"),
    ]


async def test_what_is_not_there_is_not_found(seller: Desk) -> None:
    assert (await seller.get("/settlement/sellers/nobody/periods")).status_code == 404
    assert (await seller.get(PROOF)).status_code == 404
    bad = await seller.get(f"/settlement/sellers/{SELLER}/periods/never/proof")
    assert faults(bad, 400, "bad-parameters") == [("reportDate", "invalid_value")]
