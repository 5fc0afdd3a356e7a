"""Entity tags of inventory, and updates that are made only while a tag still holds (DS-11).

A tag stands for what the nodes of an address hold, whether it is answered in JSON or in XML and by whichever name the
item was asked for. That of one item's units covers what is on hand and the code in force, that of its nodes what is
reserved as well.
"""

import re
from collections.abc import Sequence
from hashlib import blake2b

import msgspec

from onhand.dropship.availability import NodeStock
from onhand.surfaces.gateway.errors import INVALID_REQUEST, INVALID_REQUEST_HEADER, Fault, Refused, refused
from onhand.surfaces.plumbing.call import Call, RawHeaders
from onhand.surfaces.plumbing.operations import Parameter

IF_MATCH = "If-Match"
IF_MATCH_PARAMETER = Parameter(
    name=IF_MATCH,
    place="header",
    description="Change nothing unless one of these entity tags, from a read of the same address, still holds.",
)
ETAG_HEADER = {"ETag": "Stands for what was answered; send it in If-Match to change that and nothing newer."}

_IF_MATCH_BYTES = IF_MATCH.lower().encode()
_DIGEST_BYTES = 12
_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
# Nothing that was matched is given back, so that a long header is read once.
_TAGS = re.compile(rf"(?:[ \t]*+,)*+[ \t]*+{_TAG}(?:[ \t]*+,(?:[ \t]*+{_TAG})?+)*+[ \t]*+")
_ONE_TAG = re.compile(_TAG)
_ANY = "*"


class Expected(msgspec.Struct, frozen=True):
    """The tags of which one has to hold; None stands for whatever there is."""

    tags: frozenset[str] | None

    def holds(self, tag: str | None) -> bool:
        """Whether the tag of what stands there is expected; None stands for nothing there."""
        return tag is not None and (self.tags is None or tag in self.tags)


def units_tag(item_id: int, stocks: Sequence[NodeStock]) -> str:
    """The tag of an item's units at a node, or at all nodes of a seller."""
    return _tag("units", item_id, [(stock.node, *stock.versions[:2]) for stock in stocks])


def nodes_tag(item_id: int, stocks: Sequence[NodeStock]) -> str:
    """The tag of an item's nodes with what each has on hand and reserved."""
    return _tag("nodes", item_id, [(stock.node, *stock.versions) for stock in stocks])


def tag_headers(tag: str) -> RawHeaders:
    """The headers of an answer that has a tag."""
    return [(b"etag", tag.encode("ascii"))]


def read_expected(call: Call, faults: list[Fault]) -> Expected | None:
    """What the call's If-Match headers expect, None where there are none; what is wrong with them joins `faults`."""
    sent = [value for name, value in call.scope["headers"] if name == _IF_MATCH_BYTES]
    if not sent:
        return None
    text = b",".join(sent).decode("latin-1").strip()
    if text == _ANY:
        return Expected(None)
    if not _TAGS.fullmatch(text):
        said = f"The {IF_MATCH} header is no entity tag: send the ETag of a read as it came, quotes included, or *."
        faults.append(Fault(INVALID_REQUEST_HEADER, IF_MATCH, said))
        return None
    # A weak tag says that two answers are worth the same, which is not enough to change one of them.
    return Expected(frozenset(tag for tag in _ONE_TAG.findall(text) if not tag.startswith("W/")))


def stale() -> Refused:
    """409: none of the tags that were expected holds any more."""
    said = (
        "None of the tags in If-Match holds: the inventory has changed since it was read, or there is none. Nothing "
        "was changed. Read it again, and send its new ETag."
    )
    return refused(409, INVALID_REQUEST, IF_MATCH, said)


def _tag(form: str, item_id: int, held: list[tuple[str | int, ...]]) -> str:
    return f'"{blake2b(repr((form, item_id, held)).encode(), digest_size=_DIGEST_BYTES).hexdigest()}"'
