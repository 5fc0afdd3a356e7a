"""Serving an application over HTTP/1.1 by uvicorn: how it is configured, and that it says when it is ready."""
