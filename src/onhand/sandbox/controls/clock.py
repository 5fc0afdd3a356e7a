"""The sandbox's clock: it goes on as the machine's does, from wherever it was put, or stands still there."""

from onhand.basics.clock import Clock


class MovableClock:
    """A clock that can be moved and held; everything of a sandbox reads it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._moved = 0
        self._held_at: int | None = None

    def __call__(self) -> int:
        """The sandbox's present moment in microseconds."""
        return self._clock() + self._moved if self._held_at is None else self._held_at

    def put(self, moment: int, *, held: bool | None = None) -> None:
        """Let it be this moment now; `held` says whether it stands still there, None that it does as it did."""
        if held is None:
            held = self._held_at is not None
        self._moved = moment - self._clock()
        self._held_at = moment if held else None

    def put_back(self) -> None:
        """Let it be the machine's moment again, and go on."""
        self._moved, self._held_at = 0, None
