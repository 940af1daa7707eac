"""Closing a transport closes its connections there and then, whoever still remembers what failed."""

from __future__ import annotations

import gc
import socket

import pytest

from shotgun_data import errors
from shotgun_data.media.urllib3_transport import Urllib3Transport

from .asking import ask
from .origin import Exchange, Origin, reply


def connected_to(origin: Origin) -> list[socket.socket]:
    """The clients' ends of the connections to an origin that are open."""
    found = []
    for one in gc.get_objects():
        if isinstance(one, socket.socket) and one.fileno() >= 0 and one.family == socket.AF_INET:
            try:
                if one.getpeername()[1] == origin.port:
                    found.append(one)
            except OSError:
                pass  # not connected
    return found


def test_a_failure_that_is_remembered_keeps_no_connection_open(host: Origin) -> None:
    host.routes["/reset"] = Exchange.reset
    host.routes["/whole"] = reply(200, b"whole")
    transport = Urllib3Transport()
    gc.disable()
    try:
        with pytest.raises(errors.SiteUnreachable) as caught:
            transport.fetch(ask(f"{host.url}/reset"))
        transport.fetch(ask(f"{host.url}/whole"))
        assert len(connected_to(host)) == 1  # kept alive
        transport.close()
        assert connected_to(host) == []
        assert caught.tb is not None
    finally:
        gc.enable()
