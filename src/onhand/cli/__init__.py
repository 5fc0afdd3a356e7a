"""What a person types: one module a command or group of commands, and only the one that is run is imported."""

from onhand.cli.entry import main

__all__ = ["main"]
