"""The `/v3` gateway: tokens, inventory at ship nodes and feeds, for drop-ship vendors and sellers (GW, DS)."""
