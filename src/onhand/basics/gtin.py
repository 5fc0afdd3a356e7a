"""Global Trade Item Numbers: 14 digits on the wire, an integer inside."""

DIGITS = 14
PADDED_LENGTHS = (8, 12, 13, DIGITS)


def parse_gtin(text: str) -> int | None:
    """The item id of a 14-digit GTIN, or None where the text is not one.

    Check digits are not enforced (SE-03); `has_valid_check_digit` tells of them.
    """
    # isdigit alone accepts digits of other scripts, which int would read.
    if len(text) == DIGITS and text.isascii() and text.isdigit():
        return int(text)
    return None


def padded_gtin(text: str) -> int | None:
    """The item id of a GTIN of 14 digits, or of 8, 12 or 13 that stand for 14 with zeros before them (DS-03).

    None where the text is anything else.
    """
    if len(text) in PADDED_LENGTHS and text.isascii() and text.isdigit():
        return int(text)
    return None


def format_gtin(item_id: int) -> str:
    """The 14 digits of an item id."""
    return f"{item_id:014d}"


def check_digit(body: int) -> int:
    """The GS1 mod 10 check digit that follows the 13 digits of `body`."""
    digits = f"{body:013d}"
    total = 3 * sum(map(int, digits[0::2])) + sum(map(int, digits[1::2]))
    return -total % 10


def has_valid_check_digit(item_id: int) -> bool:
    """Whether the last digit agrees with the 13 before it."""
    return check_digit(item_id // 10) == item_id % 10
