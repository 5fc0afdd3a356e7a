"""`onhand partner operator`: the operator's own programs, let in by a bearer token."""

from typing import Annotated, Any

import typer

from onhand.basics.clock import system_clock
from onhand.cli.answers import print_facts, print_rows
from onhand.cli.onboarded import answer_of, every, moment_text
from onhand.cli.options import AsJson, new_group
from onhand.partners import operators
from onhand.partners.operators import OperatorClient
from onhand.wiring.randomness import new_token

app = new_group("Clients of the operator's API: the operator's own programs, let in by a bearer token.")
_COLUMNS = ("client_id", "source", "created_at", "revoked_at")

ClientId = Annotated[str, typer.Argument(help="What the program is called.")]


@app.command()
def add(
    client_id: ClientId,
    source: Annotated[str | None, typer.Option(help="The source of the events it posts. (default: its own id)")] = None,
    as_json: AsJson = False,
) -> None:
    """Let a program in and print its token, this one time: only a hash of it is kept.

    Example: `onhand partner operator add registers`
    """
    token = new_token()
    named = {"client_id": client_id, "source": source or client_id, "token": token}
    client = answer_of(lambda database: operators.add_operator_client(database, system_clock, **named))
    print_facts({"client_id": client.client_id, "source": client.source, "token": token}, as_json=as_json)


@app.command()
def revoke(client_id: ClientId, as_json: AsJson = False) -> None:
    """Shut a program out for good.

    Example: `onhand partner operator revoke registers`
    """
    client = answer_of(lambda database: operators.revoke_operator_client(database, system_clock, client_id=client_id))
    print_facts(_row(client), as_json=as_json)


@app.command(name="list")
def list_clients(as_json: AsJson = False) -> None:
    """Show the programs that are or were let in; never their tokens.

    Example: `onhand partner operator list`
    """
    found = every(
        lambda database, after: operators.list_operator_clients(database, after=after), lambda client: client.client_id
    )
    print_rows(list(map(_row, found)), columns=_COLUMNS, as_json=as_json, empty="No clients yet.")


def _row(client: OperatorClient) -> dict[str, Any]:
    return {
        "client_id": client.client_id,
        "source": client.source,
        "created_at": moment_text(client.created_at),
        "revoked_at": moment_text(client.revoked_at),
    }
