"""`onhand client`: the programs of partners that ask at the gateway."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from onhand.basics.clock import system_clock
from onhand.cli.answers import accepted, print_facts, print_rows
from onhand.cli.onboarded import answer_of, every, moment_text
from onhand.cli.options import AsJson, new_group
from onhand.partners import clients
from onhand.partners.clients import GatewayClient, Scopes
from onhand.sandbox.credentials import PUBLISHED
from onhand.wiring.randomness import new_token

app = new_group("Clients of the gateway: the programs of suppliers, sellers and service providers.")
_COLUMNS = ("client_id", "partner", "kind", "inventory", "feeds", "reports", "channel_type", "created_at", "revoked_at")

ClientId = Annotated[str, typer.Argument(help="What the program is called.")]


class Scope(StrEnum):
    """What a client may do with a subject."""

    FULL_ACCESS = "full_access"
    VIEW_ONLY = "view_only"
    NO_ACCESS = "no_access"


@app.command()
def add(
    client_id: ClientId,
    partner: Annotated[str, typer.Argument(help="The code of the partner whose program it is.")],
    inventory: Annotated[Scope, typer.Option(help="What it may do with inventory.")] = Scope.FULL_ACCESS,
    feeds: Annotated[Scope, typer.Option(help="What it may do with feeds.")] = Scope.FULL_ACCESS,
    reports: Annotated[Scope, typer.Option(help="What it may do with reports.")] = Scope.FULL_ACCESS,
    channel_type: Annotated[str | None, typer.Option(help="The WM_CONSUMER.CHANNEL.TYPE that it is to send.")] = None,
    as_json: AsJson = False,
) -> None:
    """Let a program in and print its secret, this one time: only a hash of it is kept.

    Example: `onhand client add acme-warehouse acme --reports view_only`
    """
    accepted(PUBLISHED.refused_client(client_id, None))
    secret, scopes = new_token(), Scopes(inventory.value, feeds.value, reports.value)
    client = answer_of(
        lambda database: clients.add_gateway_client(
            database,
            system_clock,
            client_id=client_id,
            partner_code=partner,
            secret=secret,
            scopes=scopes,
            channel_type=channel_type,
        )
    )
    print_facts({"client_id": client.client_id, "partner": client.partner_code, "secret": secret}, as_json=as_json)


@app.command()
def rotate(client_id: ClientId, as_json: AsJson = False) -> None:
    """Give a program another secret and print it, this one time; the tokens that it has live on.

    Example: `onhand client rotate acme-warehouse`
    """
    secret = new_token()
    client = answer_of(lambda database: clients.rotate_secret(database, client_id=client_id, secret=secret))
    print_facts({"client_id": client.client_id, "partner": client.partner_code, "secret": secret}, as_json=as_json)


@app.command()
def revoke(client_id: ClientId, as_json: AsJson = False) -> None:
    """Shut a program out for good, with every token that it has.

    Example: `onhand client revoke acme-warehouse`
    """
    client = answer_of(lambda database: clients.revoke_gateway_client(database, system_clock, client_id=client_id))
    print_facts(_row(client), as_json=as_json)


@app.command(name="list")
def list_clients(
    partner: Annotated[str | None, typer.Option(help="Only those of the partner with this code.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the programs that are or were let in; never their secrets.

    Example: `onhand client list --partner acme`
    """
    found = every(
        lambda database, after: clients.list_gateway_clients(database, partner_code=partner, after=after),
        lambda client: client.client_id,
    )
    print_rows(list(map(_row, found)), columns=_COLUMNS, as_json=as_json, empty="No clients yet: onhand client add.")


def _row(client: GatewayClient) -> dict[str, Any]:
    return {
        "client_id": client.client_id,
        "partner": client.partner_code,
        "kind": client.partner_kind,
        "inventory": client.scopes.inventory,
        "feeds": client.scopes.feeds,
        "reports": client.scopes.reports,
        "channel_type": client.channel_type,
        "created_at": moment_text(client.created_at),
        "revoked_at": moment_text(client.revoked_at),
    }
