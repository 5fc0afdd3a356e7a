-- Settlement: the ledger of money of marketplace sellers, its periods, and the commission schedules.
--
-- Written as 0001 is. Amounts are integers of minor units of the seller's currency. Everything of a seller has partner_id
-- first in its keys. A period is named by its first day, as a number YYYYMMDD.

-- Reference tables. -------------------------------------------------------------------------------------------------

-- A table of commission rates as it was loaded; the newest is in force.
CREATE TABLE commission_table (
    table_no BIGINT NOT NULL PRIMARY KEY,
    content TEXT NOT NULL,
    loaded_at BIGINT NOT NULL
);

-- A fulfilment centre's. --------------------------------------------------------------------------------------------

-- How far the losses and finds of a centre were followed to the money, and from where on sellers wait who have no ledger
-- yet (WF-11), as JSON.
CREATE TABLE loss_position (
    location_id BIGINT NOT NULL PRIMARY KEY,
    reached TEXT NOT NULL
);

-- A seller's. -------------------------------------------------------------------------------------------------------

-- Whoever posts to a seller locks its row. open_from is the first period that is not closed; what is posted later never
-- goes to one before it. last_no numbers the postings.
CREATE TABLE seller_account (
    partner_id BIGINT NOT NULL PRIMARY KEY,
    currency TEXT NOT NULL,
    last_no BIGINT NOT NULL,
    last_recorded_at BIGINT NOT NULL,
    open_from INTEGER NOT NULL
);

-- What was told, by its key, and the first posting that it made.
CREATE TABLE money_event (
    partner_id BIGINT NOT NULL,
    source TEXT NOT NULL,
    event_id TEXT NOT NULL,
    content_hash BIGINT NOT NULL,
    posting_no BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, source, event_id)
) WITHOUT ROWID;

-- One balanced posting: what all of its rows in a report share. corrects is the number of the posting that it gives back
-- or corrects. scheduled is what the schedule says of the commission. Texts are empty where there is nothing to say.
CREATE TABLE money_posting (
    partner_id BIGINT NOT NULL,
    posting_no BIGINT NOT NULL,
    period INTEGER NOT NULL,
    posted_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    description TEXT NOT NULL,
    corrects BIGINT,
    customer_order TEXT NOT NULL,
    customer_order_line TEXT NOT NULL,
    purchase_order TEXT NOT NULL,
    purchase_order_line TEXT NOT NULL,
    partner_order TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    reason_code TEXT NOT NULL,
    reason TEXT NOT NULL,
    sku TEXT NOT NULL,
    gtin TEXT NOT NULL,
    item_name TEXT NOT NULL,
    tax_code TEXT NOT NULL,
    state TEXT NOT NULL,
    city TEXT NOT NULL,
    zip TEXT NOT NULL,
    contract_category TEXT NOT NULL,
    own_category TEXT NOT NULL,
    product_type TEXT NOT NULL,
    commission_rule TEXT NOT NULL,
    shipping_method TEXT NOT NULL,
    fulfilment TEXT NOT NULL,
    campaign TEXT NOT NULL,
    commission_rate TEXT NOT NULL,
    gift_wrap_quantity INTEGER NOT NULL,
    tax_withheld TEXT NOT NULL,
    fee_withheld TEXT NOT NULL,
    original_price BIGINT,
    original_commission BIGINT,
    scheduled BIGINT,
    PRIMARY KEY (partner_id, posting_no)
) WITHOUT ROWID;

-- The rows of a report: the seller-payable side of postings, numbered within their period from 1; 0 is the balance that
-- was carried into it.
CREATE TABLE money_line (
    partner_id BIGINT NOT NULL,
    period INTEGER NOT NULL,
    line_no BIGINT NOT NULL,
    posting_no BIGINT NOT NULL,
    amount_type TEXT NOT NULL,
    amount BIGINT NOT NULL,
    commission_rate TEXT NOT NULL,
    PRIMARY KEY (partner_id, period, line_no)
) WITHOUT ROWID;

-- Every side of a posting, one row an account; they come to 0. That of `payable` is the sum of the posting's lines.
CREATE TABLE money_leg (
    partner_id BIGINT NOT NULL,
    posting_no BIGINT NOT NULL,
    account TEXT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (partner_id, posting_no, account)
) WITHOUT ROWID;

-- The sum of an account's legs.
CREATE TABLE money_balance (
    partner_id BIGINT NOT NULL,
    account TEXT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (partner_id, account)
) WITHOUT ROWID;

-- A sold order line: its item (that of its SKU where no GTIN was told), how many of its units came back, and of each amount type what was posted and what is left of it.
CREATE TABLE sold_line (
    partner_id BIGINT NOT NULL,
    purchase_order TEXT NOT NULL,
    purchase_order_line TEXT NOT NULL,
    posting_no BIGINT NOT NULL,
    gtin TEXT NOT NULL,
    unit_price BIGINT NOT NULL,
    posted_at BIGINT NOT NULL,
    quantity INTEGER NOT NULL,
    returned INTEGER NOT NULL,
    amounts TEXT NOT NULL,
    PRIMARY KEY (partner_id, purchase_order, purchase_order_line)
) WITHOUT ROWID;

-- The price that a seller's item was last sold at.
CREATE INDEX sold_line_by_item ON sold_line (partner_id, gtin, posted_at, posting_no);

-- Units that were lost or damaged, by the posting that paid for them: how many were not found since, in 1/10,000 unit, and
-- what was paid for these. priced_at is when the sale was that gave the price, 0 where none was known.
CREATE TABLE reimbursed_units (
    partner_id BIGINT NOT NULL,
    posting_no BIGINT NOT NULL,
    gtin TEXT NOT NULL,
    description TEXT NOT NULL,
    occurred_at BIGINT NOT NULL,
    priced_at BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (partner_id, posting_no)
) WITHOUT ROWID;

CREATE INDEX reimbursed_units_by_item ON reimbursed_units (partner_id, gtin, occurred_at);

-- A period of a seller: its rows and their sum, when it was closed and what was done with the sum, and its files.
-- first_line is 0 where a balance was carried into it. form says how its v1 file is written, once it is published.
CREATE TABLE settlement_period (
    partner_id BIGINT NOT NULL,
    period INTEGER NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    reports_at BIGINT NOT NULL,
    report_day INTEGER NOT NULL,
    first_line INTEGER NOT NULL,
    last_line BIGINT NOT NULL,
    total BIGINT NOT NULL,
    closed_at BIGINT,
    paid BIGINT,
    carried BIGINT,
    deposited_at BIGINT,
    deposit_reference TEXT,
    published_at BIGINT,
    form TEXT,
    v1_bytes BIGINT,
    v1_digest TEXT,
    PRIMARY KEY (partner_id, period)
) WITHOUT ROWID;

CREATE UNIQUE INDEX settlement_period_by_report ON settlement_period (partner_id, report_day);
CREATE INDEX settlement_period_open ON settlement_period (partner_id, ends_at) WHERE closed_at IS NULL;
CREATE INDEX settlement_period_unpublished ON settlement_period (partner_id, reports_at) WHERE published_at IS NULL;
