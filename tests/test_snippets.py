"""The pages on the client are true: every snippet is run against a sandbox, and answers as the page says."""

import doctest
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from onhand.sandbox.credentials import credentials
from tests.cli.conftest import run
from tests.processes import sandbox_process

__all__ = ["run"]
pytest_plugins = ["pytester"]

PAGES = Path(__file__).parents[1] / "docs" / "how-to"
NAMES = ["ask-with-the-client", *sorted(path.stem for path in PAGES.glob("integrate-*.md"))]
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_PUBLISHED = "http://127.0.0.1:8080"


def blocks(name: str, kind: str) -> list[str]:
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    return [body for found, body in _FENCE.findall(text) if found == kind]


@pytest.fixture(params=NAMES)
def page(request: pytest.FixtureRequest) -> str:
    """The name of a page."""
    name: str = request.param
    return name


@pytest.fixture
def url() -> Iterator[str]:
    """The URL of a fresh sandbox."""
    with sandbox_process() as url:
        yield url


def test_every_snippet_of_python_does_what_its_page_says(
    page: str, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ACME_SECRET", "a secret")
    (tmp_path / "acme-private.pem").write_text(credentials().supplier.private_key_pem, encoding="ascii")
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8").replace(_PUBLISHED, url)
    names: dict[str, object] = {}
    wrong: list[str] = []
    for kind, body in _FENCE.findall(text):
        if kind == "python":
            exec(compile(body, page, "exec"), names)
        elif kind == "pycon":
            # Its names are those of the snippets before.
            example = doctest.DocTestParser().get_doctest(body, {}, page, page, 0)
            example.globs = names
            doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=wrong.append, clear_globs=False)
    assert "".join(wrong) == ""
    assert any(kind in {"python", "pycon"} for kind, _ in _FENCE.findall(text))


def test_every_test_of_the_page_on_testing_passes(pytester: pytest.Pytester) -> None:
    snippets = dict.fromkeys(("conftest.py", "test_page.py"), "")
    for body in blocks("test-your-integration", "python"):
        snippets["conftest.py" if body.startswith("# conftest.py") else "test_page.py"] += body
    for name, text in snippets.items():
        (pytester.path / name).write_text(text, encoding="utf-8")
    pytester.runpytest_inprocess("-p", "no:asyncio").assert_outcomes(passed=snippets["test_page.py"].count("def test_"))


@pytest.mark.parametrize("page", ["ask-with-the-client"])
def test_every_command_with_a_profile_ends_well(
    page: str, url: str, run: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles = "\n".join(blocks(page, "toml"))
    (rows,) = blocks(page, "csv")
    (tmp_path / "profiles.toml").write_text(profiles.replace(_PUBLISHED, url), encoding="utf-8")
    (tmp_path / "supplier.pem").write_text(credentials().supplier.private_key_pem, encoding="ascii")
    (tmp_path / "stock.csv").write_text(rows, encoding="utf-8")
    monkeypatch.setenv("ONHAND_PROFILES", str(tmp_path / "profiles.toml"))
    monkeypatch.setenv("VENDOR_SECRET", "sandbox-vendor-secret")
    monkeypatch.setenv("SHOP_SECRET", "sandbox-seller-secret")
    lines = [line for body in blocks(page, "console") for line in body.splitlines() if " sandbox" not in line]
    assert len(lines) >= 8
    for line in lines:
        ran = run(*line.removeprefix("$ onhand ").split())  # type: ignore[operator]
        assert ran.status == 0, (line, ran)
