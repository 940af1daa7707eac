"""The one exception tree.

Everything this package raises on purpose is a :class:`TankError`, which *is* ``sgtk.TankError`` wherever
sgtk can be imported, so that an app's existing ``except`` clauses go on working.

Messages are for the person at the screen: what was asked, of which host, and what to do. They never hold a
script key, a session token or the query of a signed url.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

__all__ = [
    "Cancelled",
    "MediaExpired",
    "MediaMissing",
    "MediaPending",
    "MediaRejected",
    "NoConnection",
    "OutcomeUnknown",
    "SessionRefused",
    "SettingsError",
    "ShotgunDataError",
    "SiteFault",
    "SiteUnreachable",
    "Stopped",
    "TankError",
    "TransferFailed",
]

if TYPE_CHECKING:

    class TankError(Exception):
        """The root: ``sgtk.TankError`` where there is one."""

else:
    try:
        from sgtk import TankError
    except Exception:  # noqa: BLE001 - a half-installed sgtk fails in many ways, and none may take us down

        class TankError(Exception):
            """The root, where sgtk is not installed."""


class ShotgunDataError(TankError):
    """Base of this package's own errors.

    :ivar retryable: trying the same again later may succeed.
    :ivar retry_after: seconds that the other side asked us to wait, or None.
    """

    retryable: bool = False

    def __init__(self, message: str = "", *, retry_after: Optional[float] = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SettingsError(ShotgunDataError):
    """A setting, or the environment variable it came from, has a value that cannot be used."""


class NoConnection(ShotgunDataError):
    """There is no ShotGrid connection to work with; the message says what to pass."""


class Stopped(ShotgunDataError):
    """The retriever or the task manager was stopped and takes no more work."""


class Cancelled(ShotgunDataError):
    """The work was cancelled. Never shown to a user: a cancelled request has no outcome."""


class SiteUnreachable(ShotgunDataError):
    """No answer from the site or the media host: DNS, refused, reset, timed out, or a gateway's 5xx."""

    retryable = True


class SiteFault(ShotgunDataError):
    """The site answered, and refused: a fault of the API, or an answer that is not the API's."""


class SessionRefused(ShotgunDataError):
    """The site does not accept our key or session token (any more)."""


class OutcomeUnknown(ShotgunDataError):
    """A create, update or delete was sent, and no answer came: it may or may not have been carried out."""


class TransferFailed(ShotgunDataError):
    """A download ended before it was whole; trying again may help."""

    retryable = True


class MediaExpired(ShotgunDataError):
    """The signed url is no longer accepted: ask the site for a new one."""


class MediaPending(ShotgunDataError):
    """The site serves a placeholder because the media is still being transcoded."""


class MediaMissing(ShotgunDataError):
    """There is no such media (any more)."""


class MediaRejected(ShotgunDataError):
    """What arrived is not what was asked for: a web page instead of an image, too large, or empty."""
