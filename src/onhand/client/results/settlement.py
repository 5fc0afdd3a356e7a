"""What a marketplace seller is paid for, line by line (RC). Money and rates are exact; cells that are empty are None.

The attributes are the columns of the document's files: `Customer Order #` is `customer_order`. Ids are texts and keep
their zeros; days are as the file prints them, MM/DD/YYYY.
"""

from decimal import Decimal

import msgspec


class ReportDates(msgspec.Struct, frozen=True, rename="camel"):
    """The dates for which there is a file, as the contract writes them (MMDDYYYY), newest first."""

    available_ap_report_dates: tuple[str, ...] = ()


class SettlementRow(msgspec.Struct, frozen=True, kw_only=True):
    """One amount, signed by its effect on what the seller is owed; or the summary, with the total payable (RC-08)."""

    period_start_date: str | None = None
    period_end_date: str | None = None
    total_payable: Decimal | None = None
    currency: str | None = None
    transaction_key: str | None = None
    transaction_posted_timestamp: str | None = None
    transaction_type: str | None = None
    transaction_description: str | None = None
    customer_order: str | None = None
    customer_order_line: str | None = None
    purchase_order: str | None = None
    purchase_order_line: str | None = None
    amount: Decimal | None = None
    amount_type: str | None = None
    ship_qty: Decimal | None = None
    commission_rate: Decimal | None = None
    transaction_reason_description: str | None = None
    partner_item_id: str | None = None
    partner_gtin: str | None = None
    partner_item_name: str | None = None
    product_tax_code: str | None = None
    ship_to_state: str | None = None
    ship_to_city: str | None = None
    ship_to_zipcode: str | None = None
    contract_category: str | None = None
    product_type: str | None = None
    commission_rule: str | None = None
    shipping_method: str | None = None
    fulfillment_type: str | None = None
    campaign_id: str | None = None

    @property
    def is_summary(self) -> bool:
        """Whether it is the row with the total, which is no amount itself."""
        return self.transaction_type == "PaymentSummary"


class LegacyRow(msgspec.Struct, frozen=True, kw_only=True):
    """One event of an order's line in the legacy file: its 67 columns in the document's order (RC-17)."""

    walmart_com_order: str | None = None
    walmart_com_order_line: str | None = None
    walmart_com_po: str | None = None
    walmart_com_p_o_line: str | None = None
    partner_order: str | None = None
    transaction_type: str | None = None
    transaction_date_time: str | None = None
    shipped_qty: Decimal | None = None
    partner_item_id: str | None = None
    partner_gtin: str | None = None
    partner_item_name: str | None = None
    product_tax_code: str | None = None
    shipping_tax_code: str | None = None
    gift_wrap_tax_code: str | None = None
    ship_to_state: str | None = None
    ship_to_county: str | None = None
    county_code: str | None = None
    ship_to_city: str | None = None
    zip_code: str | None = None
    shipping_method: str | None = None
    total_tender_to_from_customer: Decimal | None = None
    payable_to_partner_from_sale: Decimal | None = None
    commission_from_sale: Decimal | None = None
    commission_rate: Decimal | None = None
    gross_sales_revenue: Decimal | None = None
    refunded_retail_sales: Decimal | None = None
    sales_refund_for_escalation: Decimal | None = None
    gross_shipping_revenue: Decimal | None = None
    gross_shipping_refunded: Decimal | None = None
    shipping_refund_for_escalation: Decimal | None = None
    net_shipping_revenue: Decimal | None = None
    gross_fee_revenue: Decimal | None = None
    gross_fee_refunded: Decimal | None = None
    fee_refund_for_escalation: Decimal | None = None
    net_fee_revenue: Decimal | None = None
    gift_wrap_quantity: Decimal | None = None
    gross_gift_wrap_revenue: Decimal | None = None
    gross_gift_wrap_refunded: Decimal | None = None
    gift_wrap_refund_for_escalation: Decimal | None = None
    net_gift_wrap_revenue: Decimal | None = None
    tax_on_sales_revenue: Decimal | None = None
    tax_on_shipping_revenue: Decimal | None = None
    tax_on_gift_wrap_revenue: Decimal | None = None
    tax_on_fee_revenue: Decimal | None = None
    effective_tax_rate: Decimal | None = None
    tax_on_refunded_sales: Decimal | None = None
    tax_on_shipping_refund: Decimal | None = None
    tax_on_gift_wrap_refund: Decimal | None = None
    tax_on_fee_refund: Decimal | None = None
    tax_on_sales_refund_for_escalation: Decimal | None = None
    tax_on_shipping_refund_for_escalation: Decimal | None = None
    tax_on_gift_wrap_refund_for_escalation: Decimal | None = None
    tax_on_fee_refund_for_escalation: Decimal | None = None
    total_net_tax_collected: Decimal | None = None
    tax_withheld: str | None = None
    adjustment_description: str | None = None
    adjustment_code: str | None = None
    original_item_price: Decimal | None = None
    original_commission_amount: Decimal | None = None
    spec_category: str | None = None
    contract_category: str | None = None
    product_type: str | None = None
    flex_commission_rule: str | None = None
    return_reason_code: str | None = None
    return_reason_description: str | None = None
    fee_withheld_flag: str | None = None
    fulfillment_type: str | None = None


class PageMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """Where a page stands among all; pages count from 1. `file_size` is of the CSV, in bytes."""

    current_records: int
    total_records: int
    total_pages: int
    current_page: int
    file_size: int | None = None


Cells = dict[str, str | int | float | None]


class SettlementPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of rows (RC-05); cells that are empty may come as empty texts."""

    metadata: PageMetadata
    content: tuple[Cells, ...] = ()


class OffsetPage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A page of rows by the CSV's columns (RC-06); `next_offset` is -1 on the last."""

    report_data: tuple[Cells, ...] = ()
    next_offset: int = -1
    total_records: int = 0
    description: str | None = None
