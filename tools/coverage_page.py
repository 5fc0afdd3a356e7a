"""docs/reference/coverage.md: every point of the contract with the tests that carry it.

The tests say which points they carry by `@pytest.mark.contract("SG-05")`. They are read as text, not run, so that the
page is the same on every machine.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONTRACT = ROOT / "docs" / "reference" / "contract.md"

_POINT = re.compile(r"^- \*\*(?P<id>[A-Z]{2}-\d\d) (?P<title>[^*]+?)\.?\*\*", re.MULTILINE)
_HEADING = """# Coverage of the contract

Written by `make pages` from the marks of the tests; `make check` fails when it is stale.
The points themselves stand in [contract.md](contract.md).

"""


class UnknownPointError(Exception):
    """A test names a point that the contract does not have."""


def points() -> dict[str, str]:
    """The title of every point of the contract by its id, in the order of the page."""
    return {found["id"]: found["title"] for found in _POINT.finditer(CONTRACT.read_text(encoding="utf-8"))}


def carriers_of_points(root: Path = ROOT) -> dict[str, list[str]]:
    """The tests that carry each point, as `tests/stock/test_posting.py::test_name`."""
    carried: dict[str, list[str]] = {}
    for path in sorted((root / "tests").rglob("test_*.py")):
        module = path.relative_to(root).as_posix()
        for test, point in _marks_in(ast.parse(path.read_text(encoding="utf-8"))):
            tests = carried.setdefault(point, [])
            name = f"{module}::{test}" if test else module
            if name not in tests:
                tests.append(name)
    return carried


def page() -> str:
    """The text of the page.

    Raises:
        UnknownPointError: a mark names a point that contract.md does not have.
    """
    titles, carried = points(), carriers_of_points()
    unknown = sorted(carried.keys() - titles.keys())
    if unknown:
        where = ", ".join(f"{point} ({carried[point][0]})" for point in unknown)
        raise UnknownPointError(f"not in docs/reference/contract.md: {where}")
    built = sum(point in carried for point in titles)
    lines = [f"{built} of {len(titles)} points are carried by tests.", ""]
    lines += ["| point | about | tests |", "|---|---|---|"]
    lines += [f"| {point} | {title} | {_cell(carried.get(point, []))} |" for point, title in titles.items()]
    return _HEADING + "\n".join(lines) + "\n"


def _cell(tests: list[str]) -> str:
    return "<br>".join(f"`{test}`" for test in tests) if tests else "not yet built"


def _marks_in(module: ast.Module) -> Iterator[tuple[str, str]]:
    for node in module.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and "pytestmark" in ast.unparse(node):
            yield from (("", point) for point in _ids_in(node))
        yield from _marks_of(node, "")


def _marks_of(node: ast.stmt, prefix: str) -> Iterator[tuple[str, str]]:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    for decorator in node.decorator_list:
        yield from ((prefix + node.name, point) for point in _ids_in(decorator))
    if isinstance(node, ast.ClassDef):
        for inner in node.body:
            yield from _marks_of(inner, f"{prefix}{node.name}::")


def _ids_in(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and ast.unparse(inner.func) == "pytest.mark.contract":
            yield from (str(argument.value) for argument in inner.args if isinstance(argument, ast.Constant))
