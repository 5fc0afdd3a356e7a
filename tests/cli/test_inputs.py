"""Files as they are named on the command line."""

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from onhand.cli.answers import Problem
from onhand.cli.inputs import input_file, is_stdin
from onhand.files.columns import Column, Shape
from onhand.files.limits import ReadLimits
from onhand.files.reading import InputStream, check_readable

SHAPE = Shape((Column("n", ("n",)),))


@pytest.fixture
def pipe() -> Iterator[Path]:
    """The name of an open pipe, as a shell gives it to a command, with 2,000 lines on their way through it."""
    out, into = os.pipe()

    def fill() -> None:
        with os.fdopen(into, "w") as opened:
            opened.writelines(json.dumps({"n": str(number)}) + "\n" for number in range(2000))

    filling = threading.Thread(target=fill, daemon=True)
    filling.start()
    yield Path(f"/dev/fd/{out}")
    filling.join()
    os.close(out)


def test_a_pipe_is_read_from_its_first_byte(pipe: Path) -> None:
    file = input_file(pipe)
    check_readable([file], SHAPE, ReadLimits())
    assert file.identity() is None
    assert [row.number for row in file.rows(SHAPE, ReadLimits())] == list(range(1, 2001))


def test_a_named_pipe_is_a_stream(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert is_stdin(tmp_path / "pipe")
    assert isinstance(input_file(tmp_path / "pipe"), InputStream)


def test_a_file_is_a_stream_by_the_name_that_its_open_handle_has(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson"
    path.write_text('{"n":"1"}\n')
    with path.open() as opened:
        assert is_stdin(Path(f"/dev/fd/{opened.fileno()}"))
    assert not is_stdin(path)


def test_what_is_not_there_is_no_stream(tmp_path: Path) -> None:
    assert not is_stdin(tmp_path / "nowhere")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="is a folder"):
        input_file(tmp_path)
