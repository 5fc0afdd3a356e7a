"""Write the pages of the reference that are made from the code; `--check` only says whether they are current."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from onhand.cli.settings import settings_page
from onhand.settings import reference
from tools import client_page, commands_page, coverage_page

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
PAGES: dict[str, Callable[[], str]] = {
    "client.md": client_page.page,
    "commands.md": commands_page.page,
    "coverage.md": coverage_page.page,
    "settings.md": lambda: settings_page(reference()) + "\n",
}


def stale() -> list[str]:
    """The pages that are not what would be written now."""
    return [name for name, page in PAGES.items() if _text_of(REFERENCE / name) != page()]


def _text_of(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def main() -> int:
    """Write every page, or with `--check` end with 1 where one is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a page is stale")
    check = parser.parse_args().check
    try:
        names = stale()
    except coverage_page.UnknownPointError as error:
        print(error, file=sys.stderr)
        return 1
    for name in names:
        if check:
            print(f"docs/reference/{name} is stale: run `make pages`", file=sys.stderr)
        else:
            (REFERENCE / name).write_text(PAGES[name](), encoding="utf-8")
    return 1 if check and names else 0


if __name__ == "__main__":
    sys.exit(main())
