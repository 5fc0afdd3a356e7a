"""The ways in over HTTP: a handler parses, calls one function below, shapes the answer."""
