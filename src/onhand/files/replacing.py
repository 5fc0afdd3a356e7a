"""Replacing a small file as a whole, so that whoever reads it sees the old or the new one and never a part."""

import os
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` at `path`, through to the disk."""
    growing = path.with_name(path.name + ".part")
    with growing.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    growing.replace(path)
