"""`onhand database`: the schema of the database."""

import asyncio
from typing import Annotated

import typer

from onhand.cli.answers import REFUSED, print_facts
from onhand.cli.opened import environment_settings
from onhand.cli.options import AsJson, new_group
from onhand.settings import without_password
from onhand.store.schema import newest_revision
from onhand.wiring.databases import schema_revision, upgrade_database

app = new_group("The schema of the database: where it stands, and bringing it forward.")


@app.command()
def upgrade(as_json: AsJson = False) -> None:
    """Create the schema, or bring it forward to what this program needs.

    Example: `ONHAND_DATABASE_URL=postgresql://onhand@db/onhand onhand database upgrade`
    """
    settings = environment_settings()
    before = asyncio.run(schema_revision(settings))
    upgrade_database(settings)
    after = asyncio.run(schema_revision(settings))
    print_facts({"database": without_password(settings.database), "before": before, "now": after}, as_json=as_json)


@app.command()
def status(
    check: Annotated[bool, typer.Option("--check", help="End with status 1 unless the schema is current.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the revision that the database stands at and the one that this program needs.

    Example: `onhand database status --check`
    """
    settings = environment_settings()
    revision = asyncio.run(schema_revision(settings))
    facts = {"database": without_password(settings.database), "revision": revision, "needed": newest_revision()}
    print_facts({**facts, "current": revision == newest_revision()}, as_json=as_json)
    if check and revision != newest_revision():
        raise typer.Exit(REFUSED)
