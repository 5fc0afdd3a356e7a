"""Real processes that do a part of a test's work and count what became of it."""

import asyncio
import os
import sys
from collections import Counter
from pathlib import Path

import msgspec

import onhand

_ROOT = Path(__file__).parents[1]


async def counted_in_a_process(module: str, target: str, part: object) -> Counter[str]:
    """Run a module of the tests with the database `target`, hand it its part, and take what it counted."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        target,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(onhand.__file__).parents[1]), str(_ROOT)])},
    )
    said, complaint = await process.communicate(msgspec.json.encode(part))
    assert process.returncode == 0, complaint.decode()
    return Counter(msgspec.json.decode(said, type=dict[str, int]))
