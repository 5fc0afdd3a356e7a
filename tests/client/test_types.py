"""Both type checkers see every result of the client precisely, and a wrong use of it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CALLS = Path(__file__).with_name("typed_calls.py")
WRONG = """
from pathlib import Path
from onhand.client import AsyncClient, Client

def wrong(client: Client, awaited: AsyncClient) -> None:
    client.stores.available("45", 5)
    client.stores.available(45, "g").no_such_field
    awaited.stores.available(45, "g").supplier
    client.feeds.submit_and_wait(["row"])
    client.settlement.rows("2026-03-05")
    Client("https://api.example.com", no_such_option=1)
    client.reports.visibility(Path(), no_such_waiting=1)
    client.operator.refresh("c", "g", store_nbr="45")
"""
WRONG_LINES = list(range(6, 14))


def mypy_errors(path: Path) -> set[int]:
    words = ["--no-error-summary", "--hide-error-context", "--config-file", str(ROOT / "pyproject.toml"), str(path)]
    ran = subprocess.run([sys.executable, "-m", "mypy", *words], capture_output=True, text=True, check=False, cwd=ROOT)
    assert ran.stderr == ""
    found = [line for line in ran.stdout.splitlines() if ": error:" in line]
    assert all(line.startswith(str(path)) or path.name in line for line in found), ran.stdout
    return {int(line.split(":")[1]) for line in found}


def pyright_errors(path: Path, folder: Path) -> set[int]:
    settings = folder / "pyrightconfig.json"
    settings.write_text(
        json.dumps(
            {
                "include": [str(path)],
                "extraPaths": [str(ROOT / "src"), str(ROOT)],
                "pythonVersion": "3.11",
                "typeCheckingMode": "standard",
                "venvPath": str(Path(sys.prefix).parent),
                "venv": Path(sys.prefix).name,
            }
        ),
        encoding="utf-8",
    )
    words = [sys.executable, "-m", "basedpyright", "--outputjson", "--project", str(settings)]
    ran = subprocess.run(words, capture_output=True, text=True, check=False, cwd=folder)
    told = json.loads(ran.stdout)
    assert told["summary"]["filesAnalyzed"] >= 1, ran.stdout
    found = [each for each in told["generalDiagnostics"] if each["severity"] == "error"]
    return {each["range"]["start"]["line"] + 1 for each in found}


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    path = tmp_path / "wrong_calls.py"
    path.write_text(WRONG, encoding="utf-8")
    return path


def test_mypy_sees_every_result() -> None:
    assert mypy_errors(CALLS) == set()


def test_mypy_sees_every_wrong_use(wrong: Path) -> None:
    assert sorted(mypy_errors(wrong)) == WRONG_LINES


def test_pyright_sees_every_result(tmp_path: Path) -> None:
    assert pyright_errors(CALLS, tmp_path) == set()


def test_pyright_sees_every_wrong_use(wrong: Path, tmp_path: Path) -> None:
    assert sorted(pyright_errors(wrong, tmp_path)) == WRONG_LINES
