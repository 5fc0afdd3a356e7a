"""The cells of the files beside the sums: texts, forms, and what the legacy file leaves out (RC-08, RC-17, RC-23)."""

import csv
from io import StringIO

import pytest

from onhand.settlement.legacy import COLUMNS, legacy_csv
from onhand.settlement.statement import StatementForm
from tests.settlement.books import EXAMPLE, SALE, Books, amounts, whole

pytestmark = pytest.mark.contract("RC-08", "RC-10", "RC-15", "RC-17")

FACTS = {
    "partnerOrder": "P-7",
    "sku": "LAMP-1",
    "gtin": "00614141100026",
    "itemName": 'Lamp, 12" tall',
    "taxCode": "2038710",
    "productType": "Desk Lamps",
    "ownCategory": "Lighting",
    "commissionRule": "FLEX-9",
    "shippingMethod": "Marketplace standard",
    "shipToState": "CA",
    "shipToCity": "Fresno",
    "shipToZip": "00501",
}


@pytest.mark.contract("RC-23")
async def test_every_legacy_column_holds_what_it_is_called(books: Books) -> None:
    gifts = {
        "giftWrap": "2.00",
        "giftWrapTax": "0.16",
        "giftWrapQuantity": 1,
        "productFee": "0.50",
        "feeWithheld": True,
    }
    await books.post("sale", **EXAMPLE, **FACTS, **gifts)
    (row,) = await books.legacy(await books.report())
    named = {number: cell for number, cell in enumerate(row) if cell not in ("", "0.00")}
    assert named == {
        1: "200001",
        2: "1",
        3: "100001",
        4: "1",
        5: "P-7",
        6: "SALE",
        7: "03/05/2026",
        8: "1",
        9: "LAMP-1",
        10: "00614141100026",
        11: 'Lamp, 12" tall',
        12: "2038710",
        15: "CA",
        18: "Fresno",
        19: "00501",
        20: "Marketplace standard",
        21: "62.06",  # 55 + 0.50 + 2 + 4.56
        22: "48.75",  # 46.75 and the gift wrap; fee and taxes are withheld
        23: "8.25",
        24: "15",
        25: "55.00",
        28: "5.00",
        31: "5.00",
        32: "0.50",
        35: "0.50",
        36: "1",
        37: "2.00",
        40: "2.00",
        41: "4.00",
        42: "0.40",
        43: "0.16",
        45: "8",  # 4.56 of 57.00
        54: "4.56",
        55: "Y",
        60: "Lighting",
        61: "Home & Garden",
        62: "Desk Lamps",
        63: "FLEX-9",
        66: "Y",
        67: "Seller Fulfilled",
    }


@pytest.mark.contract("RC-23")
async def test_gift_wrap_and_a_withheld_fee_have_rows_of_their_own(books: Books) -> None:
    await books.post("sale", **SALE, giftWrap="2.00", giftWrapTax="0.16", productFee="0.50", feeWithheld=True)
    _, *rows = await books.v1(await books.report())
    assert [(row["Amount Type"], row["Amount"]) for row in rows[1:-1]] == [
        ("Gift wrap", "2.00"),
        ("Gift wrap tax", "0.16"),
        ("Gift wrap tax withheld", "-0.16"),
        ("Other tax (Fees)", "0.50"),
        ("Other tax withheld", "-0.50"),
    ]


async def test_an_item_s_texts_stand_on_every_row_of_its_sale(books: Books) -> None:
    await books.post("sale", **EXAMPLE, **FACTS)
    _, *rows = await books.v1(await books.report())
    shown = {
        (row["Partner Item Id"], row["Partner GTIN"], row["Partner Item Name"], row["Commission Rule"]) for row in rows
    }
    assert shown == {("LAMP-1", "00614141100026", 'Lamp, 12" tall', "FLEX-9")}
    places = {
        (row["Ship to State"], row["Ship to City"], row["Ship to Zipcode"], row["Shipping Method"]) for row in rows
    }
    assert places == {("CA", "Fresno", "00501", "Marketplace standard")}


@pytest.mark.contract("DS-28")
async def test_no_text_of_a_seller_or_a_customer_is_a_formula_and_amounts_stay_numbers(books: Books) -> None:
    texts = {"itemName": '=HYPERLINK("http://x","y")', "shipToCity": "@SUM(A1)", "sku": "-7", "partnerOrder": "+1"}
    await books.post("sale", **{**EXAMPLE, "purchaseOrder": "=1+1", **texts})
    await books.post("refund", purchaseOrder="=1+1", purchaseOrderLine="1", reason="=2")
    await books.post("fee", description="WFS StorageFee", amount="-3.21")
    statement = await books.report()
    v1, (sale, refund) = await books.v1(statement), await books.legacy(statement)
    names = ("Purchase Order #", "Partner Item Name", "Ship to City", "Partner Item Id")
    assert [v1[1][name] for name in names] == ["'=1+1", "'" + texts["itemName"], "'@SUM(A1)", "'-7"]
    assert [sale[number] for number in (3, 11, 18, 9, 5)] == [*(v1[1][name] for name in names), "'+1"]
    assert (v1[0]["Total Payable"], v1[-1]["Amount"]) == ("-3.21", "-3.21")
    assert (refund[22], refund[65]) == ("-46.75", "'=2")


async def test_the_form_that_is_set_drops_the_count_and_takes_the_document_s_words(books: Books) -> None:
    await books.post("sale", **SALE)
    await books.post("refund", purchaseOrder="100001", purchaseOrderLine="1")
    await books.post("fee", description="WFS StorageFee", amount="-1")
    statement = await books.report(StatementForm(counts_lines=False, document_words=True, processor="Acme Bank"))
    _, summary, *rows = list(csv.reader(StringIO((await whole(statement.csv(books.database))).decode())))
    assert summary[6:8] == ["PaymentSummary", "Deposited in Acme Bank account"]
    assert [row[6] for row in rows] == ["SALE", "SALE", "REFUNDED", "REFUNDED", "ADJMNT"]


@pytest.mark.contract("RC-20")
async def test_the_legacy_file_leaves_out_fees_and_shows_adjustments_beside_the_payable_column(books: Books) -> None:
    await books.post("fee", description="WFS StorageFee", amount="-1")
    await books.post("advertising", description="SEM Marketing", amount="-2", campaign="Spring")
    await books.post("adjustment", description="Walmart Shipping Label Service Charge", amount="-3")
    await books.post("adjustment", description="Shipping Protection Claim Payout", amount="4.50", purchaseOrder="9")
    statement = await books.report()
    (row,) = await books.legacy(statement)
    assert (row[3], row[6], row[21], row[22]) == ("9", "ADJMNT", "4.50", "0.00")
    assert (row[56], row[57]) == ("Shipping Protection Claim Payout", "SHIPPING_PROTECTION_CLAIM_PAYOUT")
    _, *rows = await books.v1(statement)
    assert [row["Campaign Id"] for row in rows] == ["", "Spring", "", ""]


async def test_a_refund_of_very_many_units_is_written_some_rows_at_a_time(books: Books) -> None:
    await books.post("sale", **{**SALE, "quantity": 5_000})
    await books.post("refund", purchaseOrder="100001", purchaseOrderLine="1")
    chunks = [chunk async for chunk in legacy_csv(await books.report(), books.database)]
    assert sum(chunk.count(b"\n") for chunk in chunks) == 1 + 1 + 5_000
    assert max(chunk.count(b"\n") for chunk in chunks) <= 1_000


@pytest.mark.contract("RC-18")
async def test_commission_is_the_rate_of_the_sales_where_one_rate_holds_and_nothing_is_promoted(books: Books) -> None:
    await books.post("sale", **{**SALE, "productPrice": "33.33", "shipping": "6.67", "fundedSavings": "1.20"})
    await books.post("sale", **{**SALE, "purchaseOrder": "2", "productPrice": "0.10", "shipping": "0.10"})
    statement = await books.report()
    shown = [(row[25], row[24], row[23]) for row in await books.legacy(statement)]
    # 15% of 41.20, of which 5.18 are on 34.53; and of 0.20, of which 1.5 cents are on each 0.10.
    assert shown == [("41.20", "15", "6.18"), ("0.20", "15", "0.03")]
    parts = [pair for pair in amounts((await books.v1(statement))[1:]) if pair[0].startswith("Commission")]
    assert [amount for _, amount in parts] == ["-5.18", "-1.00", "-0.02", "-0.01"]


def test_there_are_67_columns_in_the_document_s_order() -> None:
    assert len(COLUMNS) == 67
    numbered = dict(enumerate(COLUMNS, 1))
    assert (numbered[22], numbered[26], numbered[33]) == (
        "Payable to Partner from Sale",
        "Refunded Retail Sales",
        "Gross Fee Refunded",
    )
    assert (numbered[46], numbered[54], numbered[58]) == (
        "Tax on Refunded Sales",
        "Total NET Tax Collected",
        "Original Item price",
    )
