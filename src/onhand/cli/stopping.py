"""Ending a command by Ctrl+C."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from onhand.cli.answers import STOPPED, complain


@contextmanager
def stoppable(said: str | Callable[[], str]) -> Iterator[None]:
    """Let the first Ctrl+C end what is done here, even while it waits for input, with one line that says `said`.

    Left to itself asyncio only cancels its task, which a read that waits on a pipe never notices.
    """
    before = signal.signal(signal.SIGINT, _stop)
    try:
        yield
    except KeyboardInterrupt as interrupt:
        complain(said if isinstance(said, str) else said())
        raise typer.Exit(STOPPED) from interrupt
    finally:
        signal.signal(signal.SIGINT, before)


def _stop(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt
