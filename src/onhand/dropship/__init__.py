"""Ship nodes: what partners declare there, feeds of it, and the orders that draw on it (DS)."""
