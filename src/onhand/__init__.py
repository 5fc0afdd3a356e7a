"""Onhand: a self-hosted retail inventory platform."""

__version__ = "0.1.0"
