"""The transaction-history document's sandbox values, to the letter (TH-10)."""

from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import Client

# As the document prints them.
NEWEST_ROWS = [
    {"eventType": "LP", "eventQty": 3, "eventCreationTime": "2023-02-22T06:00:00", "aggregatedQty": 150},
    {"eventType": "POF", "eventQty": 4, "eventCreationTime": "2023-02-21T21:01:02", "aggregatedQty": 147},
    {"eventType": "LR", "eventQty": 5, "eventCreationTime": "2023-02-21T12:03:06", "aggregatedQty": 143},
    {"eventType": "PI", "eventQty": 6, "eventCreationTime": "2023-02-21T03:06:12", "aggregatedQty": 138},
    {"eventType": "BR", "eventQty": 7, "eventCreationTime": "2023-02-20T18:10:20", "aggregatedQty": 132},
    {"eventType": "LP", "eventQty": 8, "eventCreationTime": "2023-02-20T09:15:30", "aggregatedQty": 125},
]


def without_times(body: dict[str, Any]) -> dict[str, Any]:
    """The errors of a body, time stamps aside."""
    return {"errors": [{name: value for name, value in one.items() if name != "timestamp"} for one in body["errors"]]}


def bad_request(field: str, message: str) -> dict[str, Any]:
    return {"errors": [{"fieldName": field, "message": message, "status": "BAD_REQUEST"}]}


@pytest.mark.contract("TH-10", "SB-03", "SB-04")
async def test_the_newest_rows_are_those_of_the_document(sandbox: Client) -> None:
    body = (await sandbox.history("00044444444444", eventType="ALL")).json()
    assert (body["supplier"], body["storeNbr"], body["gtin"]) == ("Awesome Company", 45, "00044444444444")
    assert body["eventHistory"][:6] == NEWEST_ROWS


@pytest.mark.contract("TH-10", "SB-04")
async def test_another_suppliers_gtin_is_not_mapped(sandbox: Client) -> None:
    answer = await sandbox.history("00082233344455", store="30")
    assert answer.status_code == 404
    assert without_times(answer.json()) == {
        "errors": [
            {
                "instance": "/store/30/gtin/00082233344455/transactionHistory",
                "message": "The requested GTIN is not mapped to the Supplier.",
                "status": "NOT_FOUND",
            }
        ]
    }


@pytest.mark.contract("TH-10", "SB-04")
@pytest.mark.parametrize("gtin", ["00088888888888", "00099999999999"])
async def test_a_mapped_gtin_without_events_has_no_data(sandbox: Client, gtin: str) -> None:
    answer = await sandbox.history(gtin)
    assert answer.status_code == 404
    assert without_times(answer.json()) == {
        "errors": [
            {
                "instance": f"/store/45/gtin/{gtin}/transactionHistory",
                "message": "Data not found for the given request parameters.",
                "status": "NOT_FOUND",
            }
        ]
    }


@pytest.mark.contract("TH-10", "SB-04")
async def test_the_bad_requests_are_answered_as_the_document_says(sandbox: Client) -> None:
    answers: list[tuple[httpx.Response, dict[str, Any]]] = [
        (await sandbox.history("00044444444444", store="-45"), bad_request("storeNbr", "Invalid storeNbr.")),
        (await sandbox.history("-00044444444444"), bad_request("gtin", "Invalid GTIN.")),
        (await sandbox.history("00044444444444", eventType="123"), bad_request("eventType", "Invalid eventType.")),
        (
            await sandbox.history("00044444444444", startDate="2023-02-25"),
            bad_request("startDate", "Start date cannot be greater than end date"),
        ),
    ]
    for answer, expected in answers:
        assert (answer.status_code, without_times(answer.json())) == (400, expected)
