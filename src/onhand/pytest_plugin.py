"""The plugin of pytest: `onhand_sandbox`, a fresh local platform for each test that asks for it.

It is loaded by every run of pytest where the package is installed, so that it imports nothing until a test asks.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from onhand.testing.local import LocalSandbox

_MARK = "onhand_sandbox"
_MARK_NAMES = ("at", "hold", "manual", "throttle")


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line(
        "markers",
        f"{_MARK}(at=None, hold=False, manual=False, throttle=False): how the sandbox of a test begins: where its "
        "clock stands (a datetime with a zone), whether it stands still, whether work is done only when it is moved, "
        "and whether calls are throttled",
    )


class Sandboxes:
    """The sandboxes of a run: one for each way of running that a test asked for."""

    def __init__(self, seed: Callable[[LocalSandbox], object] | None) -> None:
        self._seed = seed
        self._stack = ExitStack()
        self._running: dict[tuple[bool, bool], LocalSandbox] = {}

    def running(self, *, manual: bool, throttle: bool) -> LocalSandbox:
        """The sandbox that runs so; it is put up and seeded when it is first asked for."""
        from onhand.testing.local import local_sandbox

        sandbox = self._running.get((manual, throttle))
        if sandbox is None:
            sandbox = self._stack.enter_context(local_sandbox(throttle=throttle, manual=manual))
            if self._seed:
                self._seed(sandbox)
                sandbox.keep()
            self._running[manual, throttle] = sandbox
        return sandbox

    def stop(self) -> None:
        """End them all."""
        self._stack.close()


@pytest.fixture(scope="session")
def onhand_seed() -> Callable[[LocalSandbox], object] | None:
    """What every sandbox of the run holds beside its own data; a suite puts its own function in this one's place."""
    return None


@pytest.fixture(scope="session")
def onhand_sandboxes(onhand_seed: Callable[[LocalSandbox], object] | None) -> Iterator[Sandboxes]:
    """The sandboxes of this run."""
    sandboxes = Sandboxes(onhand_seed)
    yield sandboxes
    sandboxes.stop()


@pytest.fixture
def onhand_sandbox(request: pytest.FixtureRequest, onhand_sandboxes: Sandboxes) -> LocalSandbox:
    """A sandbox in its seeded state, with clients that are signed in, and its controls."""
    wanted = _wanted(request)
    running = onhand_sandboxes.running(manual=wanted.get("manual", False), throttle=wanted.get("throttle", False))
    return running.begun_anew(at=wanted.get("at"), hold=wanted.get("hold", False))


def _wanted(request: pytest.FixtureRequest) -> dict[str, Any]:
    mark = request.node.get_closest_marker(_MARK)
    if mark is None:
        return {}
    unknown = [repr(each) for each in mark.args] + [name for name in mark.kwargs if name not in _MARK_NAMES]
    if unknown:
        known = ", ".join(f"{name}=…" for name in _MARK_NAMES)
        raise pytest.UsageError(f"@pytest.mark.{_MARK} takes {known}; it was given {', '.join(unknown)}")
    return dict(mark.kwargs)
