"""Loading events from files: window by window, to be stopped and gone on with at any moment."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from onhand.files.events import EVENT_SHAPE, messages_of
from onhand.files.limits import ReadLimits, Unreadable
from onhand.files.position import FilePosition, Position, read_position, write_position
from onhand.files.reading import InputFile, InputStream, check_readable, in_windows
from onhand.files.rejects import RejectsFile, rejected
from onhand.files.rows import Row
from onhand.stock.intake import Intake, Outcome


class LoadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to load. A window is what is read, posted and settled at once, and all that is held in memory."""

    read: ReadLimits = ReadLimits()
    window_events: int = 100_000
    window_bytes: int = 67_108_864
    position_path: Path | None = None
    rejects_path: Path | None = None


class LoadProgress(msgspec.Struct, frozen=True):
    """How far the present file has been read, and what became of all rows so far."""

    file: str
    bytes_read: int
    bytes_total: int | None
    accepted: int
    duplicates: int
    refused: int


class LoadSummary(msgspec.Struct, frozen=True):
    """What a load came to; `refused` counts by reason, `unreadable` tells of the files that ended before their end."""

    accepted: int
    duplicates: int
    refused: dict[str, int]
    rejects_path: Path | None
    unreadable: tuple[str, ...]


Progress = Callable[[LoadProgress], None]


async def load_events(
    intake: Intake, source: str, files: Sequence[InputFile], options: LoadOptions, progress: Progress
) -> LoadSummary:
    """Post the events of `files`; an earlier load of the same files that was stopped is gone on with.

    Raises:
        Unreadable: a file can't be opened or has wrong columns; then nothing of any has been stored.
    """
    check_readable(files, EVENT_SHAPE, options.read)
    load = _Load(intake, source, options, progress)
    unreadable = [problem for file in files if (problem := await load.file(file))]
    return load.finish(files, unreadable)


class _Load:
    """One run of the command over all its files."""

    def __init__(self, intake: Intake, source: str, options: LoadOptions, progress: Progress) -> None:
        self._intake = intake
        self._options = options
        self._progress = progress
        self._rejects = RejectsFile(options.rejects_path) if options.rejects_path else None
        self._position = read_position(options.position_path, source) if options.position_path else Position(source)
        if self._rejects and not self._rejects.open(self._position.rejects_bytes):
            # Without the rejects of its first part the earlier run can't be gone on with; its events are duplicates.
            self._position = Position(source)
            self._rejects.open(0)

    async def file(self, file: InputFile) -> str | None:
        """Load one file from where an earlier run stopped; what ended it before its end, if anything did."""
        identity = file.identity()
        known = self._position.files.get(file.key)
        reached = known.row if known and known.identity == identity else 0
        rows = file.rows(EVENT_SHAPE, self._options.read, reached)
        try:
            for window in in_windows(rows, self._options.window_events, self._options.window_bytes):
                await self._post(file, window)
                if identity:
                    self._position.files[file.key] = FilePosition(identity, window[-1].number)
                self._keep()
        except Unreadable as error:
            return str(error)
        return None

    async def _post(self, file: InputFile, window: list[Row]) -> None:
        outcomes = await self._intake.post(self._position.source, messages_of(window))
        counts = self._position.counts
        refused_before = counts.refused_total
        counts.add(outcomes)
        if self._rejects and counts.refused_total > refused_before:
            self._position.rejects_bytes = self._rejects.append(_rejects_of(file, window, outcomes))
        progress = (file.bytes_read, file.bytes_total, counts.accepted, counts.duplicates, counts.refused_total)
        self._progress(LoadProgress(file.name, *progress))

    def _keep(self) -> None:
        if self._options.position_path:
            write_position(self._options.position_path, self._position)

    def finish(self, files: Sequence[InputFile], unreadable: Sequence[str]) -> LoadSummary:
        """Give the rejects their name, forget the position, and sum up."""
        settled = frozenset() if unreadable else self._settled(files)
        rejects_path = self._rejects.finish(settled) if self._rejects else None
        if self._options.position_path:
            self._options.position_path.unlink(missing_ok=True)
        counts = self._position.counts
        return LoadSummary(counts.accepted, counts.duplicates, dict(counts.refused), rejects_path, tuple(unreadable))

    def _settled(self, files: Sequence[InputFile]) -> frozenset[str]:
        """The files whose rejects of an earlier load are of no use now; none where the rejects are loaded themselves.

        A stream may have been another one in that load.
        """
        path = self._options.rejects_path
        if path and str(path.resolve()) in {file.key for file in files}:
            return frozenset()
        return frozenset(file.name for file in files if not isinstance(file, InputStream))


def _rejects_of(file: InputFile, window: list[Row], outcomes: list[Outcome]) -> list[bytes]:
    return [
        rejected(row, EVENT_SHAPE, outcome.refusal, file.name)
        for row, outcome in zip(window, outcomes, strict=True)
        if outcome.refusal
    ]
