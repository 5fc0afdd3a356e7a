"""What the surfaces share: operations, errors to bodies, throttling, correlation, metrics, OpenAPI."""
