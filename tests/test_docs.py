"""The documentation is true: its commands exist, its links lead somewhere, its generated pages are current."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from onhand.settings import reference
from tools import commands_page, pages
from tools.coverage_page import points

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
# Where one stands for the reader's own word (`onhand load events FILE…`) or where others follow (`… | head`).
_ENDS = {"|", ">", ">>", "&&", ";", "&", "||", "#", "2>"}
# What the program takes before any command.
_OF_ALL = {"--help", "--version", "--install-completion", "--show-completion", "…"}
_FENCE = re.compile(r"^[ ]*```(\w*)\n(.*?)^[ ]*```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def command_lines(text: str) -> Iterator[str]:
    """Every `onhand …` in a block of a shell's input and in inline code."""
    for kind, body in _FENCE.findall(text):
        if kind in {"console", "sh", "bash", "shell"}:
            for line in body.replace("\\\n", " ").splitlines():
                found = re.search(r"(?:^|[|;&(]\s*|\s)(onhand(?: .*)?)$", line.strip().removeprefix("$ "))
                if found and not (kind == "console" and not line.strip().startswith("$")):
                    yield found[1]
    yield from re.findall(r"`(onhand [^`]+)`", _FENCE.sub("", text))


def words_of(line: str) -> list[str]:
    """The words after `onhand`, up to where another command or a redirection begins."""
    words: list[str] = []
    for word in shlex.split(line, comments=True)[1:]:
        if word in _ENDS:
            break
        words.append(word)
    return words


def problems_of(line: str, commands: dict[str, Any]) -> list[str]:
    """What a command line names that the program does not have; a group alone is fine."""
    words = words_of(line)
    name = "onhand"
    while words and any(known == f"{name} {words[0]}" or known.startswith(f"{name} {words[0]} ") for known in commands):
        name = f"{name} {words.pop(0)}"
    if name not in commands:
        group = any(known.startswith(f"{name} ") for known in commands)
        options = _OF_ALL if name == "onhand" else {"--help", "…"}
        return [] if group and (not words or words[0] in options) else [f"no command {name} {words}"]
    options = {option for each in commands[name].params for option in (*each.opts, *each.secondary_opts)}
    given = {word.partition("=")[0] for word in words if re.match(r"-{1,2}[a-z]", word)}
    return [f"{name} has no {option}" for option in sorted(given - options - {"--help", "-h"})]


def anchors_of(path: Path) -> set[str]:
    """The anchors that a page's headings make."""
    headings = _HEADING.findall(_FENCE.sub("", path.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.fixture(scope="module")
def commands() -> dict[str, Any]:
    """Every command of the program by its whole name."""
    return commands_page.commands()


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_command_line_of_a_page_is_one_of_the_program(path: Path, commands: dict[str, Any]) -> None:
    lines = command_lines(path.read_text(encoding="utf-8"))
    assert [problem for line in lines for problem in problems_of(line, commands)] == []


def test_a_command_line_that_lies_is_found(commands: dict[str, Any]) -> None:
    assert problems_of("onhand ledger polish", commands)
    assert problems_of("onhand serve --fly", commands)
    assert problems_of("onhand feeds --install-completion", commands)


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_link_within_the_project_leads_somewhere(path: Path) -> None:
    broken = []
    for link in _LINK.findall(_FENCE.sub("", path.read_text(encoding="utf-8"))):
        target, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        page = (path.parent / target).resolve() if target else path
        if not page.exists() or (anchor and anchor not in anchors_of(page)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_setting_that_a_page_names_exists(path: Path) -> None:
    known = {setting.variable for setting in reference()}
    named = set(re.findall(r"\bONHAND_[A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8")))
    assert named - known == set()


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_point_that_a_page_names_is_in_the_contract(path: Path) -> None:
    named = set(re.findall(r"\b(?:SG|SE|SI|TH|IA|GW|DS|RC|WF|OP|SB)-\d\d\b", path.read_text(encoding="utf-8")))
    assert named - points().keys() == set()


def test_every_make_target_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    texts = [path.read_text(encoding="utf-8") for path in PAGES]
    named = {target for text in texts for target in re.findall(r"(?:^|`|\$ )make ([a-z-]+)", text, re.MULTILINE)}
    assert named - targets == set()


def test_every_page_is_reached_from_the_readme_or_the_index() -> None:
    linked = {
        (path.parent / link.partition("#")[0]).resolve()
        for path in PAGES
        for link in _LINK.findall(path.read_text(encoding="utf-8"))
        if not re.match(r"[a-z]+:", link)
    }
    alone = [name_of(path) for path in PAGES if path.resolve() not in linked and path.name != "README.md"]
    assert alone == []


def test_the_generated_pages_are_current() -> None:
    assert pages.stale() == []
