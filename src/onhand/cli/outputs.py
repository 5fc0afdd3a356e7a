"""Files that commands write: none that is read, and in folders that are there."""

from collections.abc import Sequence
from pathlib import Path

from onhand.cli.answers import Problem
from onhand.cli.inputs import is_stdin


def check_outputs(files: Sequence[Path], *, rejects: Path, position: Path | None) -> None:
    """Refuse places for rejects and position that can't be written, or that would replace a file that is read.

    Raises:
        Problem: there is one.
    """
    # Both stand beside their names while they are written.
    given = [("--rejects", rejects), *([("--position", position)] if position else [])]
    outputs = [(option, place) for option, path in given for place in (path, Path(f"{path}.part"))]
    taken = {path.resolve(): f"{path} is one of the files to load" for path in files if not is_stdin(path)}
    for option, path in outputs:
        _check_writable(option, path)
        if (reason := taken.get(path.resolve())) is not None:
            raise Problem(f"{reason} and would be overwritten: name another file with {option}")
        taken[path.resolve()] = f"{path} is where {option} goes"


def check_folder(folder: Path) -> None:
    """Refuse a place for a file to save that is no folder.

    Raises:
        Problem: it is none.
    """
    if not folder.is_dir():
        raise Problem(f"there is no folder {folder}: make it, or name another with --into")


def _check_writable(option: str, path: Path) -> None:
    if path.exists() and not path.is_file():
        raise Problem(f"{path} is no ordinary file, and can't be replaced: name another with {option}")
    if not path.parent.is_dir():
        raise Problem(f"there is no folder {path.parent}: make it, or name another file with {option}")
