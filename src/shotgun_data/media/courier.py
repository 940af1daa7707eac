"""One download from its url to the last hop: redirects, the site's session, and what refusals mean.

Secrets are decided on here, hop by hop: the session cookie and the site's ``Authorization`` go with a request
whose scheme, host and port are the site's own, and with no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Optional, Protocol

from ..errors import Cancelled, MediaRejected, SessionRefused
from .access import SiteAccess
from .address import MediaAddress
from .steps import Place, Steps
from .transport import Progress, TransferReply, TransferRequest
from .verdict import is_login, is_transient_placeholder, pending, refusal

MAX_REDIRECTS = 10
USER_AGENT = "shotgun-data"

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TOKEN_FORBIDDEN = frozenset(' \t\r\n\0;,"\\')


class RestartableSink(Protocol):
    """A sink that can forget what it got, because another answer follows."""

    def write(self, chunk: bytes) -> None: ...

    def restart(self) -> None: ...


@dataclass(frozen=True)
class Delivery:
    """What a download ended with: the address that gave the body, and its answer.

    :param met_site: a hop on the way was the site itself, so that a web page may be its login page.
    """

    address: MediaAddress
    reply: TransferReply
    met_site: bool


class _LoginAsked(Exception):
    """The site wants a session that it accepts."""


class Courier:
    """Fetches one url, step by step."""

    def __init__(
        self,
        access: SiteAccess,
        *,
        connect_timeout: float,
        read_timeout: float,
        cancelled: Callable[[], bool],
        progress: Optional[Progress],
    ) -> None:
        self._access = access
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._cancelled = cancelled
        self._progress = progress
        self._token: Optional[str] = None
        self._token_known = False

    def fetch(
        self, url: str, sink: RestartableSink, max_bytes: int, is_page: Callable[[TransferReply], bool]
    ) -> Steps[Delivery]:
        """Follow the url to its body, which is in the sink afterwards.

        A site that refuses the session is asked once more, with a renewed one.

        :param is_page: says of a 200 whether it is a web page where media was asked for.
        """
        start = MediaAddress.parse(url, self._access.site)
        for renewed in (False, True):
            try:
                return (yield from self._follow(start, sink, max_bytes, is_page))
            except _LoginAsked:
                if renewed:
                    break
                yield Place.SITE
                self._accept(self._access.session_token(self._token or ""))
        raise SessionRefused(
            f"GET {start}: the site does not accept this connection's session for the download, nor a "
            "renewed one. Check that the script or person may see this media, and log in again."
        )

    def _follow(
        self,
        start: MediaAddress,
        sink: RestartableSink,
        max_bytes: int,
        is_page: Callable[[TransferReply], bool],
    ) -> Steps[Delivery]:
        address, seen, met_site = start, {start.url}, False
        while True:
            if is_transient_placeholder(address):
                raise pending(start)
            if self._cancelled():
                raise Cancelled(f"GET {start}: cancelled.")
            own = self._access.owns(address)
            met_site = met_site or own
            sink.restart()
            if own and not self._token_known:
                yield from self._learn_token()
            reply = yield self._request(address, sink, max_bytes, own)
            assert reply is not None
            location = reply.headers.get("location")
            if reply.status in _REDIRECTS and location:
                address = address.follow(location)
                if self._access.owns(address) and is_login(address):
                    raise _LoginAsked
                if address.url in seen or len(seen) > MAX_REDIRECTS:
                    raise MediaRejected(
                        f"GET {start}: redirects lead in a circle or further than {MAX_REDIRECTS} steps, at "
                        f"last to {address}. Ask the site's administrator."
                    )
                seen.add(address.url)
            elif reply.status in (200, 203):
                if is_page(reply) and met_site:
                    raise _LoginAsked
                return Delivery(address, reply, met_site)
            elif own and (reply.status == 401 or (reply.status == 403 and not address.is_signed)):
                raise _LoginAsked
            else:
                raise refusal(address, reply, own)

    def _request(self, address: MediaAddress, sink: RestartableSink, max_bytes: int, own: bool) -> TransferRequest:
        # Pictures do not shrink, and an unencoded body has a length that progress can be measured by.
        headers = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}
        if own:
            if self._token:
                headers["Cookie"] = f"_session_id={self._token}"
            if self._access.authorization:
                headers["Authorization"] = self._access.authorization
        return TransferRequest(
            address=address,
            headers=headers,
            sink=sink,
            max_bytes=max_bytes,
            connect_timeout=self._connect_timeout,
            read_timeout=self._read_timeout,
            proxy=self._access.proxy,
            ca_certs=self._access.ca_certs,
            cancelled=self._cancelled,
            progress=self._progress,
        )

    def _learn_token(self) -> Steps[None]:
        token = self._access.known_token()
        if token is None:
            yield Place.SITE
            token = self._access.session_token(None)
        self._accept(token)

    def _accept(self, token: Optional[str]) -> None:
        if token and (not token.isascii() or not _TOKEN_FORBIDDEN.isdisjoint(token)):
            raise SessionRefused("The session token of the connection has characters that no cookie may have.")
        self._token, self._token_known = token, True
