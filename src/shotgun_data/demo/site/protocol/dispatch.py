"""From the body of a request to the body of its answer."""

from __future__ import annotations

import json
import logging
from typing import Any, Dict, List, Mapping, Sequence

from ..api_fault import INVALID_REQUEST, APIFault, shown
from ..store import Presentation, Store
from . import conversation, entities, navigation, preferences, schema_changes, site_calls, summaries
from .call import Call, Method
from .sessions import Sessions

try:
    import orjson
except ImportError:

    def _dump(value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")

else:

    def _dump(value: Any) -> bytes:
        return orjson.dumps(value)


__all__ = ["Dispatcher"]

_log = logging.getLogger(__name__)

_METHODS: Dict[str, Method] = {
    **site_calls.METHODS,
    **schema_changes.METHODS,
    **entities.METHODS,
    **summaries.METHODS,
    **conversation.METHODS,
    **navigation.METHODS,
    **preferences.METHODS,
}
_WITHOUT_AUTHENTICATION = ("info",)


class Dispatcher:
    """Carries out API calls. Usable from several threads at once; blocking."""

    def __init__(self, store: Store, sessions: Sessions, present: Presentation) -> None:
        self._store = store
        self._sessions = sessions
        self._present = present

    def answer(self, body: bytes) -> bytes:
        """The answer to one call: its result, or the error that the client turns into an exception."""
        try:
            return _dump(self._carry_out(_parsed(body)))
        except APIFault as fault:
            return _dump({"exception": True, "message": fault.message, "error_code": fault.code})
        except Exception:  # noqa: BLE001 - whatever went wrong, the client must get an answer
            _log.exception("the embedded site failed on a call")
            return _dump({"exception": True, "message": "API internal error.", "error_code": 100})

    def _carry_out(self, call: Mapping[str, Any]) -> Any:
        name, params = call.get("method_name"), call.get("params") or []
        method = _METHODS.get(name) if isinstance(name, str) else None
        if method is None:
            raise APIFault(f"API method {shown(name)} doesn't exist.", INVALID_REQUEST)
        if not isinstance(params, list):
            raise APIFault(f"API {name}() expected 'params' to be an Array but got {shown(params)}")
        parts: List[Any] = list(params)
        actor = None
        if name not in _WITHOUT_AUTHENTICATION:
            auth = parts.pop(0) if parts and isinstance(parts[0], dict) else {}
            actor = self._sessions.authenticate(auth)
        payload: Any = parts[0] if parts else {}
        requests: Sequence[Any] = ()
        if name == "batch" and isinstance(payload, list):
            requests, payload = payload, {}
        if not isinstance(payload, dict):
            raise APIFault(f"API {name}() can't take these parameters: {shown(payload)}")
        person = actor.entity_id if actor is not None and actor.entity_type == "HumanUser" else None
        self._store.database.set_current_user(person)
        return method(Call(str(name), payload, actor, self._store, self._sessions, self._present, requests))


def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        call = json.loads(body)
    except ValueError:
        raise APIFault("The request is not valid JSON.") from None
    if not isinstance(call, dict):
        raise APIFault("The request is not a JSON object.")
    return call
