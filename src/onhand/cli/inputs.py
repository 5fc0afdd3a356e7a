"""Files that a command reads, as they are named on the command line."""

import stat
import sys
from pathlib import Path
from typing import Annotated

import typer

from onhand.cli.answers import Problem
from onhand.files.reading import InputFile, InputStream

Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="The files, in this order; - is standard input.")]

_STDIN = "-"
# What stands here is another name of something that is open already, beside which nothing can be kept.
_OPEN_ALREADY = (Path("/dev"), Path("/dev/fd"), Path("/proc/self/fd"))


def is_stdin(path: Path) -> bool:
    """Whether a path stands for standard input, or for another stream that can be read only once."""
    return str(path) == _STDIN or _is_stream(path)


def input_file(path: Path) -> InputFile:
    """The file to read.

    Raises:
        Problem: it is a folder.
    """
    if path.is_dir():
        raise Problem(f"{path} is a folder: name the files in it")
    if str(path) == _STDIN:
        return InputStream(sys.stdin.buffer)
    return InputStream(path) if _is_stream(path) else InputFile(path)


def _is_stream(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        # Reading it tells why it can't be.
        return False
    if stat.S_ISDIR(mode):
        return False
    return path.parent in _OPEN_ALREADY or not stat.S_ISREG(mode)
