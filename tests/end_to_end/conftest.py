"""Where a server of these tests keeps its data, and sandboxes that are asked."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from onhand.sandbox.starting import running_sandbox
from tests.conftest import NOW, FrozenClock, clock_at
from tests.end_to_end.serving import UNTHROTTLED, Served, served


@pytest.fixture(params=["sqlite", "postgresql"])
def environ(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Settings for a server on each of the databases."""
    if request.param == "sqlite":
        return {"ONHAND_DATABASE_URL": f"sqlite:///{tmp_path / 'onhand.db'}"}
    return {"ONHAND_DATABASE_URL": request.getfixturevalue("postgresql_url")}


@pytest.fixture(scope="session")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a sandbox starts with, made once at the moment of the tests."""
    folder = tmp_path_factory.mktemp("seed")

    async def make() -> None:
        async with running_sandbox(folder, UNTHROTTLED, clock_at(NOW)):
            pass

    asyncio.run(make())
    return folder / "seed.db"


@pytest.fixture
def folder(tmp_path: Path, seed: Path) -> Path:
    """A folder for a sandbox, which need not be seeded any more."""
    shutil.copyfile(seed, tmp_path / seed.name)
    return tmp_path


@pytest.fixture
async def sandbox(folder: Path, clock: FrozenClock) -> AsyncIterator[Served]:
    """A fresh sandbox."""
    async with served(running_sandbox(folder, UNTHROTTLED, clock), clock) as running:
        yield running
