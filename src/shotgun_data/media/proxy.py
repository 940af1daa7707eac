"""A connection's proxy, as ``shotgun_api3`` takes it: ``[user:password@]host[:port]``."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Mapping

_DEFAULT_PORT = 8080  # shotgun_api3's


@dataclass(frozen=True)
class Proxy:
    """A proxy that is spoken to in plain HTTP. The ``repr`` shows no login.

    :param url: scheme, host and port, without the login.
    :param headers: for the proxy alone.
    """

    url: str
    headers: Mapping[str, str] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Proxy:
        login, at, host = text.rpartition("@")
        host = host.rpartition("://")[2]
        url = f"http://{host if ':' in host else f'{host}:{_DEFAULT_PORT}'}"
        if not at:
            return cls(url, {})
        login = login.rpartition("://")[2]  # taken as it is, as shotgun_api3 does for its API calls
        basic = base64.b64encode(login.encode("utf-8")).decode("ascii")
        return cls(url, {"Proxy-Authorization": f"Basic {basic}"})
