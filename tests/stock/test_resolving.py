"""What may be sent: every refusal by its code and field, and which sign each event type takes."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from onhand.basics.refusal import Refusal
from onhand.stock.known import Known, KnownItem
from onhand.stock.messages import EventMessage, OtherSide, decode_event
from onhand.stock.resolving import EventLimits, resolve
from onhand.stock.streams import Event
from onhand.stock.vocabulary import EVENT_TYPES
from tests.stock.sending import FLOOR, NOON, event, moment
from tests.stock.strategies import GTIN

pytestmark = pytest.mark.contract("OP-03", "OP-06")

SAME_CID, OTHER_CID, NO_CID = "00044444444445", "00044444444446", "00044444444447"
STORE, OTHER_STORE, UNKNOWN_STORE = 45, 46, 47


def item(gtin: str, cid: str | None) -> KnownItem:
    """An item of the catalogue."""
    return KnownItem(type(FLOOR)(int(gtin), 1, 0, 0), cid)


KNOWN = Known(
    {STORE: 1, OTHER_STORE: 2},
    {
        GTIN: item(GTIN, "c"),
        SAME_CID: item(SAME_CID, "c"),
        OTHER_CID: item(OTHER_CID, "d"),
        NO_CID: item(NO_CID, None),
    },
)


def resolved(message: EventMessage, limits: EventLimits = EventLimits()) -> Event | Refusal:  # noqa: B008
    """What becomes of a message at the clock's noon."""
    return resolve(message, "a", KNOWN, moment(0), limits)


def sent(event_type: str = "NGR", **more: object) -> Event | Refusal:
    """What becomes of an event of store 45."""
    return resolved(event(**{"event_id": "e", "event_type": event_type, "store": STORE, **more}))


BACKROOM, MFC = OtherSide(location_area="BACKROOM"), OtherSide(location_area="MFC")
ELSEWHERE = OtherSide(store_nbr=OTHER_STORE)

_REFUSED = [
    ({"event_type": "", "quantity": 1}, "unknown_event_type", "eventType"),
    ({"event_type": "sales", "quantity": -1}, "unknown_event_type", "eventType"),
    ({"event_type": "ALL", "quantity": 1}, "unknown_event_type", "eventType"),
    ({"event_type": "TSBR", "quantity": 1}, "raised_by_platform", "eventType"),
    ({"event_type": "INCR", "quantity": 1}, "not_at_stores", "eventType"),
    ({"event_id": "", "quantity": 1}, "invalid_event_id", "eventId"),
    ({"event_id": "a\u0000b", "quantity": 1}, "invalid_event_id", "eventId"),
    ({"event_id": "a\n", "quantity": 1}, "invalid_event_id", "eventId"),
    ({"event_id": "x" * 129, "quantity": 1}, "invalid_event_id", "eventId"),
    ({"reference": "x" * 257, "quantity": 1}, "invalid_reference", "reference"),
    ({"reference": "a\u0000", "quantity": 1}, "invalid_reference", "reference"),
    ({"store": None, "quantity": 1}, "missing_store", "storeNbr"),
    ({"store": UNKNOWN_STORE, "quantity": 1}, "unknown_store", "storeNbr"),
    ({"store": -STORE, "quantity": 1}, "unknown_store", "storeNbr"),
    ({"store": 10**30, "quantity": 1}, "unknown_store", "storeNbr"),
    ({"node": "123456701", "quantity": 1}, "unknown_node", "node"),
    ({"partner_id": "10000000001", "quantity": 1}, "unknown_node", "partnerId"),
    ({"gtin": "00000000000017", "quantity": 1}, "unknown_item", "gtin"),
    ({"gtin": "0004444444444", "quantity": 1}, "invalid_gtin", "gtin"),
    ({"gtin": "0004444444444X", "quantity": 1}, "invalid_gtin", "gtin"),
    ({"gtin": "", "quantity": 1}, "invalid_gtin", "gtin"),
    ({"location_area": "store", "quantity": 1}, "unknown_area", "locationArea"),
    ({"location_area": "SHELF", "quantity": 1}, "unknown_area", "locationArea"),
    ({}, "missing_quantity", "quantity"),
    ({"event_type": "CORRECTION"}, "missing_quantity", "quantity"),
    ({"event_type": "PI"}, "missing_quantity", "counted"),
    ({"quantity": float("nan")}, "invalid_quantity", "quantity"),
    ({"quantity": float("inf")}, "invalid_quantity", "quantity"),
    ({"quantity": 10_000_000_000}, "invalid_quantity", "quantity"),
    ({"event_type": "SALES", "quantity": -10_000_000_000}, "invalid_quantity", "quantity"),
    ({"quantity": 0.00001}, "invalid_quantity", "quantity"),
    ({"event_type": "NIL_PICK", "quantity": 0.00001}, "invalid_quantity", "quantity"),
    ({"event_type": "PI", "counted": 10_000_000_000}, "invalid_quantity", "counted"),
    ({"event_type": "PI", "counted": float("nan")}, "invalid_quantity", "counted"),
    ({"event_type": "PI", "counted": -1}, "negative_count", "counted"),
    ({"event_type": "CORRECTION", "counted": -0.5}, "negative_count", "counted"),
    ({"event_type": "PI", "quantity": 1}, "wrong_quantity", "quantity"),
    ({"event_type": "PI", "quantity": 1, "counted": 1}, "two_quantities", "quantity"),
    ({"event_type": "CORRECTION", "quantity": 1, "counted": 1}, "two_quantities", "quantity"),
    ({"event_type": "NGR", "counted": 1}, "wrong_quantity", "counted"),
    ({"event_type": "NGR", "quantity": 1, "counted": 1}, "wrong_quantity", "counted"),
    ({"event_type": "NIL_PICK", "counted": 0}, "wrong_quantity", "counted"),
    ({"event_type": "NGR", "quantity": 1, "to": BACKROOM}, "not_a_move", "to"),
    ({"event_type": "SALES", "quantity": -1, "from_": OtherSide()}, "not_a_move", "from"),
    ({"event_type": "NIL_PICK", "to": BACKROOM}, "not_a_move", "to"),
    ({"event_type": "PI", "counted": 1, "from_": BACKROOM}, "not_a_move", "from"),
    ({"event_type": "STOCK_TRANSFER", "quantity": 1}, "one_other_side", "to"),
    ({"event_type": "DECANTING", "quantity": 1, "from_": MFC, "to": MFC}, "one_other_side", "to"),
    ({"event_type": "BR", "quantity": 1, "from_": BACKROOM, "to": BACKROOM}, "one_other_side", "to"),
    ({"event_type": "STOCK_TRANSFER", "quantity": -1, "to": ELSEWHERE}, "wrong_sign", "quantity"),
    ({"event_type": "BR", "quantity": -1, "to": BACKROOM}, "wrong_sign", "quantity"),
    ({"event_type": "STOCK_TRANSFER", "quantity": 1, "to": OtherSide()}, "same_place", "to"),
    ({"event_type": "STOCK_TRANSFER", "quantity": 1, "from_": OtherSide(store_nbr=STORE)}, "same_place", "from"),
    ({"event_type": "STOCK_TRANSFER", "quantity": 1, "to": OtherSide(store_nbr=9)}, "unknown_store", "to.storeNbr"),
    ({"event_type": "BR", "quantity": 1, "from_": OtherSide(location_area="X")}, "unknown_area", "from.locationArea"),
    ({"event_type": "BR", "quantity": 1, "to": MFC}, "wrong_move", "to"),
    ({"event_type": "BR", "quantity": 1, "to": OtherSide(OTHER_STORE, "BACKROOM")}, "wrong_move", "to"),
    ({"event_type": "DECANTING", "quantity": 1, "to": BACKROOM}, "wrong_move", "to"),
    ({"event_type": "STOCK_TRANSFER", "quantity": 1, "to": OtherSide(gtin=SAME_CID)}, "wrong_move", "to.gtin"),
    ({"event_type": "CID_GTIN_BALANCE", "quantity": 1, "to": BACKROOM}, "wrong_move", "to.gtin"),
    ({"event_type": "CID_GTIN_BALANCE", "quantity": 1, "to": OtherSide(gtin=OTHER_CID)}, "wrong_move", "to.gtin"),
    ({"event_type": "CID_GTIN_BALANCE", "quantity": 1, "from_": OtherSide(gtin=NO_CID)}, "wrong_move", "from.gtin"),
    ({"event_type": "CID_GTIN_BALANCE", "quantity": 1, "to": OtherSide(gtin="1")}, "invalid_gtin", "to.gtin"),
    (
        {"event_type": "CID_GTIN_BALANCE", "quantity": 1, "to": OtherSide(gtin="00000000000017")},
        "unknown_item",
        "to.gtin",
    ),
    ({"hours": -301 / 3600, "quantity": 1}, "in_the_future", "occurredAt"),
    ({"occurred_at": datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), "quantity": 1}, "in_the_future", "occurredAt"),
    ({"occurred_at": datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), "quantity": 1}, "too_early", "occurredAt"),
    ({"occurred_at": datetime(1, 1, 1, tzinfo=UTC), "quantity": 1}, "too_early", "occurredAt"),
]


@pytest.mark.parametrize(("more", "code", "field"), _REFUSED, ids=lambda value: value if isinstance(value, str) else "")
def test_a_wrong_event_is_refused_by_what_is_wrong_with_it(more: dict[str, object], code: str, field: str) -> None:
    refusal = sent(**more)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field) == (code, field)
    assert refusal.message.endswith(".")


@pytest.mark.parametrize("hours", [1, 12])
def test_the_last_hour_of_the_last_year_west_of_greenwich_is_refused_too(hours: int) -> None:
    occurred_at = datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-hours)))
    refusal = sent(quantity=1, occurred_at=occurred_at)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "in_the_future"


# TH-08's table, and the signs that its effects allow: + may be sent positive, - negative. Moves name another side.
_SIGNS = {
    **dict.fromkeys(["RETURNS", "LR", "NGR", "STOCKED", "EFOC", "EODC", "EODR"], "+"),
    **dict.fromkeys(["SALES", "EOPC", "SHORTAGE", "DISPOSE", "DONATE", "STOLEN", "STORE_USE"], "-"),
    **dict.fromkeys(["LIQUIDATE", "DISASTER", "REMOVAL", "INVENTORY_REMOVAL", "RECLAMATION"], "-"),
    **dict.fromkeys(["BR", "EOPX", "LP", "POF", "CORRECTION"], "+-"),
    **dict.fromkeys(["DECANTING", "STOCK_TRANSFER", "TIMEBOUND_STATE", "CID_GTIN_BALANCE"], "+"),
    **dict.fromkeys(["INRF", "PCID", "NB", "EOUP", "NIL_PICK", "REINDUCT_REJECT"], "+-"),
    # PI takes `counted` only; INCR happens at fulfilment centres only; TSBR is the platform's own.
    **dict.fromkeys(["PI", "INCR", "TSBR"], ""),
}
_OTHER_SIDES = {
    "DECANTING": MFC,
    "STOCK_TRANSFER": ELSEWHERE,
    "TIMEBOUND_STATE": BACKROOM,
    "CID_GTIN_BALANCE": OtherSide(gtin=SAME_CID),
}
_WITHOUT_EFFECT = {"INRF", "PCID", "NB", "EOUP", "NIL_PICK", "REINDUCT_REJECT"}


@pytest.mark.contract("TH-08")
def test_the_vocabulary_has_all_the_codes_of_the_contract_and_no_other() -> None:
    assert sorted(event_type.name for event_type in EVENT_TYPES) == sorted(_SIGNS)
    assert len({event_type.code for event_type in EVENT_TYPES}) == len(_SIGNS) == 37


@pytest.mark.contract("TH-08")
@pytest.mark.parametrize("sign", ["+", "-"])
@pytest.mark.parametrize(("name", "signs"), _SIGNS.items())
def test_a_quantity_against_the_effect_of_its_type_is_refused(name: str, signs: str, sign: str) -> None:
    said = sent(name, quantity=2.5 if sign == "+" else -2.5, from_=_OTHER_SIDES.get(name))
    assert isinstance(said, Event) == (sign in signs)
    if isinstance(said, Event):
        units = {"+": 25_000, "-": -25_000}[sign]
        assert said.quantity == (0 if name in _WITHOUT_EFFECT else units)


@pytest.mark.contract("TH-08")
@pytest.mark.parametrize(("name", "signs"), [entry for entry in _SIGNS.items() if entry[1]])
def test_a_quantity_of_nothing_has_no_wrong_sign(name: str, signs: str) -> None:
    said = sent(name, quantity=-0.0, from_=_OTHER_SIDES.get(name))
    assert isinstance(said, Event)
    assert said.quantity == 0


@pytest.mark.contract("TH-08")
@pytest.mark.parametrize("name", sorted(_SIGNS))
def test_only_counts_take_what_was_counted(name: str) -> None:
    said = sent(name, counted=3, from_=_OTHER_SIDES.get(name))
    assert isinstance(said, Event) == (name in {"PI", "CORRECTION"})
    if isinstance(said, Event):
        assert (said.quantity, said.counted) == (0, 30_000)


@pytest.mark.contract("TH-08")
@pytest.mark.parametrize("name", sorted(_OTHER_SIDES))
def test_a_move_to_and_the_move_from_have_opposite_signs(name: str) -> None:
    side = _OTHER_SIDES[name]
    gains, gives = sent(name, quantity=2, from_=side), sent(name, quantity=2, to=side)
    assert isinstance(gains, Event)
    assert isinstance(gives, Event)
    assert (gains.quantity, gives.quantity) == (20_000, -20_000)
    assert (gains.other, gains.other_location_id) == (gives.other, gives.other_location_id)


def test_an_event_says_where_what_and_when() -> None:
    said = sent("STOCK_TRANSFER", quantity=1, to=OtherSide(OTHER_STORE, "MFC"), hours=3, reference="paper 7")
    assert isinstance(said, Event)
    assert (said.location_id, said.stream, said.occurred_at, said.reference) == (1, FLOOR, moment(3), "paper 7")
    assert (said.other_location_id, said.other and said.other.area, said.spans_locations) == (2, 2, True)


def test_a_time_without_a_zone_is_utc() -> None:
    zoned = sent(quantity=1, occurred_at=datetime(2026, 3, 5, 3, 0, tzinfo=timezone(timedelta(hours=-8))))
    plain = sent(quantity=1, occurred_at=NOON - timedelta(hours=1))
    assert isinstance(zoned, Event)
    assert isinstance(plain, Event)
    assert zoned.occurred_at == plain.occurred_at == moment(1)


def test_five_minutes_in_the_future_are_still_now_and_the_limit_is_a_setting() -> None:
    assert isinstance(sent(quantity=1, hours=-300 / 3600), Event)
    late = event("e", "NGR", STORE, quantity=1, hours=-1)
    assert isinstance(resolved(late, EventLimits(future_seconds=3600)), Event)
    assert isinstance(resolved(late, EventLimits(future_seconds=3599)), Refusal)


def test_ids_and_references_of_the_largest_length_are_taken_and_the_limits_are_settings() -> None:
    assert isinstance(sent(quantity=1, event_id="x" * 128, reference="y" * 256), Event)
    message = event("four", "NGR", STORE, quantity=1, reference="fives")
    assert isinstance(resolved(message, EventLimits(id_characters_max=4, reference_characters_max=5)), Event)
    for limits in (EventLimits(id_characters_max=3), EventLimits(reference_characters_max=4)):
        assert isinstance(resolved(message, limits), Refusal)


def line(**fields: str) -> bytes:
    """A line of JSON, with some of its fields' texts replaced."""
    texts = {
        "eventId": '"e"',
        "eventType": '"NGR"',
        "gtin": f'"{GTIN}"',
        "storeNbr": "45",
        "quantity": "1",
        "occurredAt": '"2026-03-05T11:00:00Z"',
        **fields,
    }
    return ("{" + ",".join(f'"{name}":{text}' for name, text in texts.items() if text) + "}").encode()


def test_a_line_of_json_becomes_the_message_that_it_says() -> None:
    message = decode_event(line(quantity="1.5", to='{"storeNbr":46,"locationArea":"MFC"}'))
    assert isinstance(message, EventMessage)
    assert (message.event_id, message.quantity, message.to) == ("e", 1.5, OtherSide(OTHER_STORE, "MFC"))
    assert message.occurred_at == datetime(2026, 3, 5, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        (b"", "malformed_json", ""),
        (b"{", "malformed_json", ""),
        (b"\xff\xfe", "malformed_json", ""),
        (b'{"eventId":"\xff"}', "malformed_json", ""),
        (b'{"eventId":"\\ud800"}', "malformed_json", ""),
        (line(quantity="NaN"), "malformed_json", ""),
        (line(quantity="1e400"), "invalid_field", "quantity"),
        (line(quantity='"1"'), "invalid_field", "quantity"),
        (line(quantity="true"), "invalid_field", "quantity"),
        (line(eventId=""), "invalid_field", "eventId"),
        (line(eventId="5"), "invalid_field", "eventId"),
        (line(occurredAt=""), "invalid_field", "occurredAt"),
        (line(occurredAt='"yesterday"'), "invalid_field", "occurredAt"),
        (line(occurredAt='"0000-01-01T00:00:00Z"'), "invalid_field", "occurredAt"),
        (line(occurredAt='"2026-02-30T00:00:00Z"'), "invalid_field", "occurredAt"),
        (line(storeNbr="4.5"), "invalid_field", "storeNbr"),
        (line(storeNbr='"45"'), "invalid_field", "storeNbr"),
        (line(qty="1"), "invalid_field", "qty"),
        (line(to='{"store":46}'), "invalid_field", "to"),
        (line(to='{"storeNbr":"46"}'), "invalid_field", "to.storeNbr"),
    ],
)
def test_a_line_that_is_no_event_is_refused_by_its_field(text: bytes, code: str, field: str) -> None:
    refusal = decode_event(text)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field) == (code, field)


@pytest.mark.parametrize("text", [b"[]", b"5", b'"text"', b"null"])
def test_a_line_that_is_no_object_names_no_field(text: bytes) -> None:
    refusal = decode_event(text)
    assert isinstance(refusal, Refusal)
    assert refusal.field == ""
