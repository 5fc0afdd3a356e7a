-- The ledger of units, and the small tables it refers to.
--
-- Written once for both databases: on PostgreSQL, TEXT becomes TEXT COLLATE "C" (so that texts sort by code point
-- everywhere) and WITHOUT ROWID is dropped. Times are microseconds since 1970-01-01 UTC. Quantities are 1/10,000 unit.
-- Every table that grows with traffic has location_id first in its keys; ids come from the program.

-- Reference tables: small, read by everything, written rarely. ----------------------------------------------------

CREATE TABLE secret (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE partner (
    partner_id BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('retailer', 'supplier', 'seller', 'provider')),
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

INSERT INTO partner (partner_id, kind, code, name, created_at) VALUES (1, 'retailer', 'retailer', 'The retailer', 0);

CREATE TABLE association (
    provider_id BIGINT NOT NULL REFERENCES partner (partner_id),
    supplier_id BIGINT NOT NULL REFERENCES partner (partner_id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (provider_id, supplier_id)
);

CREATE TABLE consumer (
    consumer_id TEXT NOT NULL PRIMARY KEY,
    partner_id BIGINT NOT NULL REFERENCES partner (partner_id),
    created_at BIGINT NOT NULL
);

CREATE TABLE consumer_key (
    consumer_id TEXT NOT NULL REFERENCES consumer (consumer_id),
    key_version TEXT NOT NULL,
    public_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT,
    PRIMARY KEY (consumer_id, key_version)
);

CREATE TABLE operator_client (
    client_id TEXT NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE TABLE location (
    location_id BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('store', 'ship_node', 'fulfilment_centre')),
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    partner_id BIGINT NOT NULL REFERENCES partner (partner_id),
    reporting_zone TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (kind, code)
);

CREATE TABLE item (
    item_id BIGINT NOT NULL PRIMARY KEY,
    wm_item_nbr TEXT UNIQUE,
    cid TEXT,
    name TEXT NOT NULL,
    category TEXT,
    product_type TEXT,
    tax_code TEXT,
    published_status TEXT NOT NULL DEFAULT 'PUBLISHED' CHECK (published_status IN ('PUBLISHED', 'UNPUBLISHED')),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE INDEX item_by_cid ON item (cid) WHERE cid IS NOT NULL;

-- location_id 0 stands for every store.
CREATE TABLE item_supplier (
    item_id BIGINT NOT NULL REFERENCES item (item_id),
    partner_id BIGINT NOT NULL REFERENCES partner (partner_id),
    location_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (item_id, partner_id, location_id)
) WITHOUT ROWID;

CREATE TABLE sku (
    partner_id BIGINT NOT NULL REFERENCES partner (partner_id),
    sku TEXT NOT NULL,
    item_id BIGINT NOT NULL REFERENCES item (item_id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, sku)
) WITHOUT ROWID;

CREATE INDEX sku_by_item ON sku (partner_id, item_id);

-- A GTIN that moved between two CIDs, until a housekeeping pass has told every location (PCID).
CREATE TABLE cid_change (
    item_id BIGINT NOT NULL REFERENCES item (item_id),
    changed_at BIGINT NOT NULL,
    from_cid TEXT,
    to_cid TEXT,
    raised_at BIGINT,
    PRIMARY KEY (item_id, changed_at)
);

-- The ledger. A stream is (location, item, owner, area, state). ----------------------------------------------------

CREATE TABLE event (
    location_id BIGINT NOT NULL,
    source TEXT NOT NULL,
    event_id TEXT NOT NULL,
    content_hash BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    reference TEXT,
    PRIMARY KEY (location_id, source, event_id)
) WITHOUT ROWID;

-- The primary key is the one order of a stream's legs. rank is 0 for a move and 1 for a count and what stands directly
-- before it; position is 0 for a leg of its own event, and for a TSBR before the count named by source and event_id its
-- seq less 2^62. late is 1 where the stream had something at or after occurred_at when the leg was posted: the others
-- follow one another in both orders, that of time and that of seq.
CREATE TABLE leg (
    location_id BIGINT NOT NULL,
    item_id BIGINT NOT NULL,
    owner_id BIGINT NOT NULL,
    area SMALLINT NOT NULL,
    state SMALLINT NOT NULL,
    occurred_at BIGINT NOT NULL,
    rank SMALLINT NOT NULL,
    source TEXT NOT NULL,
    event_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    event_type SMALLINT NOT NULL,
    quantity BIGINT NOT NULL,
    counted BIGINT,
    recorded_at BIGINT NOT NULL,
    cause TEXT,
    late SMALLINT NOT NULL,
    PRIMARY KEY (location_id, item_id, owner_id, area, state, occurred_at, rank, source, event_id, position)
) WITHOUT ROWID;

-- What feeds declare in order (event type 38) stands in neither index: they would triple what a feed writes. Streams that
-- have such legs (stock.declared_month) are walked instead, as far as the next of them.
CREATE UNIQUE INDEX leg_by_seq ON leg (location_id, item_id, owner_id, area, state, seq)
    WHERE event_type <> 38 OR late = 1;

CREATE INDEX leg_anchor ON leg (location_id, item_id, owner_id, area, state, occurred_at, source, event_id)
    WHERE counted IS NOT NULL AND (event_type <> 38 OR late = 1);

-- declared_flow is the flow of what was declared (event type 38) in the month declared_month, the newest that has any; it
-- is kept here because a declaration writes this row anyway.
CREATE TABLE stock (
    location_id BIGINT NOT NULL,
    item_id BIGINT NOT NULL,
    owner_id BIGINT NOT NULL,
    area SMALLINT NOT NULL,
    state SMALLINT NOT NULL,
    quantity BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    newest_occurred_at BIGINT NOT NULL,
    last_recorded_at BIGINT NOT NULL,
    count_occurred_at BIGINT,
    count_source TEXT,
    count_event_id TEXT,
    declared_month INTEGER,
    declared_flow BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (location_id, item_id, owner_id, area, state)
) WITHOUT ROWID;

-- What housekeeping looks for: stock that is negative, and stock in the backroom (area 1).
CREATE INDEX stock_negative ON stock (location_id, item_id) WHERE quantity < 0;
CREATE INDEX stock_backroom ON stock (location_id, item_id) WHERE area = 1 AND quantity > 0;

-- Month flows but those that stand in stock. month is year * 12 + month - 1 in the location's reporting zone.
CREATE TABLE month_flow_kept (
    location_id BIGINT NOT NULL,
    item_id BIGINT NOT NULL,
    owner_id BIGINT NOT NULL,
    area SMALLINT NOT NULL,
    state SMALLINT NOT NULL,
    month INTEGER NOT NULL,
    event_type SMALLINT NOT NULL,
    quantity BIGINT NOT NULL,
    PRIMARY KEY (location_id, item_id, owner_id, area, state, month, event_type)
) WITHOUT ROWID;

-- Every month flow. What was declared in a month may be in two rows.
CREATE VIEW month_flow AS
SELECT location_id, item_id, owner_id, area, state, month, event_type, quantity
  FROM month_flow_kept
 UNION ALL
SELECT location_id, item_id, owner_id, area, state, declared_month, CAST(38 AS SMALLINT), declared_flow
  FROM stock
 WHERE declared_flow <> 0;

-- A move to another location whose arrival has not been posted yet. It stands at the location that the units leave
-- (role 'out'), or at the one they go to as a claim on the event's key (role 'claim'), and goes when the move is whole.
CREATE TABLE transfer (
    location_id BIGINT NOT NULL,
    source TEXT NOT NULL,
    event_id TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('out', 'claim')),
    other_location_id BIGINT NOT NULL,
    content_hash BIGINT NOT NULL,
    event TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (location_id, source, event_id)
);

-- A supplier's message about a store (IA-01) and what was answered, for its repeats.
CREATE TABLE inventory_action (
    location_id BIGINT NOT NULL,
    partner_id BIGINT NOT NULL,
    message_id TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    answer TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (location_id, partner_id, message_id)
);
