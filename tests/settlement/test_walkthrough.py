"""The order that docs/explanation/settlement.md follows from sale to payout comes to what the page says."""

from pathlib import Path

import pytest

from tests.settlement.books import EXAMPLE, Books, amounts, whole

pytestmark = pytest.mark.contract("RC-21", "RC-22")

PAGE = (Path(__file__).parents[2] / "docs" / "explanation" / "settlement.md").read_text(encoding="utf-8")


async def test_the_order_of_the_explanation_comes_to_what_it_says(books: Books) -> None:
    await books.post("sale", **EXAMPLE)
    line = {"purchaseOrder": "100001", "purchaseOrderLine": "1"}
    await books.post("refund", **line, description="Keep-it refund", productPrice="20.00")
    await books.post("fee", description="WFS StorageFee", cubicFeet="2.5")
    statement = await books.report()
    summary, *rows = await books.v1(statement)
    assert amounts(rows[8:]) == [
        ("Product Price", "-20.00"),
        ("Product tax", "-1.60"),
        ("Product tax withheld", "1.60"),
        ("Commission on Product", "3.00"),
        ("WFS Fee/Reimbursement", "-1.88"),
    ]
    assert summary["Total Payable"] == "27.87"
    lines = (await whole(statement.csv(books.database))).decode().splitlines()
    assert lines[1] == "Number of Lines in file 14"
    assert lines[1] in PAGE
    assert lines[2][:31] == "02/21/2026,03/06/2026,27.87,USD"
    assert lines[2][:31] in PAGE
    assert lines[-1].split(",")[4] == "2026_03_06_3"
