"""Who calls: script keys, logins and session tokens."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from typing import Any, Callable, Dict, Mapping, NamedTuple, Optional

from ..api_fault import AUTHENTICATION_FAILED, APIFault
from ..store import Store

__all__ = ["DEMO_KEY", "DEMO_LOGIN", "DEMO_PASSWORD", "DEMO_SCRIPT", "Actor", "Sessions"]

DEMO_SCRIPT = "demo"
DEMO_KEY = "demo"
DEMO_LOGIN = "artist"
DEMO_PASSWORD = "demo"


class Actor(NamedTuple):
    """On whose behalf a call is made: a ``HumanUser`` or an ``ApiUser``."""

    entity_type: str
    entity_id: int

    @property
    def link(self) -> Dict[str, Any]:
        """As a link to the entity."""
        return {"type": self.entity_type, "id": self.entity_id}


class _Session(NamedTuple):
    actor: Actor
    ends: float


class Sessions:
    """Checks credentials and issues session tokens. Usable from any thread.

    Tokens live in memory only: a restarted site asks everyone to log in again.

    :param lifetime: seconds for which a token is good after it was last used.
    """

    def __init__(
        self, store: Store, lifetime: float = 24 * 3600.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.lifetime = lifetime
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._sessions: Dict[str, _Session] = {}

    def __repr__(self) -> str:
        with self._lock:
            return f"<{type(self).__name__} {len(self._sessions)} tokens>"

    def issue(self, actor: Actor) -> str:
        """A new token for this person or script."""
        token = secrets.token_hex(16)
        with self._lock:
            self._sessions[token] = _Session(actor, self._clock() + self.lifetime)
        return token

    def who(self, token: Optional[str]) -> Optional[Actor]:
        """Whose token this is, and prolong it; None where it was never issued, was revoked, or has expired."""
        with self._lock:
            session = self._sessions.get(token or "")
            if session is None or token is None:
                return None
            if session.ends <= self._clock():
                del self._sessions[token]
                return None
            self._sessions[token] = _Session(session.actor, self._clock() + self.lifetime)
            return session.actor

    def valid(self, token: Optional[str]) -> bool:
        """Whether the token would be accepted now."""
        return self.who(token) is not None

    def expire_all(self) -> None:
        """Revoke every token that was issued so far."""
        with self._lock:
            self._sessions.clear()

    def authenticate(self, auth: Mapping[str, Any]) -> Actor:
        """Whoever presents these parameters.

        :raises APIFault: with the code for which the client raises ``AuthenticationFault``. The message names
            the script or login, never a key, a password or a token.
        """
        if "user_login" in auth:
            actor = self._person(str(auth["user_login"]), str(auth.get("user_password", "")))
        elif "script_name" in auth:
            actor = self._script(str(auth["script_name"]), str(auth.get("script_key", "")))
        elif "session_token" in auth:
            known = self.who(str(auth["session_token"]))
            if known is None:
                raise _refused("Session has expired or is not valid. Please log in again.")
            actor = known
        else:
            raise _refused("No authentication parameters were given.")
        sudo = auth.get("sudo_as_login")
        if sudo is None:
            return actor
        if actor.entity_type != "ApiUser":
            raise _refused("Only a script can act on behalf of a person with 'sudo_as_login'.")
        found = self._active_person(str(sudo))
        if found is None:
            raise _refused(f"Can't find an active person with login '{sudo}' for 'sudo_as_login'.")
        return found

    def _person(self, login: str, password: str) -> Actor:
        actor = self._active_person(login)
        if actor is None or not _same(password, DEMO_PASSWORD):
            raise _refused(f"Can't authenticate user '{login}'")
        return actor

    def _active_person(self, login: str) -> Optional[Actor]:
        rows = self._store.database.rows(
            'SELECT id FROM "HumanUser" WHERE login = ? AND "__retired" = 0 AND sg_status_list = \'act\'', (login,)
        )
        return Actor("HumanUser", rows[0][0]) if rows else None

    def _script(self, name: str, key: str) -> Actor:
        rows = self._store.database.rows(
            'SELECT id FROM "ApiUser" WHERE firstname = ? AND "__retired" = 0 AND sg_status_list = \'act\'', (name,)
        )
        if not rows or not _same(key, DEMO_KEY):
            raise _refused(f"Can't authenticate script '{name}'")
        return Actor("ApiUser", rows[0][0])


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8"), wanted.encode("utf-8"))


def _refused(message: str) -> APIFault:
    return APIFault(message, AUTHENTICATION_FAILED)
