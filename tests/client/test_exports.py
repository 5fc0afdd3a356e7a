"""What the client exports, how its errors are ordered, and that both kinds of client have the same operations."""

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

import onhand.client
from onhand.client import AsyncClient, Client, OnhandError, Refused, errors
from onhand.client.clients import Options, _Made
from onhand.client.operations import Group, _Listing, operation

SOURCE = Path(inspect.getfile(onhand.client)).parent


def operations_of(client: type[_Made]) -> dict[str, set[str]]:
    made = client("http://127.0.0.1:1")  # type: ignore[call-arg]
    groups = {name: value for name, value in vars(made).items() if isinstance(value, Group)}
    return {
        name: {
            each
            for kind in type(group).__mro__
            for each, value in vars(kind).items()
            if isinstance(value, operation | _Listing)
        }
        for name, group in groups.items()
    }


def test_every_exported_name_exists_once_and_in_order() -> None:
    names = onhand.client.__all__
    assert all(hasattr(onhand.client, name) for name in names)
    assert len(set(names)) == len(names)
    assert sorted(names, key=lambda name: (not name.isupper(), name)) == names


def test_every_public_name_that_the_package_imports_is_exported() -> None:
    public = {
        name for name, value in vars(onhand.client).items() if not (name.startswith("_") or inspect.ismodule(value))
    }
    assert public == set(onhand.client.__all__)


def test_every_error_is_exported_and_stands_in_the_drawn_tree() -> None:
    kinds = {name for name, value in vars(errors).items() if inspect.isclass(value) and issubclass(value, OnhandError)}
    assert kinds <= set(onhand.client.__all__)
    assert set(re.findall(r"^\s*[×·]? ?([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE)) >= kinds


def test_the_drawn_tree_is_the_classes_own() -> None:
    parents: dict[str, str] = {}
    above = ""
    for mark, name in re.findall(r"^\s*([×·]) ([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE):
        parents[name] = "OnhandError" if mark == "×" else above
        above = name if mark == "×" else above
    assert {name: getattr(errors, name).__mro__[1].__name__ for name in parents} == parents


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "BadRequest"),
        (401, "Unauthorized"),
        (403, "Forbidden"),
        (404, "NotFound"),
        (405, "NotUnderstood"),
        (406, "NotUnderstood"),
        (409, "Conflict"),
        (413, "TooLarge"),
        (415, "NotUnderstood"),
        (418, "BadRequest"),
        (422, "NotUnderstood"),
        (429, "Throttled"),
        (500, "ServerFailed"),
        (503, "ServerFailed"),
        (302, "Refused"),
    ],
)
def test_each_status_has_its_error(status: int, kind: str) -> None:
    assert errors.error_class(status).__name__ == kind


def test_every_refusal_is_the_error_of_some_status() -> None:
    kinds = {errors.error_class(status) for status in range(400, 600)}
    assert {kind for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, Refused)} - kinds == {
        Refused
    }


def test_both_clients_have_the_same_operations() -> None:
    blocking, awaited = operations_of(Client), operations_of(AsyncClient)
    assert blocking == awaited
    assert sum(map(len, blocking.values())) > 50


def test_an_operation_shows_its_own_parameters_and_words() -> None:
    client = Client("http://127.0.0.1:1")
    assert list(inspect.signature(client.stores.available).parameters) == ["store_nbr", "gtin"]
    assert "What a store has of one item" in (client.stores.available.__doc__ or "")


def test_every_option_is_one_that_the_client_reads() -> None:
    source = inspect.getsource(_Made)
    assert [name for name in Options.__annotations__ if f'"{name}"' not in source] == []


def test_credentials_do_not_show_their_secrets() -> None:
    given: list[Any] = [
        onhand.client.GatewayClient(client_id="a", client_secret="hush"),
        onhand.client.OperatorToken("hush"),
        onhand.client.SupplierKey(consumer_id="a", private_key_pem="hush"),
    ]
    assert "hush" not in repr(given)
