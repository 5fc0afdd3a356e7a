-- Requests for reports, and what became of them.
--
-- Written as 0001 and 0002 are. What belongs to a partner rather than to a place has partner_id first in its keys.

-- terms is what was asked beside the type, as JSON. attempts counts how often the building was begun, so that one during
-- which the process dies counts too; files counts all of these, also those that were taken back because nothing was wrong
-- with the report, and never falls: each writes a file of its own. reason says why there is none (ERROR).
CREATE TABLE report_request (
    partner_id BIGINT NOT NULL,
    request_id TEXT NOT NULL,
    report_type TEXT NOT NULL,
    report_version TEXT NOT NULL,
    terms TEXT NOT NULL,
    requested_at BIGINT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('RECEIVED', 'INPROGRESS', 'READY', 'ERROR')),
    attempts INTEGER NOT NULL DEFAULT 0,
    files INTEGER NOT NULL DEFAULT 0,
    file_name TEXT,
    file_bytes BIGINT,
    reason TEXT,
    finished_at BIGINT,
    PRIMARY KEY (partner_id, request_id)
);

-- requested_at tells a partner's requests apart and orders them.
CREATE UNIQUE INDEX report_request_in_order ON report_request (partner_id, requested_at);
CREATE INDEX report_request_waiting ON report_request (partner_id, requested_at) WHERE finished_at IS NULL;
