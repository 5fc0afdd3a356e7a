"""Files that a command reads, as they are named on the command line."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from onhand.files.reading import InputFile, InputStream

Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="The files, in this order; - is standard input.")]


def is_stdin(path: Path) -> bool:
    """Whether a path stands for standard input."""
    return str(path) == "-"


def input_file(path: Path) -> InputFile:
    """The file to read."""
    return InputStream(sys.stdin.buffer) if is_stdin(path) else InputFile(path)
