"""A connection of one's own for each worker thread, made from the one that the user passed in.

The user's instance is only read, never called: its owner may be using it in another thread at this moment.
"""

from __future__ import annotations

import copy
import sys
from typing import Any

from ..settings import Settings
from .decoding import hasten
from .failures import UnreadableAnswer
from .known_client import client_class
from .send_once import send_once_http


def can_be_cloned(sg: Any) -> bool:
    """Whether this is a ``shotgun_api3.Shotgun``, of whichever copy of that package, or derived from one.

    A Mockgun or a studio's wrapper is not: nothing is known of what sharing its parts would do.
    """
    return client_class(sg) is not None


#: What a clone has of its own in the place of methods.
_REPLACED = (
    "_get_connection",
    "_decode_response",
    "_http_request",
    "_json_loads",
    "_transform_inbound",
    "_parse_records",
)


def clone(sg: Any, settings: Settings) -> Any:
    """A connection to the same site as the same user, with sockets, timeouts and retries of its own.

    Copied and not constructed: a subclass may take other arguments. What ``info`` said is copied too, so that
    a clone costs no call. Timeouts that the owner set are kept.
    """
    twin = copy.copy(sg)
    own = vars(twin)
    overridden = own.get("overridden")
    if overridden is not None:  # a clone, which a callable of the app was given and made another retriever with
        for name in _REPLACED:
            own.pop(name, None)
        own.update(overridden)
    twin.overridden = {name: own[name] for name in _REPLACED if name in own}
    twin.config = copy.copy(sg.config)
    twin.config._sg = twin
    twin.config.max_rpc_attempts = 1
    twin.MAX_ATTEMPTS = 1  # or a create would be sent again after a 502 or 504
    twin._connection = None
    twin.is_known = hasten(twin)

    def get_connection() -> Any:
        # The client throws its HTTP object away after an error: the next one must be of our kind again.
        if twin._connection is None:
            twin._connection = twin.last_http = _make_http(twin, settings)
        return twin._connection

    twin._get_connection = get_connection
    decode = twin._decode_response

    def decode_response(headers: Any, body: Any) -> Any:
        # The client hands on whatever is not JSON as if it were the result; for a few calls it may be one.
        if not body or (headers.get("content-type") or "").lower().startswith("text/html"):
            raise UnreadableAnswer("the site did not answer as a ShotGrid site does: its answer is not JSON")
        return decode(headers, body)

    twin._decode_response = decode_response
    return twin


def ca_certs_of(sg: Any) -> Any:
    """The path of the CA file that the connection verifies the site with, or None."""
    return getattr(sg, "_Shotgun__ca_certs", None)


def _make_http(sg: Any, settings: Settings) -> Any:
    base = client_class(sg)
    if base is None:
        raise TypeError(f"{type(sg).__name__} is not a shotgun_api3.Shotgun")
    client = sys.modules[base.__module__]
    config = sg.config
    read_timeout = config.timeout_secs or settings.read_timeout
    proxy = None
    if config.proxy_server:
        proxy = client.ProxyInfo(
            client.socks.PROXY_TYPE_HTTP,
            config.proxy_server,
            config.proxy_port,
            proxy_user=config.proxy_user,
            proxy_pass=config.proxy_pass,
        )
    return send_once_http(
        client.Http,
        min(settings.connect_timeout, read_timeout),
        read_timeout,
        ca_certs=ca_certs_of(sg),
        proxy_info=proxy,
    )
