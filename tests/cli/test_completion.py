"""Shells complete commands, their parts, their options and the names of profiles."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT

PROFILES = '[profiles.vendor]\nurl = "http://127.0.0.1"\n[profiles.shop]\nurl = "http://127.0.0.1"\n'
LINES = [
    ("onhand inven", "inventory"),
    ("onhand feeds wa", "watch"),
    ("onhand settlement get --leg", "--legacy"),
    ("onhand fulfilment get --profile v", "vendor"),
]


def completed(folder: Path, **asked: str) -> str:
    """What the program answers a shell."""
    (folder / "profiles.toml").write_text(PROFILES, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "onhand"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "ONHAND_PROFILES": str(folder / "profiles.toml"), **asked},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stderr == ""
    return ran.stdout


@pytest.mark.parametrize(("line", "word"), LINES)
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_how_a_word_goes_on(tmp_path: Path, shell: str, line: str, word: str) -> None:
    asked = {
        "bash": {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1)},
        "zsh": {"_TYPER_COMPLETE_ARGS": line},
        "fish": {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    }
    told = completed(tmp_path, _ONHAND_COMPLETE=f"complete_{shell}", **asked[shell])
    assert word in told
    assert "shop" not in told


def test_profiles_that_can_t_be_read_complete_to_nothing(tmp_path: Path) -> None:
    line = {"COMP_WORDS": "onhand feeds list --profile v", "COMP_CWORD": "4"}
    broken = tmp_path / "broken.toml"
    broken.write_text("profiles", encoding="utf-8")
    for path in (broken, tmp_path / "none.toml"):
        asked = {**line, "ONHAND_PROFILES": str(path)}
        assert completed(tmp_path, _ONHAND_COMPLETE="complete_bash", **asked).strip() == ""


def test_bash_completes_once_that_is_installed(tmp_path: Path) -> None:
    program = tmp_path / "onhand"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT / "src"} exec {sys.executable} -m onhand "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    script = """
        onhand --install-completion > /dev/null
        source ~/.bashrc
        COMP_WORDS=(onhand feeds wa) COMP_CWORD=2
        _onhand_completion onhand
        echo "${COMPREPLY[@]}"
    """
    ran = subprocess.run(
        ["bash", "-c", script],
        env={"HOME": str(tmp_path), "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.stdout, ran.stderr) == ("watch\n", "")
