"""The HTTP object of a cloned connection: bounded in time, and a change is sent to the site at most once.

``shotgun_api3`` sends its calls through a vendored httplib2, which sends a request again when a kept-alive
connection turns out to be closed, and follows a 308 with the whole body, script key included. Neither is
acceptable for a create, nor the second for anything.
"""

from __future__ import annotations

import re
from typing import Any, Optional

#: Calls of the RPC protocol that change nothing, so that sending them twice does no harm.
READS = frozenset(
    {
        "activity_stream",
        "entity_types",
        "export_page",
        "followers",
        "following",
        "get_session_token",
        "info",
        "nav_expand",
        "nav_search",
        "note_thread_contents",
        "preferences_read",
        "query_display_columns",
        "query_display_name_cache",
        "read",
        "schema_entity_read",
        "schema_field_read",
        "schema_read",
        "summarize",
        "user_subscriptions_read",
        "work_schedule_read",
    }
)

_METHOD_NAME = re.compile(rb'\A\{"method_name": "(\w+)"')


def is_read(body: Optional[bytes]) -> bool:
    """Whether a request body is an RPC call that changes nothing. What is not known to be one is a write."""
    found = _METHOD_NAME.match(body or b"")
    return found is not None and found.group(1).decode() in READS


class _NoReplay:
    """An http.client connection whose lost answer is an error, and no reason to ask again."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def getresponse(self) -> Any:
        import http.client

        try:
            return self._connection.getresponse()
        except (http.client.BadStatusLine, http.client.ResponseNotReady) as error:
            # httplib2 takes these two for a stale connection and sends again; a reset it passes on.
            raise ConnectionResetError("the connection was closed before an answer came") from error


def send_once_http(base: type, connect_timeout: float, read_timeout: float, **arguments: Any) -> Any:
    """Make an ``Http`` of the class that the client itself would use (its vendored httplib2)."""

    class SendOnceHttp(base):  # type: ignore[misc]  # vendored and untyped
        def __init__(self) -> None:
            super().__init__(timeout=read_timeout, **arguments)
            self.follow_redirects = False
            self.reached = False  # whether the last request may have reached the site

        def _conn_request(
            self, conn: Any, request_uri: str, method: str, body: Optional[bytes], headers: Any
        ) -> Any:
            self.reached = False
            write = method == "POST" and not is_read(body)
            if write:
                conn.close()  # a kept-alive connection may be dead: a write must not be what finds out
            if not conn.sock:
                conn.timeout = connect_timeout
                conn.connect()
                conn.sock.settimeout(read_timeout)  # the timeout so far was that of connecting
            self.reached = True
            return super()._conn_request(
                _NoReplay(conn) if write else conn, request_uri, method, body, headers
            )

    return SendOnceHttp()
