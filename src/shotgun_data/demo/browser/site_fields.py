"""Which fields the site has: a field that is asked for and does not exist fails the whole request."""

from __future__ import annotations

from typing import Any, Callable, Iterable, List, Mapping, Optional


class SiteFields:
    """The site's schema, as far as it is known. Until it is, and where it cannot be read, all fields are supposed
    to exist."""

    def __init__(self) -> None:
        self._schema: Optional[Mapping[str, Mapping[str, Any]]] = None
        self._settled = False
        self._waiting: List[Callable[[], None]] = []

    def learn(self, schema: Optional[Mapping[str, Mapping[str, Any]]]) -> None:
        """Take what ``schema_read`` returned; None if it could not be had."""
        self._schema = schema
        self._settled = True
        waiting, self._waiting = self._waiting, []
        for function in waiting:
            function()

    def when_known(self, function: Callable[[], None]) -> None:
        """Call this once the schema is there, or now if it is."""
        if self._settled:
            function()
        else:
            self._waiting.append(function)

    def known(self, entity_type: str, wanted: Iterable[str]) -> List[str]:
        """Those of the fields that exist; of ``user.HumanUser.image``, each part is looked at."""
        return [field for field in wanted if self._exists(entity_type, field)]

    def title(self, entity_type: str, field: str) -> str:
        """What the site's people call a field; empty where that is not known."""
        properties = ((self._schema or {}).get(entity_type) or {}).get(field) or {}
        name = properties.get("name")
        return str(name.get("value") or "") if isinstance(name, Mapping) else ""

    def _exists(self, entity_type: str, field: str) -> bool:
        if self._schema is None or entity_type not in self._schema:
            return True
        first, _, rest = field.partition(".")
        if first not in self._schema[entity_type] and first not in ("id", "type"):
            return False
        linked, _, further = rest.partition(".")
        return not further or self._exists(linked, further)
