"""What holds for the project as a whole: what ships, what is locked, who reads the environment, how long files get."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.version import Version

import onhand

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "onhand"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
# The settings take the environment as an argument; the command line, and nothing below it, hands it over.
READERS_OF_THE_ENVIRONMENT = re.compile(r"cli/[a-z]+\.py")
# What an end-to-end test would ask a server by, past the client, or sign by with the platform's own keys.
WAYS_PAST_THE_CLIENT = re.compile(
    r"(httpx|httpcore|requests|urllib3?\.request|urllib3|aiohttp|http\.client|starlette|pycurl|"
    r"onhand\.partners\.(keys|signatures)|onhand\.client\.signing|onhand\.cli\.asking)(\..*)?"
)
# Nobody connects to a server by itself, but the line that breaks, which passes on what a client sent.
CONNECTING = re.compile(r"\b(create_connection|open_connection|connect_ex|curl)\b")
PASSES_ON = "tests.end_to_end.line"
LINES_MAX = 400
FUNCTION_LINES_MAX = 50
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}

# Imports everything and lists what importing did beyond defining: the audit hooks of the interpreter see it all.
_IMPORT_EVERYTHING = """
import importlib, os, pkgutil, sys
done = []
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
def heard(event, arguments):
    if event in ("sqlite3.connect", "socket.connect", "socket.bind", "subprocess.Popen", "os.mkdir", "os.remove"):
        done.append(event)
    elif event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING:
        done.append(f"open {arguments[0]}")
sys.addaudithook(heard)
import onhand
for module in pkgutil.walk_packages(onhand.__path__, "onhand."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
        if done:
            sys.exit(f"importing {module.name}: {done}")
"""


def modules() -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE).as_posix(), path.read_text(encoding="utf-8")


def direct_requirements() -> list[Requirement]:
    project = PYPROJECT["project"]
    listed = [
        *project["dependencies"],
        *(each for extra in project["optional-dependencies"].values() for each in extra),
    ]
    return [Requirement(each) for each in listed]


def locked_versions() -> dict[str, list[Version]]:
    found: dict[str, list[Version]] = {}
    for name, version in re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", LOCK, re.MULTILINE):
        found.setdefault(name, []).append(Version(version))
    return found


def imported(text: str) -> Iterator[str]:
    """Every module that a text of Python imports, and every name that may be one."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def ways_past_the_client(text: str, *, connects: bool = False) -> list[str]:
    """What a test could ask a server by that is neither `onhand.client` nor the command line."""
    ways = [name for name in imported(text) if WAYS_PAST_THE_CLIENT.fullmatch(name)]
    return ways if connects else ways + CONNECTING.findall(text)


def end_to_end_modules() -> dict[str, str]:
    """The texts of the end-to-end tests, and of all that they are given by other modules of the tests."""
    waiting = [f"tests.end_to_end.{path.stem}" for path in (ROOT / "tests" / "end_to_end").glob("*.py")]
    texts: dict[str, str] = {}
    while waiting:
        name = waiting.pop()
        path = ROOT / f"{name.replace('.', '/')}.py"
        if name not in texts and path.exists():
            texts[name] = path.read_text(encoding="utf-8")
            waiting += [each for each in imported(texts[name]) if each.startswith("tests.")]
    return texts


def states_a_table(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether it only names and returns what is written down in it, such as the list of a surface's operations."""
    return all(isinstance(statement, ast.Expr | ast.Assign | ast.Return) for statement in function.body)


def test_the_wheel_ships_every_file_of_the_package(tmp_path: Path) -> None:
    wheel = next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"]))
    shipped = set(ZipFile(wheel).namelist())
    wanted = {
        path.relative_to(SOURCE.parent).as_posix()
        for path in SOURCE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted - shipped == set()


def test_the_changelog_knows_the_version() -> None:
    assert f"## {onhand.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("requirement", direct_requirements(), ids=lambda each: each.name)
def test_a_direct_dependency_is_bounded_and_locked_within_its_bounds(requirement: Requirement) -> None:
    locked = locked_versions()[re.sub(r"[-_.]+", "-", requirement.name).lower()]
    assert any(each.operator == ">=" for each in requirement.specifier)
    assert all(requirement.specifier.contains(version) for version in locked)


def test_every_locked_package_has_its_hashes() -> None:
    packages = re.split(r"^(?=[a-z0-9-]+==)", LOCK, flags=re.MULTILINE)
    assert [package for package in packages if package.strip() and "--hash=sha256:" not in package] == []


def test_the_lock_names_no_registry_and_no_path() -> None:
    unexpected = [line for line in LOCK.splitlines() if not re.match(r"^([a-z0-9-]+==|    --hash=sha256:)", line)]
    assert unexpected == []
    assert "://" not in LOCK


def test_only_the_outermost_parts_read_the_environment() -> None:
    readers = [name for name, text in modules() if re.search(r"\bos\.(environ|getenv)\b|import environ", text)]
    assert [name for name in readers if not READERS_OF_THE_ENVIRONMENT.fullmatch(name)] == []


def test_end_to_end_tests_ask_servers_by_the_client_or_the_command_only() -> None:
    texts = end_to_end_modules()
    assert len([name for name in texts if name.startswith("tests.end_to_end.test_")]) > 5
    found = {name: ways_past_the_client(text, connects=name == PASSES_ON) for name, text in texts.items()}
    assert {name: ways for name, ways in found.items() if ways} == {}


@pytest.mark.parametrize(
    "text",
    [
        "import httpx",
        "from httpx import ASGITransport",
        "import http.client",
        "from http import client",
        "from urllib import request",
        "def test() -> None:\n    from starlette.testclient import TestClient",
        "from onhand.partners.keys import signing_headers",
        "from onhand.client import signing",
        "socket.create_connection(address)",
    ],
)
def test_a_test_that_asks_a_server_past_the_client_is_found(text: str) -> None:
    assert len(ways_past_the_client(text)) >= 1


def test_importing_a_module_does_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-B", "-c", _IMPORT_EVERYTHING], capture_output=True, text=True, check=False, cwd=SOURCE.parent
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_no_file_is_too_long() -> None:
    assert [name for name, text in modules() if text.count("\n") > LINES_MAX] == []


def test_no_function_is_too_long() -> None:
    long = [
        f"{name}:{node.name}"
        for name, text in modules()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES_MAX
        and not states_a_table(node)
    ]
    assert long == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    parts = {part for name, _ in modules() for part in name.removesuffix(".py").split("/")}
    assert parts & EMPTY_NAMES == set()


def test_decisions_are_numbered_without_gaps() -> None:
    names = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_no_file_tells_of_the_machine_that_it_was_written_on() -> None:
    # Put together here, so that this file does not hold what it looks for.
    telling = re.compile(
        "|".join(["/wor" + "k/", "/tmp" + "/v\\b", "/ro" + "ot/", "/op" + "t/pypi", "python" + "hosted"])
    )
    tops = ["src", "tests", "docs", "tools", "benchmarks", ".ci", "Makefile", "pyproject.toml", "README.md"]
    paths = [path for top in tops for path in ([ROOT / top] if (ROOT / top).is_file() else (ROOT / top).rglob("*"))]
    texts = [path for path in paths if path.suffix in {".py", ".md", ".sql", ".toml", ".csv", ".json", ""}]
    found = [path.name for path in texts if path.is_file() and telling.search(path.read_text(encoding="utf-8"))]
    assert found == []
