"""The sandbox's clock: it goes on as the machine's does, from wherever it was put."""

from onhand.basics.clock import Clock


class MovableClock:
    """A clock that can be moved; everything of a sandbox reads it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._moved = 0

    def __call__(self) -> int:
        """The sandbox's present moment in microseconds."""
        return self._clock() + self._moved

    def put(self, moment: int) -> None:
        """Let it be this moment now."""
        self._moved = moment - self._clock()

    def put_back(self) -> None:
        """Let it be the machine's moment again."""
        self._moved = 0
