"""The operator's own API under /operator/v1, and the health of the server (OP)."""
