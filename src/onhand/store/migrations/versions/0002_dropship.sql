-- Ship nodes: who may ask at the gateway, what was declared beside the ledger, feeds, orders, and the work to be done.
--
-- Written as 0001 is. On PostgreSQL, BLOB becomes BYTEA. What belongs to a partner rather than to a place has partner_id
-- first in its keys.

-- Reference tables. -------------------------------------------------------------------------------------------------

CREATE INDEX location_by_partner ON location (partner_id, kind, code);

-- A vendor's items in their order.
CREATE INDEX item_supplier_by_partner ON item_supplier (partner_id, item_id, location_id);

-- The ship node that is meant where a seller's call names none.
CREATE TABLE default_node (
    partner_id BIGINT NOT NULL PRIMARY KEY REFERENCES partner (partner_id),
    location_id BIGINT NOT NULL REFERENCES location (location_id)
);

CREATE TABLE gateway_client (
    client_id TEXT NOT NULL PRIMARY KEY,
    partner_id BIGINT NOT NULL REFERENCES partner (partner_id),
    secret_hash TEXT NOT NULL,
    inventory_scope TEXT NOT NULL CHECK (inventory_scope IN ('full_access', 'view_only', 'no_access')),
    feeds_scope TEXT NOT NULL CHECK (feeds_scope IN ('full_access', 'view_only', 'no_access')),
    reports_scope TEXT NOT NULL CHECK (reports_scope IN ('full_access', 'view_only', 'no_access')),
    channel_type TEXT,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE INDEX gateway_client_by_partner ON gateway_client (partner_id, client_id);

-- That a service provider's client may act for a seller or supplier, from the moment at which it showed its code.
-- renewals counts how often that began anew after it had ended: tokens name it, so that older ones stay ended.
CREATE TABLE delegation (
    client_id TEXT NOT NULL REFERENCES gateway_client (client_id),
    partner_id BIGINT NOT NULL REFERENCES partner (partner_id),
    created_at BIGINT NOT NULL,
    revoked_at BIGINT,
    renewals INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (client_id, partner_id)
);

-- Small and central: one row for each partner's work of a kind. ------------------------------------------------------

-- A lane is work that is done in order and by one worker at a time. It is due from due_at on, or has none (NULL); its
-- holder has it until leased_until. asked counts how often work was asked for: a holder sees by it what came meanwhile.
CREATE TABLE work_lane (
    kind TEXT NOT NULL,
    partner_id BIGINT NOT NULL,
    due_at BIGINT,
    asked BIGINT NOT NULL DEFAULT 0,
    holder TEXT,
    leased_until BIGINT,
    failures INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, partner_id)
);

CREATE INDEX work_lane_due ON work_lane (kind, due_at) WHERE due_at IS NOT NULL;

-- A partner's. ------------------------------------------------------------------------------------------------------

-- The newest moment that the platform gave to a partner's declarations: the next is later, whatever the clocks say.
CREATE TABLE partner_moment (
    partner_id BIGINT NOT NULL PRIMARY KEY,
    moment BIGINT NOT NULL
);

-- spent_by names the one request that spent the code.
CREATE TABLE authorization_code (
    partner_id BIGINT NOT NULL,
    code_hash TEXT NOT NULL,
    client_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    spent_at BIGINT,
    spent_by TEXT,
    PRIMARY KEY (partner_id, code_hash)
);

-- What was answered to a write that carried an Idempotency-Key.
CREATE TABLE idempotency_key (
    partner_id BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    answer BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, client_id, idempotency_key)
);

CREATE INDEX idempotency_key_by_age ON idempotency_key (partner_id, created_at);

-- failures is how often its processing failed on our side.
CREATE TABLE feed (
    partner_id BIGINT NOT NULL,
    feed_id TEXT NOT NULL,
    feed_type TEXT NOT NULL,
    taken_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('RECEIVED', 'INPROGRESS', 'PROCESSED', 'ERROR')),
    rows_received INTEGER NOT NULL,
    rows_done INTEGER NOT NULL DEFAULT 0,
    rows_succeeded INTEGER NOT NULL DEFAULT 0,
    rows_failed INTEGER NOT NULL DEFAULT 0,
    form TEXT NOT NULL,
    errors TEXT NOT NULL DEFAULT '[]',
    failures INTEGER NOT NULL DEFAULT 0,
    finished_at BIGINT,
    PRIMARY KEY (partner_id, feed_id)
);

-- taken_at tells a partner's feeds apart and orders them.
CREATE UNIQUE INDEX feed_in_order ON feed (partner_id, taken_at);
CREATE INDEX feed_waiting ON feed (partner_id, taken_at) WHERE finished_at IS NULL;

-- Some rows of a feed as they came, one JSON list; and what was wrong with those that failed, by their indices.
CREATE TABLE feed_part (
    partner_id BIGINT NOT NULL,
    feed_id TEXT NOT NULL,
    first_index INTEGER NOT NULL,
    content BLOB NOT NULL,
    outcomes TEXT,
    failed_count INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (partner_id, feed_id, first_index)
);

-- A ship node's. ----------------------------------------------------------------------------------------------------

-- Infinite availability (AA) of an item from a moment on. A count that was declared later ends it.
CREATE TABLE endless (
    location_id BIGINT NOT NULL,
    item_id BIGINT NOT NULL,
    declared_at BIGINT NOT NULL,
    PRIMARY KEY (location_id, item_id)
) WITHOUT ROWID;

-- What is on its way to a node, as it was last declared: a JSON list of quantities and dates.
CREATE TABLE in_transit (
    location_id BIGINT NOT NULL,
    item_id BIGINT NOT NULL,
    declared_at BIGINT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (location_id, item_id)
) WITHOUT ROWID;

-- A customer's order at one ship node. closed_at is when nothing of it was reserved any more.
CREATE TABLE node_order (
    location_id BIGINT NOT NULL,
    order_id TEXT NOT NULL,
    source TEXT NOT NULL,
    reserved_at BIGINT NOT NULL,
    expires_at BIGINT,
    closed_at BIGINT,
    PRIMARY KEY (location_id, order_id)
) WITHOUT ROWID;

CREATE INDEX node_order_expiring ON node_order (location_id, expires_at)
    WHERE expires_at IS NOT NULL AND closed_at IS NULL;
CREATE INDEX node_order_open ON node_order (location_id, order_id) WHERE closed_at IS NULL;

-- reserved is what the order still holds; ordered = reserved + shipped + cancelled + expired, in 1/10,000 unit.
CREATE TABLE node_order_line (
    location_id BIGINT NOT NULL,
    order_id TEXT NOT NULL,
    item_id BIGINT NOT NULL,
    ordered BIGINT NOT NULL,
    reserved BIGINT NOT NULL,
    shipped BIGINT NOT NULL,
    cancelled BIGINT NOT NULL,
    expired BIGINT NOT NULL,
    PRIMARY KEY (location_id, order_id, item_id)
) WITHOUT ROWID;

-- A declaration of fewer units than orders held at that moment (DS-12).
CREATE TABLE shortfall (
    location_id BIGINT NOT NULL,
    item_id BIGINT NOT NULL,
    occurred_at BIGINT NOT NULL,
    source TEXT NOT NULL,
    event_id TEXT NOT NULL,
    declared BIGINT NOT NULL,
    reserved BIGINT NOT NULL,
    PRIMARY KEY (location_id, item_id, occurred_at, source, event_id)
);

-- A row that is updated stays on its page where there is room: its indexes need not be touched, or less.
-- @postgresql ALTER TABLE stock SET (fillfactor = 70);
-- @postgresql ALTER TABLE month_flow_kept SET (fillfactor = 70);

CREATE INDEX shortfall_by_time ON shortfall (location_id, occurred_at, item_id, source, event_id);

-- What orders hold: few streams among many (state 2 is RESERVED).
CREATE INDEX stock_reserved ON stock (location_id, item_id) WHERE state = 2 AND quantity > 0;
