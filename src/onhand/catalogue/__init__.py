"""What is sold: items by their GTIN, which supplier sees which of them, and the SKUs that sellers know them by."""
