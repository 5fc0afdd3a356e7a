"""Feeds at the gateway: taking them, what became of them, and their failed rows (DS-13 to DS-22)."""

import msgspec
from starlette.responses import Response

from onhand.basics.refusal import Refusal
from onhand.dropship.feeds.forms import FEED_TYPES, TOO_MANY_ROWS, FeedFile, read_file
from onhand.dropship.feeds.taking import feed_id_of, take_feed
from onhand.dropship.nodes import default_node, nodes_of
from onhand.store.database import Session
from onhand.surfaces.gateway.door import Caller, Door
from onhand.surfaces.gateway.errors import (
    CONTENT_NOT_FOUND,
    INVALID_REQUEST_CONTENT,
    INVALID_REQUEST_PARAM,
    MALFORMED_REQUEST_CONTENT,
    Fault,
    Refused,
    refused,
)
from onhand.surfaces.gateway.feed_bodies import file_of
from onhand.surfaces.gateway.feed_operations import FeedHandlers, operations_over
from onhand.surfaces.gateway.feed_status import FeedReading
from onhand.surfaces.gateway.forms import respond
from onhand.surfaces.gateway.inventory_names import Query
from onhand.surfaces.gateway.once import answer_to_repeat, key_faults, write_once
from onhand.surfaces.gateway.services import GatewayServices
from onhand.surfaces.gateway.wire_feeds import FeedTaken
from onhand.surfaces.plumbing.call import Call
from onhand.surfaces.plumbing.operations import Operation

_FEED_TYPE_BY_LOWER_CASE = {name.lower(): name for name in FEED_TYPES}


class FeedSending:
    """Takes feeds."""

    def __init__(self, services: GatewayServices) -> None:
        self._services = services

    async def submit(self, call: Call, caller: Caller) -> Response | Refused:
        """Take a feed: it is stored, and processed afterwards."""
        query = Query(call, [])
        feed_type, ship_node = _feed_type(query), query.text("shipNode")
        faults = (*query.faults, *key_faults(call))
        if feed_type is None or faults:
            return Refused(400, faults)
        content = await self._content(call, feed_type)
        if isinstance(content, Refused):
            return content
        file = read_file(content, feed_type, ship_node, self._services.feed_rows_max)
        if isinstance(file, Refusal):
            return _refused_file(file)
        # What tells two requests apart is the file.
        answer = await write_once(
            self._services, call, caller, content, lambda session: self._take(session, call, caller, feed_type, file)
        )
        self._services.wake_worker()
        return answer

    async def repeated(self, call: Call, caller: Caller) -> Response | None:
        """The first answer to a feed that is sent again under its key."""
        feed_type = _feed_type(Query(call, []))
        if feed_type is None:
            return None
        return await answer_to_repeat(self._services, call, caller, lambda call: self._content(call, feed_type))

    async def _content(self, call: Call, feed_type: str) -> bytes | Refused:
        """The feed's file: a form is written with another boundary each time."""
        return file_of(call, await call.read_body(self._services.feed_bytes_max), feed_type)

    async def _take(
        self, session: Session, call: Call, caller: Caller, feed_type: str, file: FeedFile
    ) -> Response | Refused:
        ship_node = file.form.ship_node
        if ship_node is None:
            node = await default_node(session, caller.partner_id)
            ship_node = node.code if node else None
        elif ship_node not in {node.code for node in await nodes_of(session, caller.partner_id)}:
            said = f"“{ship_node[:80]}” is not a ship node of yours: give the code of one that is, or none."
            return refused(404, CONTENT_NOT_FOUND, "shipNode", said)
        form = msgspec.structs.replace(file.form, ship_node=ship_node)
        feed_id = feed_id_of(self._services.new_id())
        named = msgspec.structs.replace(file, form=form)
        now = self._services.clock()
        await take_feed(session, caller.partner_id, feed_type, named, feed_id=feed_id, now=now)
        return respond(call, FeedTaken(feed_id), root="FeedAcknowledgement")


def feed_operations(services: GatewayServices, door: Door) -> tuple[Operation, ...]:
    """The operations on feeds."""
    reading = FeedReading(services)
    sending = FeedSending(services)
    handlers = FeedHandlers(sending.submit, sending.repeated, reading.status, reading.feeds, reading.errors)
    return operations_over(handlers, door)


def _feed_type(query: Query) -> str | None:
    sent = query.text("feedType")
    accepted = ", ".join(FEED_TYPES)
    if sent is None:
        query.missing("feedType", f"one of {accepted}")
        return None
    known = _FEED_TYPE_BY_LOWER_CASE.get(sent.lower())
    if known is None:
        said = f"feedType is “{sent[:80]}”: the feed types that are taken here are {accepted}."
        query.faults.append(Fault(INVALID_REQUEST_PARAM, "feedType", said))
    return known


def _refused_file(refusal: Refusal) -> Refused:
    said = f"{refusal.message} Nothing was stored."
    if refusal.code == TOO_MANY_ROWS:
        return refused(413, INVALID_REQUEST_CONTENT, refusal.field, said)
    return refused(400, MALFORMED_REQUEST_CONTENT, refusal.field, said)
