"""The ledger of units: event types, posting, on hand, history, as-of reads, flows, housekeeping."""
