"""The one exception that becomes an error answer of the API."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["AUTHENTICATION_FAILED", "INVALID_REQUEST", "APIFault", "kind_of", "shown"]

#: error codes of the hosted API: the client raises AuthenticationFault for 102 and Fault for the others
AUTHENTICATION_FAILED = 102
INVALID_REQUEST = 104


class APIFault(Exception):
    """The site refuses a call; the client raises its ``Fault`` with this message.

    :ivar code: the ``error_code`` on the wire.
    """

    def __init__(self, message: str, code: int = INVALID_REQUEST) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


def kind_of(value: Any) -> str:
    """The name that the site gives to the type of a value in its messages."""
    if value is None:
        return "NilClass"
    if isinstance(value, bool):
        return "TrueClass" if value else "FalseClass"
    return {int: "Integer", float: "Float", str: "String", list: "Array", tuple: "Array", dict: "Hash"}.get(
        type(value), type(value).__name__
    )


def shown(value: Any) -> str:
    """A value as it appears in a message: JSON, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 300 else text[:300] + "..."
