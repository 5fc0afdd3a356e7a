"""Orders on ship nodes: reserved, shipped, cancelled, expired; two of them never get the same unit (DS-30)."""
