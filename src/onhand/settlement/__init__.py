"""The ledger of money: what sellers are owed, period by period, and the reconciliation report that shows it."""
