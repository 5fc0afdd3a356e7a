"""The tour of the demo: signed requests for real items, asked over HTTP and shown as tables."""
