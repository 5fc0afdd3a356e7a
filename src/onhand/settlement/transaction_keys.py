"""What the rows of one posting have in common in a report (RC-09)."""

from datetime import date, timedelta


def transaction_key(posted_on: date, posting_no: int) -> str:
    """`2026_04_30_1387066`: the day after the posting's, and its number."""
    day = posted_on + timedelta(days=1)
    return f"{day.year:04d}_{day.month:02d}_{day.day:02d}_{posting_no}"
