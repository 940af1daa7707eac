"""The site's schema: which entity types and fields it has, and what ``schema_read`` says of them."""

from __future__ import annotations

from typing import Any, Dict, Optional

from . import production, review
from .definitions import STATUSES
from .fields import CREATABLE, EntityType, Field

__all__ = ["CREATABLE", "STATUSES", "EntityType", "Field", "Schema"]


class Schema:
    """The entity types of one site. Read from many threads; changed only under the store's write lock."""

    def __init__(self) -> None:
        self._types: Dict[str, EntityType] = {t.name: t for t in production.entity_types() + review.entity_types()}

    @property
    def entity_types(self) -> Dict[str, EntityType]:
        """Every entity type by name."""
        return self._types

    def get(self, name: Any) -> Optional[EntityType]:
        """The entity type of this name, or None."""
        return self._types.get(name) if isinstance(name, str) else None

    def field(self, entity_type: str, name: str) -> Optional[Field]:
        """The field of this name, or None."""
        return self._types[entity_type].fields.get(name)

    def set_field(self, entity_type: str, field: Field) -> None:
        """Add or replace a field. The dictionary is replaced whole: a reader never sees it half changed."""
        known = self._types[entity_type]
        known.fields = {**known.fields, field.name: field}

    def remove_field(self, entity_type: str, name: str) -> None:
        """Forget a field."""
        known = self._types[entity_type]
        known.fields = {key: value for key, value in known.fields.items() if key != name}

    def describe_types(self) -> Dict[str, Any]:
        """What ``schema_entity_read`` returns."""
        return {
            name: {
                "name": {"value": kind.display_name, "editable": False},
                "visible": {"value": True, "editable": False},
            }
            for name, kind in self._types.items()
        }

    def describe_fields(self, entity_type: str) -> Dict[str, Any]:
        """What ``schema_field_read`` returns for all fields of one entity type."""
        return {name: field.describe(entity_type) for name, field in self._types[entity_type].fields.items()}

    def describe(self) -> Dict[str, Any]:
        """What ``schema_read`` returns."""
        return {name: self.describe_fields(name) for name in self._types}
