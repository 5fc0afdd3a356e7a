"""What a text for people may hold."""

import re

# A database refuses some of these, and no text needs any.
_NOT_FOR_PEOPLE = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff]")


def is_text(text: str) -> bool:
    """Whether a text is for people to read: it has no control characters and no lone surrogates.

    Spaces that do not break, joiners and marks of direction belong to what people write and copy.
    """
    return text.isprintable() or _NOT_FOR_PEOPLE.search(text) is None
