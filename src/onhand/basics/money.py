"""Money: integers of minor units with a currency inside, decimal texts outside."""

from decimal import ROUND_HALF_UP, Decimal

MINOR_MAX = 10**13
"""No amount is larger, either way, in minor units."""

BALANCE_MAX = 10**17
"""No entry moves an account further from 0, in minor units: sums of a seller's accounts stay well within 64 bits."""

_DECIMALS_OTHER_THAN_TWO = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND"), 0),
    **dict.fromkeys(("VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def is_currency(code: str) -> bool:
    """Whether a text has the form of an ISO 4217 code."""
    return len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()


def decimals_of(currency: str) -> int:
    """How many decimals the amounts of a currency have."""
    return _DECIMALS_OTHER_THAN_TWO.get(currency, 2)


def parse_money(amount: Decimal, currency: str) -> int | None:
    """The minor units of an amount, or None where it is not finite, too large, or has too many decimals."""
    if not amount.is_finite() or abs(amount.adjusted()) > 18:
        return None
    decimals = decimals_of(currency)
    whole = int(amount.scaleb(decimals))
    # Scaling rounds a number of very many digits; comparing does not.
    return whole if Decimal(whole).scaleb(-decimals) == amount and abs(whole) <= MINOR_MAX else None


def format_money(minor: int, currency: str) -> str:
    """`-2.34`: the amount with all of its currency's decimals."""
    return format_minor(minor, decimals_of(currency))


def format_minor(minor: int, decimals: int) -> str:
    """The amount of so many minor units, with so many decimals."""
    if decimals == 2:
        units, rest = divmod(abs(minor), 100)
        return f"{'-' if minor < 0 else ''}{units}.{rest:02d}"
    if decimals == 0:
        return str(minor)
    units, rest = divmod(abs(minor), 10**decimals)
    return f"{'-' if minor < 0 else ''}{units}.{rest:0{decimals}d}"


def rounded(amount: Decimal, currency: str) -> int:
    """The minor units next to an amount, half of one up."""
    return int(amount.scaleb(decimals_of(currency)).quantize(Decimal(1), ROUND_HALF_UP))


def share(whole: int, part: int, parts: int) -> int:
    """So many parts of an amount, rounded half away from zero: both signs are rounded alike.

    Taken again and again of what is left, with the parts that are left, shares come to the whole exactly.
    """
    sign = -1 if whole < 0 else 1
    return sign * ((2 * abs(whole) * part + parts) // (2 * parts))
