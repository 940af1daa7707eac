"""Which transport suits this Python."""

from __future__ import annotations

from ..settings import Settings
from .transport import Transport
from .urllib3_transport import Urllib3Transport


def open_transport(settings: Settings) -> Transport:
    """The fastest that can be had."""
    return Urllib3Transport(settings.transfer_threads)
