-- The reconciliation of sellers' units in fulfilment centres (WF): what each refresh learned, and the months it closed.
--
-- Written as 0001 is. Months are year * 12 + month - 1 and days are counted from 1970-01-01, both of the Pacific.
-- received to adjusted are the columns of WF-07, in 1/10,000 unit.

-- Reference tables. -------------------------------------------------------------------------------------------------

-- A refresh knows everything up to the end of last_day. The months before open_month are closed by it or before it;
-- until it began the earliest open one was open_before. Nothing of a refresh is shown before it has completed_at.
CREATE TABLE reconciliation_refresh (
    refresh_id BIGINT NOT NULL PRIMARY KEY,
    last_day INTEGER NOT NULL UNIQUE,
    open_before INTEGER NOT NULL,
    open_month INTEGER NOT NULL,
    begun_at BIGINT NOT NULL,
    completed_at BIGINT
);

-- The refresh that first found units of a seller: what the ledger held of closed months then is stored as it was.
CREATE TABLE reconciliation_seller (
    partner_id BIGINT NOT NULL PRIMARY KEY REFERENCES partner (partner_id),
    refresh_id BIGINT NOT NULL
);

-- A partner's. ------------------------------------------------------------------------------------------------------

-- What a seller's items were called, from the refresh refresh_id on until before the one of replaced_by.
CREATE TABLE reconciliation_name (
    partner_id BIGINT NOT NULL,
    item_id BIGINT NOT NULL,
    refresh_id BIGINT NOT NULL,
    replaced_by BIGINT NOT NULL,
    gtin TEXT NOT NULL,
    item_number TEXT NOT NULL,
    sku TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (partner_id, item_id, refresh_id)
) WITHOUT ROWID;

CREATE INDEX reconciliation_name_by_sku ON reconciliation_name (partner_id, sku, item_id);

-- A fulfilment centre's. --------------------------------------------------------------------------------------------

-- How far the newest refresh has come at a centre: up to this item.
CREATE TABLE reconciliation_progress (
    location_id BIGINT NOT NULL PRIMARY KEY,
    refresh_id BIGINT NOT NULL,
    item_id BIGINT NOT NULL
);

-- Up to which seq the legs of a stream are known to the reconciliation, and the refresh that found the stream.
CREATE TABLE reconciliation_seen (
    location_id BIGINT NOT NULL,
    item_id BIGINT NOT NULL,
    owner_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    refresh_id BIGINT NOT NULL,
    PRIMARY KEY (location_id, item_id, owner_id)
) WITHOUT ROWID;

-- What a refresh learned of a day, under the month in which it shows: its own, or for a day of a month that was closed
-- before, as an adjustment on the first day of the earliest month that was open.
CREATE TABLE reconciliation_day (
    location_id BIGINT NOT NULL,
    month INTEGER NOT NULL,
    item_id BIGINT NOT NULL,
    owner_id BIGINT NOT NULL,
    day INTEGER NOT NULL,
    refresh_id BIGINT NOT NULL,
    received BIGINT NOT NULL,
    sold BIGINT NOT NULL,
    returned BIGINT NOT NULL,
    lost BIGINT NOT NULL,
    found BIGINT NOT NULL,
    damaged BIGINT NOT NULL,
    removed BIGINT NOT NULL,
    transferred BIGINT NOT NULL,
    adjusted BIGINT NOT NULL,
    PRIMARY KEY (location_id, month, item_id, owner_id, day, refresh_id)
) WITHOUT ROWID;

-- Closed months. Streams that have nothing but zeros in a month have no row.
CREATE TABLE reconciliation_month (
    location_id BIGINT NOT NULL,
    month INTEGER NOT NULL,
    item_id BIGINT NOT NULL,
    owner_id BIGINT NOT NULL,
    starting BIGINT NOT NULL,
    received BIGINT NOT NULL,
    sold BIGINT NOT NULL,
    returned BIGINT NOT NULL,
    lost BIGINT NOT NULL,
    found BIGINT NOT NULL,
    damaged BIGINT NOT NULL,
    removed BIGINT NOT NULL,
    transferred BIGINT NOT NULL,
    adjusted BIGINT NOT NULL,
    ending BIGINT NOT NULL,
    PRIMARY KEY (location_id, month, item_id, owner_id)
) WITHOUT ROWID;
