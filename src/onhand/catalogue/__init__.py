"""What is sold: items by GTIN, which supplier sees which of them, and the SKUs that their sellers know them by."""
