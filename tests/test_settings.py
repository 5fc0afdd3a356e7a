"""Settings: read, refused, and shown in the reference as they are."""

from pathlib import Path

import msgspec
import pytest

from onhand.cli.settings import settings_page
from onhand.settings import BadSetting, Settings, misspelt, reference, variable, without_password

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "settings.md"


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_environment({}) == Settings()


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert Settings.from_environment({"ONHAND_PORT": " "}).port == 8080


def test_each_kind_of_value_is_read() -> None:
    settings = Settings.from_environment(
        {
            "ONHAND_PORT": "9000",
            "ONHAND_SIGNATURE_SECONDS": "2.5",
            "ONHAND_FLOOR_AT_ZERO": "TRUE",
            "ONHAND_DATABASE_URL": "postgresql://onhand@db/onhand?options=-c%20x%3D1",
        }
    )
    assert (settings.port, settings.signature_seconds, settings.floor_at_zero) == (9000, 2.5, True)
    assert settings.database == "postgresql://onhand@db/onhand?options=-c%20x%3D1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "65536"),
        ("PORT", "tcp://10.0.0.1:80"),
        ("PAGE_ROWS_MAX", "0"),
        ("PAGE_ROWS_MAX", "1.5"),
        ("SIGNATURE_SECONDS", "0"),
        ("SIGNATURE_SECONDS", "nan"),
        ("SIGNATURE_SECONDS", "inf"),
        ("THROTTLE", "maybe"),
        ("LOG_LEVEL", "loud"),
        ("PUBLIC_BASE_URL", "api.example.com"),
        ("DATABASE_URL", "mysql://db/onhand"),
        ("HOUSEKEEPING_SECONDS", "-1"),
    ],
)
def test_a_value_that_is_not_accepted_is_refused_with_its_variable_and_what_is_accepted(name: str, value: str) -> None:
    with pytest.raises(BadSetting) as refused:
        Settings.from_environment({f"ONHAND_{name}": value})
    accepted = next(line.accepted for line in reference() if line.variable == f"ONHAND_{name}")
    assert str(refused.value) == f"ONHAND_{name} is {value!r}; accepted: {accepted}"


@pytest.mark.parametrize(
    "url",
    [
        "s3://",
        "s3:///path",
        "file://host/path",
        "file:files",
        "/srv/files",
        "ftp://files/x",
        "s3://bucket/x?versionId=1",
        "http://127.0.0.1:9000/bucket",
    ],
)
def test_what_names_no_object_storage_is_refused(url: str) -> None:
    with pytest.raises(BadSetting, match="s3://BUCKET/PREFIX"):
        Settings.from_environment({"ONHAND_OBJECT_STORE_URL": url})


def test_a_refused_url_of_an_object_storage_is_told_without_its_secret() -> None:
    with pytest.raises(BadSetting) as refused:
        Settings.from_environment({"ONHAND_OBJECT_STORE_URL": "s3://the-key:hunter2@bucket"})
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("name", ["ONHAND_OBJECT_STORE_ACCESS_KEY", "ONHAND_OBJECT_STORE_SECRET_KEY"])
def test_an_access_key_and_its_secret_are_set_together(name: str) -> None:
    with pytest.raises(BadSetting, match="set both, or neither") as refused:
        Settings.from_environment({name: "hunter2"})
    assert "hunter2" not in str(refused.value)


def test_files_stand_in_the_data_directory_unless_something_else_is_set() -> None:
    assert Settings(data_directory="/srv/on hand").object_store == "file:///srv/on%20hand/objects"
    assert Settings(object_store_url="s3://bucket/x").object_store == "s3://bucket/x"


def test_a_refused_database_url_is_told_without_its_password() -> None:
    with pytest.raises(BadSetting) as refused:
        Settings.from_environment({"ONHAND_DATABASE_URL": "mysql://onhand:hunter2@db/onhand"})
    assert "hunter2" not in str(refused.value)


@pytest.mark.contract("GW-21")
@pytest.mark.parametrize("name", ["ONHAND_TLS_CERTIFICATE", "ONHAND_TLS_KEY"])
def test_a_certificate_and_its_key_are_set_together(name: str) -> None:
    with pytest.raises(BadSetting, match="set both, or neither"):
        Settings.from_environment({name: "some.pem"})


def test_the_embedded_database_stands_in_the_data_directory() -> None:
    settings = Settings.from_environment({"ONHAND_DATA_DIRECTORY": "/srv/onhand"})
    assert settings.database == "sqlite:////srv/onhand/onhand.db"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "postgresql://onhand:p@ss@db:5432/onhand?options=-c%20x",
            "postgresql://onhand:***@db:5432/onhand?options=-c%20x",
        ),
        ("postgresql://db/onhand?password=p", "postgresql://db/onhand"),
        ("postgresql://onhand@db/onhand", "postgresql://onhand@db/onhand"),
        ("sqlite:///onhand.db", "sqlite:///onhand.db"),
    ],
)
def test_a_database_url_is_shown_without_its_password(url: str, shown: str) -> None:
    assert without_password(url) == shown


def test_a_variable_that_is_nearly_a_setting_is_noticed_and_others_are_let_be() -> None:
    environ = {"ONHAND_PROT": "1", "ONHAND_SERVICE_HOST": "10.0.0.1", "ONHAND_HOST": "::1", "PATH": "/bin"}
    assert misspelt(environ) == {"ONHAND_PROT": "ONHAND_PORT"}


def test_every_setting_has_a_description_and_every_number_a_unit_in_its_name_or_its_description() -> None:
    units = (
        "_seconds",
        "_hours",
        "_days",
        "_bytes",
        "_max",
        "_per_second",
        "_per_minute",
        "_per_hour",
        "_multiplier",
        "_processes",
        "port",
    )
    for field, line in zip(msgspec.structs.fields(Settings), reference(), strict=True):
        assert line.description.endswith(".")
        if isinstance(field.default, int | float) and not isinstance(field.default, bool):
            assert field.name.endswith(units), f"{field.name} says no unit"


def test_a_default_is_accepted_by_its_own_setting() -> None:
    defaults = {line.variable: line.default for line in reference()}
    assert Settings.from_environment(defaults) == Settings()


def test_variables_are_named_after_their_settings() -> None:
    assert variable("body_bytes_max") == "ONHAND_BODY_BYTES_MAX"


def test_the_page_of_the_documentation_shows_every_setting_as_it_is() -> None:
    assert PAGE.read_text(encoding="utf-8") == settings_page(reference()) + "\n", "run onhand settings --markdown"
