"""From a path to what stands there."""

import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec

from onhand.surfaces.plumbing.operations import Operation, Surface

_QUOTED_SLASH = re.compile(rb"%2f", re.IGNORECASE)
_PARAMETER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


class Place(msgspec.Struct, frozen=True):
    """One path template of a surface, with an operation for each method that it takes."""

    surface: Surface
    operations: dict[str, Operation]

    @property
    def allowed(self) -> str:
        """The value of an `Allow` header."""
        methods = set(self.operations) | ({"HEAD"} if "GET" in self.operations else set())
        return ", ".join(sorted(methods))


class Routes:
    """Every place of some surfaces. A path without parameters wins over a template that it would match."""

    def __init__(self, surfaces: Sequence[Surface]) -> None:
        self._by_prefix = sorted(surfaces, key=lambda surface: len(surface.prefix), reverse=True)
        self._plain: dict[str, Place] = {}
        self._templates: list[tuple[re.Pattern[str], Place]] = []
        for surface in surfaces:
            for template, operations in _by_path(surface.operations).items():
                self._add(template, Place(surface, operations))

    def _add(self, template: str, place: Place) -> None:
        if "{" not in template:
            self._plain[template] = place
        else:
            self._templates.append((_pattern(template), place))

    def find(self, path: str, raw_path: bytes = b"") -> tuple[Place, dict[str, Any]] | None:
        """The place of a path and the values of its parameters, or None where nothing stands.

        `raw_path` is the path before it was unquoted: there a slash within a value can be told from one between two.
        """
        plain = self._plain.get(path)
        if plain is not None:
            return plain, {}
        quoted_slash = _QUOTED_SLASH.search(raw_path) is not None
        sought = raw_path.decode("latin-1") if quoted_slash else path
        for pattern, place in self._templates:
            match = pattern.fullmatch(sought)
            if match is not None:
                values = match.groupdict()
                return place, {name: _unquoted(value) for name, value in values.items()} if quoted_slash else values
        return None

    def surface_of(self, path: str) -> Surface:
        """The surface that answers for a path where nothing stands."""
        for surface in self._by_prefix:
            if path.startswith(surface.prefix):
                return surface
        return self._by_prefix[-1]


def _by_path(operations: Iterable[Operation]) -> dict[str, dict[str, Operation]]:
    paths: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        methods = paths.setdefault(operation.path, {})
        if operation.method in methods:
            raise ValueError(f"{operation.method} {operation.path} stands twice")
        methods[operation.method] = operation
    return paths


def _pattern(template: str) -> re.Pattern[str]:
    pieces = _PARAMETER.split(template)
    # Names stand at the odd places; an empty value or one with a slash is another path.
    return re.compile("".join(f"(?P<{piece}>[^/]+)" if n % 2 else re.escape(piece) for n, piece in enumerate(pieces)))


def _unquoted(value: str) -> str:
    return unquote_to_bytes(value).decode("utf-8", "replace")
