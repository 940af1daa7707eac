"""The API calls of a retriever, one method each."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Callable, Optional

from .. import requests
from ..site import calls

if TYPE_CHECKING:
    from .opening import Desk


class ApiRequests:
    """Every ``execute_...`` method takes the arguments of the ``shotgun_api3`` method of its name.

    Each returns the request's uid at once, and completes with ``{"sg": what the API returned}`` and the
    ``request_type`` of its name (``find``, ``create``, ...). Arguments are copied: the caller may change its
    filters afterwards. All may be called from any thread.

    Calls that only read are tried again when the site is busy or does not answer; create, update and delete
    are sent once, and where no answer came the failure says that their outcome is unknown.

    :raises TankError: after ``stop()``.
    """

    _desk: Desk

    def get_schema(self, project_id: Optional[int] = None) -> str:
        """``schema_read`` and ``schema_entity_read``.

        Completes as ``schema`` with ``{"fields": schema_read(), "types": schema_entity_read()}``.

        :param project_id: narrow the schema to what the settings of this project show.
        """
        return self._desk.session.call(
            requests.SCHEMA_READ, requests.SCHEMA, lambda site: calls.read_schema(site, project_id)
        )

    def execute_find(self, *args: Any, **kwargs: Any) -> str:
        """``find``: completes as ``find`` with the list of entities.

        The pages of a long find are read several at once. ``work_partial`` tells of the rows of each, in their
        order, all of them before the completion; the rows there are the very objects that come again with it.
        """
        args, kwargs = _copied(args, kwargs)
        return self._desk.session.find(args, kwargs)

    def execute_find_one(self, *args: Any, **kwargs: Any) -> str:
        """``find_one``: completes as ``find_one`` with an entity or None."""
        return self._call("find_one", args, kwargs)

    def execute_update(self, *args: Any, **kwargs: Any) -> str:
        """``update``: completes as ``update`` with the fields that were set. Sent once."""
        return self._call("update", args, kwargs)

    def execute_create(self, *args: Any, **kwargs: Any) -> str:
        """``create``: completes as ``create`` with the new entity. Sent once."""
        return self._call("create", args, kwargs)

    def execute_delete(self, *args: Any, **kwargs: Any) -> str:
        """``delete``: completes as ``delete`` with True, or False if it was deleted already. Sent once."""
        return self._call("delete", args, kwargs)

    def execute_method(self, method: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
        """Run ``method(sg, *args, **kwargs)`` in a worker thread, with that thread's own connection.

        Completes as ``method`` with ``{"return_value": what it returned}``; what it raises, ``SystemExit``
        included, becomes the failure's message. It is run once, whatever it raises.

        :raises TypeError: ``method`` cannot be called.
        """
        if not callable(method):
            raise TypeError(f"execute_method needs something that can be called, not {type(method).__name__}")
        return self._desk.session.call(
            requests.METHOD,
            requests.API_CALL,
            lambda site: {"return_value": calls.run_method(site, method, args, kwargs)},
        )

    def execute_text_search(self, *args: Any, **kwargs: Any) -> str:
        """``text_search``: completes as ``text_search`` with the matches."""
        return self._call("text_search", args, kwargs)

    def execute_nav_expand(self, *args: Any, **kwargs: Any) -> str:
        """``nav_expand``: completes as ``nav_expand`` with a node of the navigation tree and its children."""
        return self._call("nav_expand", args, kwargs)

    def execute_nav_search_string(self, *args: Any, **kwargs: Any) -> str:
        """``nav_search_string``: completes as ``nav_search_string`` with the nodes that match a text."""
        return self._call("nav_search_string", args, kwargs)

    def execute_nav_search_entity(self, *args: Any, **kwargs: Any) -> str:
        """``nav_search_entity``: completes as ``nav_search_entity`` with the nodes of an entity.

        For a Project, on which the site's own call fails, the answer is made from the project itself.
        """
        return self._desk.session.call(
            "nav_search_entity",
            requests.API_CALL,
            _with(lambda site, args, kwargs: calls.nav_search_entity(site, args, kwargs), args, kwargs),
        )

    def _call(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
        return self._desk.session.call(
            name,
            requests.API_CALL,
            _with(lambda site, args, kwargs: calls.call(site, name, args, kwargs), args, kwargs),
        )


def _with(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Callable[..., dict[str, Any]]:
    args, kwargs = _copied(args, kwargs)
    return lambda site: {"sg": function(site, args, kwargs)}


def _copied(args: Any, kwargs: Any) -> tuple[Any, Any]:
    """The call may be made much later, and perhaps again: it must be the one that was asked for."""
    try:
        return copy.deepcopy((args, kwargs))
    except Exception:  # noqa: BLE001 - something that cannot be copied: the site will say what is wrong with it
        return args, kwargs
