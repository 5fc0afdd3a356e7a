"""What is told is posted once, balanced, and with the rows that the report shows."""

import pytest

from onhand.store.database import Database
from onhand.store.queries import Query
from tests.settlement.books import EXAMPLE, SALE, SELLER, Books, amounts

pytestmark = pytest.mark.contract("OP-07", "RC-21")


@pytest.mark.contract("RC-09", "RC-11", "RC-12", "RC-18")
async def test_the_worked_example_is_met_to_the_letter(books: Books) -> None:
    await books.post("sale", **EXAMPLE)
    statement = await books.report()
    summary, *rows = await books.v1(statement)
    assert amounts(rows) == [
        ("Product Price", "50.00"),
        ("Shipping", "5.00"),
        ("Product tax", "4.00"),
        ("Product tax withheld", "-4.00"),
        ("Shipping tax", "0.40"),
        ("Shipping tax withheld", "-0.40"),
        ("Commission on Product", "-7.50"),
        ("Commission on Shipping", "-0.75"),
    ]
    assert summary["Total Payable"] == "46.75"
    (legacy,) = await books.legacy(statement)
    shown = {number: legacy[number] for number in (21, 22, 23, 24, 25, 54, 55)}
    assert shown == {21: "59.40", 22: "46.75", 23: "8.25", 24: "15", 25: "55.00", 54: "4.40", 55: "Y"}


@pytest.mark.contract("RC-09", "RC-10", "RC-15")
async def test_the_three_real_rows_are_met_to_the_letter(books: Books) -> None:
    books.clock.now = 1_777_489_200_000_000  # 2026-04-29 12:00 Pacific
    item = {"contractCategory": "Automotive & Powersports", "purchaseOrder": "7", "purchaseOrderLine": "1"}
    label = {**item, "description": "Walmart Shipping Label Service Charge", "amount": "-8.23"}
    await books.post("adjustment", **label)
    await books.post("sale", **{**SALE, **item, "productPrice": "19.52"})
    _, *rows = await books.v1(await books.report())
    named = ("Transaction Key", "Transaction Posted Timestamp", "Transaction Type", "Transaction Description")
    columns = (*named, "Amount", "Amount Type", "Ship Qty", "Commission Rate", "Contract Category")
    shared = ("04/29/2026", "Sale", "Purchase")
    category = "Automotive & Powersports"
    charge = ("Adjustment", "Walmart Shipping Label Service Charge")
    assert [tuple(row[column] for column in columns) for row in rows] == [
        ("2026_04_30_1", "04/29/2026", *charge, "-8.23", "Fee/Reimbursement", "", "", category),
        ("2026_04_30_2", *shared, "19.52", "Product Price", "1", "", category),
        ("2026_04_30_2", *shared, "-2.34", "Commission on Product", "1", "12", category),
    ]


@pytest.mark.contract("OP-04")
async def test_what_is_told_again_counts_once(books: Books) -> None:
    told = {**EXAMPLE, "eventId": "sale-1"}
    first = await books.tell("sale", told, told)
    again = await books.tell("sale", {**told, "productPrice": 50, "shipping": "5"})
    assert [outcome.status for outcome in (*first, *again)] == ["accepted", "duplicate", "duplicate"]
    assert len(await books.v1(await books.report())) == 9


@pytest.mark.contract("OP-04")
async def test_an_id_with_other_content_is_a_conflict_and_the_first_stands(books: Books) -> None:
    await books.post("sale", **EXAMPLE, eventId="sale-1")
    assert await books.refusal("sale", **{**EXAMPLE, "productPrice": "51"}, eventId="sale-1") == ("conflict", "eventId")
    assert (await books.v1(await books.report()))[0]["Total Payable"] == "46.75"


async def test_ids_of_two_sources_are_two_events(books: Books) -> None:
    (first,) = await books.tell("sale", {**SALE, "eventId": "1"}, source="shop")
    (second,) = await books.tell("sale", {**SALE, "eventId": "1", "purchaseOrder": "2"}, source="till")
    assert (first.status, second.status) == ("accepted", "accepted")


async def test_every_side_of_a_sale_is_posted(books: Books) -> None:
    sale = {**EXAMPLE, "promotion": "2.00", "fundedSavings": "1.00", "productFee": "0.50", "feeWithheld": True}
    await books.post("sale", **sale)
    # The customer: 50 + 5 + 4 + 0.40 + 0.50 − 2. Commission: 15% of 51 and of 5.
    assert await balances(books.database) == {
        "commission": 840,
        "customer": -5790,
        "funded savings": -100,
        "payable": 4560,
        "product fees": 50,
        "tax": 440,
    }
    assert (await books.audit()).differences == ()


@pytest.mark.contract("RC-11")
async def test_tax_that_is_not_withheld_is_paid_to_the_seller(books: Books) -> None:
    await books.post("sale", **EXAMPLE, taxWithheld=False)
    statement = await books.report()
    _, *rows = await books.v1(statement)
    assert [row["Amount"] for row in rows if "tax" in row["Amount Type"]] == ["4.00", "0.40"]
    (legacy,) = await books.legacy(statement)
    assert (legacy[22], legacy[55]) == ("51.15", "N")


@pytest.mark.contract("RC-09")
async def test_what_the_operator_fulfils_has_a_fee_and_no_shipping(books: Books) -> None:
    package = {"weightPounds": 1.5, "lengthInches": 4, "widthInches": 4, "heightInches": 4}
    await books.post("sale", **{**SALE, "quantity": 2}, fulfilment="wfs", package=package)
    _, *rows = await books.v1(await books.report())
    shown = [(row["Transaction Type"], row["Transaction Description"], row["Amount"]) for row in rows]
    assert shown == [
        ("Sale", "Purchase", "50.00"),
        ("Sale", "Purchase", "-7.50"),
        ("Adjustment", "WFS Fulfillment fee", "-9.90"),  # 1.75 lb are 2: 4.95 each
    ]
    assert {row["Fulfillment Type"] for row in rows} == {"Walmart-fulfilled(WFS)"}
    assert len({row["Transaction Key"] for row in rows}) == 2


@pytest.mark.contract("RC-19")
async def test_a_price_that_the_programme_lowered_costs_the_seller_nothing(books: Books) -> None:
    await books.post("sale", **{**SALE, "productPrice": "48", "originalPrice": "50"})
    statement = await books.report()
    (legacy,) = await books.legacy(statement)
    assert (legacy[22], legacy[23], legacy[58], legacy[59]) == ("42.50", "5.50", "50.00", "7.50")


@pytest.mark.contract("RC-10")
@pytest.mark.parametrize(
    ("verb", "description", "amount", "kind", "amount_type"),
    [
        ("fee", "WFS StorageFee", "-1.50", "Service Fee", "WFS Fee/Reimbursement"),
        ("advertising", "SEM Marketing", "-20", "Campaigns", "SEM Marketing Fee"),
        ("reserve", "Funds withheld to cover future refunds", "-100", "Reserve", "Fee/Reimbursement"),
        ("dispute", "Dispute Settlement", "12.34", "Dispute Settlement", "Fee/Reimbursement"),
        ("adjustment", "WFS LostInventory", "9.99", "Adjustment", "WFS Inventory Fee/Reimbursement"),
    ],
)
async def test_each_charge_has_its_type_and_its_other_side(
    books: Books, verb: str, description: str, amount: str, kind: str, amount_type: str
) -> None:
    await books.post(verb, description=description, amount=amount)
    _, row = await books.v1(await books.report())
    assert (row["Transaction Type"], row["Transaction Description"]) == (kind, description)
    assert row["Amount Type"] == amount_type
    assert (await books.audit()).differences == ()


async def test_what_was_held_back_is_given_back(books: Books) -> None:
    await books.post("reserve", description="Funds withheld to cover future refunds", amount="-100")
    await books.post("release", description="Reserve credited back", amount="100")
    _, *rows = await books.v1(await books.report())
    assert [(row["Transaction Type"], row["Amount Type"], row["Amount"]) for row in rows] == [
        ("Reserve", "Fee/Reimbursement", "-100.00"),
        ("Release Reserve", "Fee/Reimbursement", "100.00"),
    ]
    assert (await books.audit()).differences == ()


async def test_no_more_is_given_back_than_was_held_back(books: Books) -> None:
    await books.post("reserve", description="Funds withheld to cover future refunds", amount="-100")
    released = {"description": "Reserve credited back"}
    outcomes = await books.tell("release", *({**released, "amount": amount} for amount in ("100.01", "60", "40.01")))
    assert [outcome.status for outcome in outcomes] == ["refused", "accepted", "refused"]
    assert outcomes[0].refusal is not None
    assert (outcomes[0].refusal.code, outcomes[0].refusal.field) == ("above_what_is_left", "amount")
    await books.post("release", **released, amount="40")
    assert await books.refusal("release", **released, amount="0.01") == ("above_what_is_left", "amount")


async def test_a_storage_fee_follows_from_the_volume(books: Books) -> None:
    await books.post("fee", description="WFS StorageFee", cubicFeet="2.5")  # 0.75 a cubic foot
    _, row = await books.v1(await books.report())
    assert row["Amount"] == "-1.88"


async def test_a_fee_that_follows_from_sizes_is_known_in_dollars_alone(books: Books) -> None:
    package = dict.fromkeys(("weightPounds", "lengthInches", "widthInches", "heightInches"), 1)
    whole = {**SALE, "currency": "JPY", "fulfilment": "wfs"}
    assert await books.refusal("sale", **whole, package=package) == ("no_fee", "package")
    stored = {"description": "WFS StorageFee", "currency": "JPY"}
    assert await books.refusal("fee", **stored, cubicFeet="2.5") == ("no_fee", "cubicFeet")
    await books.post("sale", **whole, fulfilmentFee=500)
    await books.post("fee", **stored, amount=-280)


async def test_a_correction_is_linked_to_what_it_corrects(books: Books) -> None:
    await books.post("fee", description="Misc Invoices", amount="-5", eventId="fee")
    await books.post("fee", description="Misc Invoices", amount="5", eventId="mended", corrects="fee")
    query = Query("corrects", *["SELECT corrects FROM money_posting ORDER BY posting_no"] * 2)
    assert await books.database.all(query) == [(None,), (1,)]
    assert await books.refusal("fee", description="Misc Invoices", amount="5", corrects="other") == (
        "unknown_event",
        "corrects",
    )


@pytest.mark.parametrize(
    ("entry", "code", "field"),
    [
        ({"productPrice": "-1"}, "negative_amount", "productPrice"),
        ({"productPrice": "1.005"}, "invalid_amount", "productPrice"),
        ({"productPrice": "NaN"}, "invalid_amount", "productPrice"),
        ({"productPrice": "sNaN"}, "invalid_amount", "productPrice"),
        ({"promotion": "-sNaN"}, "invalid_amount", "promotion"),
        ({"productPrice": "50." + "0" * 30 + "1"}, "invalid_amount", "productPrice"),
        ({"productPrice": "1e17"}, "invalid_amount", "productPrice"),
        ({"currency": "usd"}, "invalid_currency", "currency"),
        ({"quantity": 0}, "invalid_quantity", "quantity"),
        ({"purchaseOrder": ""}, "invalid_purchaseOrder", "purchaseOrder"),
        ({"itemName": "x" * 257}, "invalid_text", "itemName"),
        ({"itemName": "Lamp\n"}, "invalid_text", "itemName"),
        ({"purchaseOrder": "PO\N{NO-BREAK SPACE}1"}, "invalid_purchaseOrder", "purchaseOrder"),
        ({"gtin": "12"}, "invalid_gtin", "gtin"),
        ({"contractCategory": "Groceries"}, "unknown_category", "contractCategory"),
        ({"postedAt": "2026-03-05T13:00:00Z"}, "in_the_future", "postedAt"),
        ({"partner": "nobody"}, "unknown_seller", "partner"),
        ({"fulfilment": "wfs"}, "missing_fee", "fulfilmentFee"),
        ({"fulfilment": "wfs", "shipping": 1, "fulfilmentFee": 1}, "no_shipping", "shipping"),
        ({"fulfilmentFee": 1}, "no_fulfilment_fee", "fulfilmentFee"),
        ({"commissionRate": 101}, "invalid_rate", "commissionRate"),
        ({"commissionRate": "9E+999999"}, "invalid_rate", "commissionRate"),
        ({"commissionRate": "15." + "0" * 30 + "1"}, "invalid_rate", "commissionRate"),
        ({"originalPrice": 49}, "invalid_amount", "originalPrice"),
        ({"originalPrice": 80}, "adjustment_too_large", "originalPrice"),
    ],
)
async def test_a_sale_that_can_not_be_is_refused(books: Books, entry: dict[str, object], code: str, field: str) -> None:
    assert await books.refusal("sale", **{**SALE, **entry}) == (code, field)


async def test_a_name_that_was_copied_keeps_its_spaces_that_do_not_break(books: Books) -> None:
    await books.post("sale", **SALE, itemName="Desk\N{NO-BREAK SPACE}lamp")
    _, row, *_ = await books.v1(await books.report())
    assert row["Partner Item Name"] == "Desk\N{NO-BREAK SPACE}lamp"


async def test_a_line_is_sold_once(books: Books) -> None:
    await books.post("sale", **SALE)
    assert await books.refusal("sale", **SALE) == ("already_sold", "purchaseOrderLine")


async def test_a_seller_has_one_currency(books: Books) -> None:
    await books.post("sale", **SALE)
    assert await books.refusal("sale", **{**SALE, "purchaseOrder": "2"}, currency="CAD") == (
        "other_currency",
        "currency",
    )


async def test_a_currency_without_cents_is_settled_in_whole_units(books: Books) -> None:
    await books.post("sale", **{**SALE, "productPrice": "5000"}, currency="JPY")
    summary, *rows = await books.v1(await books.report())
    assert (summary["Total Payable"], summary["Currency"], rows[0]["Amount"]) == ("4250", "JPY", "5000")


async def test_a_charge_has_the_sign_that_it_is_of(books: Books) -> None:
    assert await books.refusal("fee", description="WFS StorageFee", amount="1") == ("wrong_sign", "amount")
    assert await books.refusal("reserve", description="WFS StorageFee", amount="-1") == (
        "unknown_description",
        "description",
    )


async def test_a_bad_entry_leaves_the_others_standing(books: Books) -> None:
    outcomes = await books.tell("sale", {**SALE, "productPrice": "-1"}, SALE, {**SALE, "partner": "nobody"})
    assert [outcome.status for outcome in outcomes] == ["refused", "accepted", "refused"]


async def test_what_is_refused_leaves_no_trace(books: Books) -> None:
    await books.refusal("refund", purchaseOrder="1", purchaseOrderLine="1")
    for table in ("seller_account", "money_event", "money_posting", "settlement_period"):
        assert await books.database.all(Query("all", *[f"SELECT * FROM {table}"] * 2)) == []


async def test_a_seller_s_numbers_are_its_own(books: Books, database: Database) -> None:
    other = await Books(database, books.clock, "other").open()
    await books.post("sale", **SALE, partner=SELLER)
    outcome = await other.post("sale", **SALE)
    assert outcome.posted is not None
    assert outcome.posted.transaction_key == "2026_03_06_1"


async def balances(database: Database) -> dict[str, int]:
    rows = await database.all(Query("balances", *["SELECT account, amount FROM money_balance ORDER BY account"] * 2))
    return dict(rows)
