"""`onhand partner`: who may ask, with which keys, and on whose behalf (OP-01)."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from onhand.basics.clock import system_clock
from onhand.cli import operator
from onhand.cli.answers import Problem, accepted, print_facts, print_rows
from onhand.cli.onboarded import answer_of, every, moment_text, text_of
from onhand.cli.options import AsJson, new_group
from onhand.partners import consumers as consumer_keys
from onhand.partners import onboarding
from onhand.partners.consumers import Consumer, ConsumerKey
from onhand.partners.onboarding import Partner
from onhand.sandbox.credentials import PUBLISHED

app = new_group("Partners: suppliers, sellers and service providers, with what they show to be let in.")
consumers = new_group("Consumers: what a partner's signed requests name themselves by.")
keys = new_group("Public keys of consumers, several versions of each.")
app.add_typer(consumers, name="consumer")
app.add_typer(keys, name="key")
app.add_typer(operator.app, name="operator")

_CONSUMER_COLUMNS = ("consumer_id", "partner")
_KEY_COLUMNS = ("consumer_id", "key_version", "created_at", "revoked_at")
_PARTNER_COLUMNS = ("kind", "code", "name")

Code = Annotated[str, typer.Argument(help="The partner's code, as others name it by.")]
ConsumerId = Annotated[str, typer.Argument(help="The consumer id.")]


class Kind(StrEnum):
    """What a partner is to the retailer."""

    supplier = "supplier"
    provider = "provider"
    seller = "seller"


@app.command()
def add(
    code: Code,
    name: Annotated[str, typer.Option(help="The name that answers show.")],
    kind: Annotated[Kind, typer.Option(help="What the partner is.")] = Kind.supplier,
    as_json: AsJson = False,
) -> None:
    """Make a partner known; said again in the same words it changes nothing.

    Example: `onhand partner add acme --name "Acme Foods"`
    """
    partner = answer_of(
        lambda database: onboarding.add_partner(database, system_clock, kind=kind.value, code=code, name=name)
    )
    print_facts(_partner_row(partner), as_json=as_json)


@app.command(name="list")
def list_partners(
    kind: Annotated[Kind | None, typer.Option(help="Only these.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show partners.

    Example: `onhand partner list --kind provider`
    """
    wanted = kind.value if kind else None
    found = every(
        lambda database, after: onboarding.list_partners(database, kind=wanted, after=after),
        lambda partner: partner.code,
    )
    rows = [_partner_row(partner) for partner in found]
    print_rows(rows, columns=_PARTNER_COLUMNS, as_json=as_json, empty="No partners yet: onhand partner add.")


@app.command()
def associate(
    provider: Annotated[str, typer.Argument(help="The code of the service provider.")],
    supplier: Annotated[str, typer.Argument(help="The code of the supplier that it asks for.")],
    as_json: AsJson = False,
) -> None:
    """Let a service provider ask on behalf of a supplier.

    Example: `onhand partner associate data-house acme`
    """
    codes = {"provider_code": provider, "supplier_code": supplier}
    answer_of(lambda database: onboarding.associate(database, system_clock, **codes))
    print_facts({"provider": provider, "supplier": supplier}, as_json=as_json)


@app.command()
def dissociate(
    provider: Annotated[str, typer.Argument(help="The code of the service provider.")],
    supplier: Annotated[str, typer.Argument(help="The code of the supplier that it asked for.")],
    as_json: AsJson = False,
) -> None:
    """Stop a service provider from asking on behalf of a supplier.

    Example: `onhand partner dissociate data-house acme`
    """
    codes = {"provider_code": provider, "supplier_code": supplier}
    answer_of(lambda database: onboarding.dissociate(database, **codes))
    print_facts({"provider": provider, "supplier": supplier}, as_json=as_json)


@consumers.command(name="add")
def add_consumer(code: Code, consumer_id: ConsumerId, as_json: AsJson = False) -> None:
    """Give a supplier or a service provider a consumer id.

    Example: `onhand partner consumer add acme 7c8b1a52-2f0e-4d8c-9d1e-1f5a1b2c3d4e`
    """
    named = {"partner_code": code, "consumer_id": consumer_id}
    accepted(PUBLISHED.refused_consumer(consumer_id))
    consumer = answer_of(lambda database: consumer_keys.add_consumer(database, system_clock, **named))
    print_facts(_consumer_row(consumer), as_json=as_json)


@consumers.command(name="list")
def list_consumers(
    partner: Annotated[str | None, typer.Option(help="Only those of the partner with this code.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show consumers.

    Example: `onhand partner consumer list --partner acme`
    """
    found = _consumers(partner)
    if partner and not found and answer_of(lambda database: onboarding.partner_by_code(database, partner)) is None:
        raise Problem(f"no partner has the code “{partner}”: `onhand partner list` shows those that are known")
    print_rows(list(map(_consumer_row, found)), columns=_CONSUMER_COLUMNS, as_json=as_json, empty="No consumers.")


@keys.command(name="add")
def add_key(
    consumer_id: ConsumerId,
    public_key: Annotated[Path, typer.Argument(help="The file with the public key; - is standard input.")],
    key_version: Annotated[str, typer.Option(help="The version that requests name the key by.")] = "1",
    as_json: AsJson = False,
) -> None:
    """Add a version of a consumer's public key; its older versions stay live until they are revoked.

    Example: `onhand partner key add 7c8b1a52-2f0e-4d8c-9d1e-1f5a1b2c3d4e acme-public.pem --key-version 2`
    """
    named = {"consumer_id": consumer_id, "key_version": key_version, "public_key": text_of(public_key)}
    accepted(PUBLISHED.refused_key(named["public_key"]))
    key = answer_of(lambda database: consumer_keys.add_key(database, system_clock, **named))
    print_facts(_key_row(key), as_json=as_json)


@keys.command(name="revoke")
def revoke_key(
    consumer_id: ConsumerId,
    key_version: Annotated[str, typer.Option(help="The version that ends.")],
    as_json: AsJson = False,
) -> None:
    """End a version of a consumer's key for good.

    Example: `onhand partner key revoke 7c8b1a52-2f0e-4d8c-9d1e-1f5a1b2c3d4e --key-version 1`
    """
    named = {"consumer_id": consumer_id, "key_version": key_version}
    key = answer_of(lambda database: consumer_keys.revoke_key(database, system_clock, **named))
    print_facts(_key_row(key), as_json=as_json)


@keys.command(name="list")
def list_keys(consumer_id: ConsumerId, as_json: AsJson = False) -> None:
    """Show the versions of a consumer's key.

    Example: `onhand partner key list 7c8b1a52-2f0e-4d8c-9d1e-1f5a1b2c3d4e`
    """
    found = every(
        lambda database, after: consumer_keys.list_keys(database, consumer_id, after=after), lambda key: key.key_version
    )
    if not found and consumer_id not in (consumer.consumer_id for consumer in _consumers(None)):
        raise Problem(f"no consumer has the id “{consumer_id}”: `onhand partner consumer list` shows those there are")
    print_rows(list(map(_key_row, found)), columns=_KEY_COLUMNS, as_json=as_json, empty="No keys.")


def _consumers(partner: str | None) -> list[Consumer]:
    return every(
        lambda database, after: consumer_keys.list_consumers(database, partner_code=partner, after=after),
        lambda consumer: consumer.consumer_id,
    )


def _partner_row(partner: Partner) -> dict[str, Any]:
    return {"kind": partner.kind, "code": partner.code, "name": partner.name}


def _consumer_row(consumer: Consumer) -> dict[str, Any]:
    return {"consumer_id": consumer.consumer_id, "partner": consumer.partner_code}


def _key_row(key: ConsumerKey) -> dict[str, Any]:
    return {
        "consumer_id": key.consumer_id,
        "key_version": key.key_version,
        "created_at": moment_text(key.created_at),
        "revoked_at": moment_text(key.revoked_at),
    }
