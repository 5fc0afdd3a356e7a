"""Who may ask: suppliers, sellers, service providers, their consumers and keys, and the operator's own clients."""
