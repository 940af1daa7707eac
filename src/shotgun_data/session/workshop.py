"""The place that the sessions of one task manager work in: its threads, and what they share."""

from __future__ import annotations

import weakref
from collections.abc import Mapping

from ..engine.client import Client
from ..engine.scheduler import Scheduler
from ..settings import Settings
from .commons import Commons
from .session import Session


class Workshop:
    """One per task manager. Thread-safe.

    :param widths: threads per lane.
    :param paused: begin no work before :meth:`~shotgun_data.engine.scheduler.Scheduler.resume`.
    """

    def __init__(self, widths: Mapping[str, int], settings: Settings, *, paused: bool) -> None:
        self.scheduler = Scheduler(widths, paused=paused, ended=lambda: self.commons.close())
        client = self.client()
        self.commons = Commons(client, settings, client.hold)
        self._sessions: weakref.WeakSet[Session] = weakref.WeakSet()

    def client(self) -> Client:
        """A new user of the lanes."""
        return Client(self.scheduler)

    def adopt(self, session: Session) -> None:
        """Remember a session, for :meth:`cancel_sessions`."""
        self._sessions.add(session)

    def cancel_sessions(self) -> None:
        """Stop all requests of all sessions, without an outcome."""
        for session in list(self._sessions):
            session.cancel_all()

    def close(self) -> None:
        """Drop what waits, block until what runs has ended, end the threads, close the sockets.

        Idempotent. Called from one of the threads, it does not wait for that one, which closes the sockets.
        """
        self.scheduler.abandon()
        self.cancel_sessions()  # a running download ends at its next chunk
        self.scheduler.close()

    def abandon(self) -> None:
        """The same without waiting: whoever owned this is gone. The last thread to end closes the sockets."""
        self.scheduler.abandon()
        self.cancel_sessions()
