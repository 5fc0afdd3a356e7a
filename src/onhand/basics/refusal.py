"""An expected no, as a value."""

import msgspec


class Refusal(msgspec.Struct, frozen=True):
    """Why something was not accepted: a stable code, the field it is about, and a sentence that says how to mend it."""

    code: str
    field: str
    message: str
