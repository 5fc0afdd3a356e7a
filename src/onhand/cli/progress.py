"""Progress bars: on stderr, only where somebody watches, so that stdout holds nothing but the answer."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from onhand.files.loading import LoadProgress
from onhand.stock.locations import Location

T = TypeVar("T")

_TOLD_EVERY = 100


@contextmanager
def loading_bar(*, shown: bool) -> Iterator["LoadingBar"]:
    """A bar for files that are read, by their bytes."""
    with _progress(DownloadColumn(), TextColumn("{task.fields[counts]}"), shown=shown) as progress:
        yield LoadingBar(progress)


@contextmanager
def counting_bar(about: str, *, shown: bool) -> Iterator["CountingBar"]:
    """A bar for what is counted as it is done."""
    with _progress(MofNCompleteColumn(), shown=shown) as progress:
        yield CountingBar(progress, about)


@contextmanager
def waiting_bar(about: str, *, shown: bool) -> Iterator["WaitingBar"]:
    """A sign of life while something is waited for that does not say how far it is; then a bar of its bytes."""
    with _progress(TextColumn("{task.fields[state]}"), shown=shown) as progress:
        yield WaitingBar(progress, about)


class WaitingBar:
    """What state something is in that is waited for, then how much of it has come."""

    def __init__(self, progress: Progress, about: str) -> None:
        self._progress = progress
        self._task = progress.add_task(about, total=None, state="")

    def __call__(self, state: str) -> None:
        """It is in this state."""
        self._progress.update(self._task, state=state)

    def arrived(self, count: int, total: int | None) -> None:
        """So many bytes are there, of so many where that is known."""
        of_all = f"/{decimal(total)}" if total is not None else ""
        self._progress.update(self._task, completed=count, total=total, state=f"{decimal(count)}{of_all}")

    def rows(self, rows: Iterable[T]) -> Iterator[T]:
        """The same rows, counted as they come."""
        for number, row in enumerate(rows, 1):
            if number % _TOLD_EVERY == 0:
                self(f"{number:,} rows")
            yield row


class LoadingBar:
    """How far the files of a load have been read, one bar a file."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, reached: LoadProgress) -> None:
        """Move the bar of the present file to where it was read to."""
        counts = f"{reached.accepted:,} accepted, {reached.duplicates:,} duplicates, {reached.refused:,} refused"
        if reached.file not in self._tasks:
            self._tasks[reached.file] = self._progress.add_task(reached.file, total=reached.bytes_total, counts=counts)
        self._progress.update(self._tasks[reached.file], completed=reached.bytes_read, counts=counts)


class CountingBar:
    """How many are done."""

    def __init__(self, progress: Progress, about: str) -> None:
        self._progress = progress
        self._task = progress.add_task(about, total=None)

    def __call__(self, done: int, total: int) -> None:
        """So many are done of so many."""
        self._progress.update(self._task, completed=done, total=total)

    def next_one(self) -> None:
        """One more is done."""
        self._progress.advance(self._task)

    def next_location(self, _place: Location, _legs: int) -> None:
        """One location more is done."""
        self._progress.advance(self._task)


def _progress(*columns: ProgressColumn, shown: bool) -> Progress:
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        *columns,
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not (shown and console.is_terminal),
    )
