"""Opening the object storage of the settings."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from onhand.settings import BadSetting, Settings, variable
from onhand.store.folders import FolderStore
from onhand.store.objects import ObjectStore


def open_objects(settings: Settings) -> ObjectStore:
    """The object storage of the settings; nothing is made or asked for yet.

    Raises:
        BadSetting: there can be no such storage.
    """
    url = settings.object_store
    if url.startswith("file:"):
        return FolderStore(Path(unquote(urlsplit(url).path)))
    return _open_bucket(url, settings)


def _open_bucket(url: str, settings: Settings) -> ObjectStore:
    # Who keeps files in a folder has no use for the library of buckets.
    from onhand.store.buckets import Access, BadBucket, Patience, open_bucket

    if settings.object_store_endpoint.startswith("http://") and not settings.object_store_allow_http:
        raise BadSetting(
            f"{variable('object_store_endpoint')} is {settings.object_store_endpoint}, which is plain HTTP: set "
            f"{variable('object_store_allow_http')}=true if you mean it, or give an https:// one"
        )
    access = Access(
        endpoint=settings.object_store_endpoint,
        region=settings.object_store_region,
        access_key=settings.object_store_access_key,
        secret_key=settings.object_store_secret_key,
        allow_http=settings.object_store_allow_http,
    )
    patience = Patience(
        connect_seconds=settings.object_store_connect_seconds,
        request_seconds=settings.object_store_request_seconds,
        retries_max=settings.object_store_retries_max,
        retry_seconds=settings.object_store_retry_seconds,
    )
    try:
        return open_bucket(url, access, patience)
    except BadBucket as error:
        raise BadSetting(f"{variable('object_store_url')} is {url}: {error}") from None
