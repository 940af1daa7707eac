"""One call of the API: who makes it, what it may use, and how its parameters are read."""

from __future__ import annotations

from typing import Any, Callable, Dict, Mapping, NamedTuple, Optional, Sequence

from ..api_fault import APIFault, kind_of, shown
from ..schema import EntityType
from ..store import Presentation, Store
from .sessions import Actor, Sessions

__all__ = ["PAGE_SIZE", "Call", "Method"]

#: most entities in one page of a read
PAGE_SIZE = 500


class Call(NamedTuple):
    """What a method gets.

    :ivar method: its name on the wire.
    :ivar params: the payload; empty where none was sent.
    :ivar requests: the payload of a ``batch``, which is a list.
    :ivar actor: who calls; None for the one method that needs no authentication.
    """

    method: str
    params: Mapping[str, Any]
    actor: Optional[Actor]
    store: Store
    sessions: Sessions
    present: Presentation
    requests: Sequence[Any] = ()

    @property
    def user(self) -> Optional[Dict[str, Any]]:
        """Who calls, as a link."""
        return None if self.actor is None else self.actor.link

    def kind(self, key: str = "type") -> EntityType:
        """The entity type that a parameter names."""
        return self.store.kind(self.params.get(key), self.method)

    def integer(self, key: str) -> int:
        """A whole number from the parameters."""
        value = self.params.get(key)
        if isinstance(value, str) and value.isdigit():
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.fault(f"expected [Integer] data type(s) for '{key}' but got {kind_of(value)}: {shown(value)}")
        return value

    def fault(self, message: str) -> APIFault:
        """A fault that begins with the method's name."""
        return APIFault(f"API {self.method}() {message}")


Method = Callable[[Call], Any]
