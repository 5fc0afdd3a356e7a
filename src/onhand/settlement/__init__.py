"""Settlement: the ledger of money, its periods, and the reconciliation report that sellers are paid by."""
