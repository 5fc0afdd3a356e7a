"""The object storage of the settings, and links to what is in it."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from onhand.partners.published import NOTHING_PUBLISHED
from onhand.reports.links import Links, object_key
from onhand.settings import BadSetting, Settings
from onhand.store.folders import FolderStore
from onhand.store.objects import StorageUnavailable
from onhand.wiring.databases import open_database, shared_secret
from onhand.wiring.serving import REPORT_LINKS, running_server
from onhand.wiring.storage import open_objects
from tests.conftest import FrozenClock
from tests.store.storing import content, pieces

KEY = object_key("inventory", "a.zip")


async def test_a_folder_is_found_by_its_url_whatever_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "ä folder of 100%"
    objects = open_objects(Settings(object_store_url=folder.as_uri()))
    await objects.put(KEY, pieces([b"x"]))
    assert (folder / KEY).read_bytes() == b"x"


async def test_opening_a_storage_makes_and_asks_nothing(tmp_path: Path) -> None:
    open_objects(Settings(data_directory=str(tmp_path / "data")))
    open_objects(
        Settings(
            object_store_url="s3://bucket",
            object_store_endpoint="https://127.0.0.1:9",
            object_store_region="us-east-1",
            object_store_access_key="the-key",
            object_store_secret_key="the-secret",
        )
    )
    assert not (tmp_path / "data").exists()


def s3_settings(endpoint: str, bucket: str, **others: Any) -> Settings:
    return Settings(
        object_store_url=f"s3://{bucket}/onhand",
        object_store_endpoint=endpoint,
        object_store_region="us-east-1",
        object_store_access_key="the-key",
        object_store_secret_key="the-secret",
        **others,
    )


async def test_a_bucket_is_reached_with_what_is_set(s3_endpoint: str, s3_client: Any, bucket: str) -> None:
    objects = open_objects(s3_settings(s3_endpoint, bucket, object_store_allow_http=True))
    await objects.put(KEY, pieces([b"x"]))
    assert await content(objects, KEY) == b"x"
    assert [each["Key"] for each in s3_client.list_objects_v2(Bucket=bucket)["Contents"]] == [f"onhand/{KEY}"]


async def test_a_bucket_is_reached_with_what_the_environment_says(
    s3_endpoint: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-the-environment")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "its-secret")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    settings = Settings(
        object_store_url=f"s3://{bucket}", object_store_endpoint=s3_endpoint, object_store_allow_http=True
    )
    objects = open_objects(settings)
    await objects.put(KEY, pieces([b"x"]))
    assert await content(objects, KEY) == b"x"
    assert "of-the-environment" in (await objects.presigned(KEY, 60) or "")


def test_plain_http_has_to_be_allowed(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    with pytest.raises(BadSetting, match="ONHAND_OBJECT_STORE_ALLOW_HTTP=true") as refused:
        open_objects(s3_settings(s3_endpoint, "bucket"))
    assert "the-secret" not in str(refused.value)


async def test_every_server_on_a_database_takes_the_links_of_the_others(tmp_path: Path, clock: FrozenClock) -> None:
    settings = Settings(data_directory=str(tmp_path), worker_in_server=False)
    await FolderStore(tmp_path / "objects").put(KEY, pieces([b"the file"]))
    database = await open_database(settings)
    secret = await shared_secret(database, REPORT_LINKS)
    await database.close()
    link = Links(secret=secret, seconds=settings.report_link_seconds).url_of("inventory", "a.zip", clock(), "http://x")
    for _ in range(2):
        async with running_server(settings, clock, published=NOTHING_PUBLISHED) as application:
            transport = httpx.ASGITransport(application)
            async with httpx.AsyncClient(transport=transport) as client:
                assert (await client.get(link.url)).content == b"the file"
                assert (await client.get(f"{link.url}x")).status_code == 403


async def test_a_bucket_is_not_reached_by_plain_http_whatever_the_environment_allows(
    s3_endpoint: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_endpoint)
    objects = open_objects(s3_settings("", bucket, object_store_retries_max=0))
    with pytest.raises(StorageUnavailable) as refused:
        await objects.put(KEY, pieces([b"x"]))
    # It was this one that it would not go to.
    assert f"PUT {s3_endpoint}/{bucket}/onhand/{KEY}" in str(refused.value)


def test_a_storage_that_lacks_what_it_needs_is_told_when_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_CONNECTION_STRING"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(BadSetting, match=r"ONHAND_OBJECT_STORE_URL is az://files/x: .*Account must be specified"):
        open_objects(Settings(object_store_url="az://files/x"))
