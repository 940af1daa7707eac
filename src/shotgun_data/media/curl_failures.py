"""Which trouble it was, by libcurl's codes. Its messages are never shown: they quote hosts, proxies and headers."""

from __future__ import annotations

import errno
from typing import Any, Optional

import pycurl

from ..errors import SiteUnreachable
from .failures import Trouble, bad_ca_file, no_answer
from .transport import TransferRequest

# By number where pycurl has no name for it, or two.
_PROXY = 97
_WEIRD_SERVER_REPLY = 8
_OLD_PEER_FAILED_VERIFICATION = 51

_TROUBLES = {
    pycurl.E_COULDNT_RESOLVE_PROXY: Trouble.PROXY,
    _PROXY: Trouble.PROXY,
    pycurl.E_COULDNT_RESOLVE_HOST: Trouble.NO_HOST,
    pycurl.E_OPERATION_TIMEDOUT: Trouble.CONNECT_TIMEOUT,  # no other time limit is set
    pycurl.E_PEER_FAILED_VERIFICATION: Trouble.UNTRUSTED,
    _OLD_PEER_FAILED_VERIFICATION: Trouble.UNTRUSTED,
    pycurl.E_SSL_CONNECT_ERROR: Trouble.TLS,
    pycurl.E_SSL_CERTPROBLEM: Trouble.TLS,
    pycurl.E_SSL_CIPHER: Trouble.TLS,
    pycurl.E_SSL_ENGINE_INITFAILED: Trouble.TLS,
    pycurl.E_SSL_SHUTDOWN_FAILED: Trouble.TLS,
    pycurl.E_GOT_NOTHING: Trouble.CLOSED,
    pycurl.E_SEND_ERROR: Trouble.CLOSED,
    pycurl.E_RECV_ERROR: Trouble.CLOSED,
    pycurl.E_OK: Trouble.CLOSED,  # asked about only where the answer's head is not whole
    pycurl.E_PARTIAL_FILE: Trouble.CLOSED,
    pycurl.E_UNSUPPORTED_PROTOCOL: Trouble.NOT_HTTP,  # HTTP/0.9, which is whatever has no status line
    pycurl.E_WRITE_ERROR: Trouble.NOT_HTTP,  # a body without a head
    _WEIRD_SERVER_REPLY: Trouble.NOT_HTTP,
}
_REFUSED = frozenset({errno.ECONNREFUSED, getattr(errno, "WSAECONNREFUSED", errno.ECONNREFUSED)})
_BREAKS = {
    pycurl.E_PARTIAL_FILE: "the connection was closed",
    pycurl.E_RECV_ERROR: "the connection was reset",
}


def no_answer_by(request: TransferRequest, code: int, curl: Any) -> SiteUnreachable:
    """The error for a request that got no answer.

    :param curl: the ``pycurl.Curl`` that it ended on, not yet used again.
    """
    if code == pycurl.E_SSL_CACERT_BADFILE:
        return bad_ca_file(request.ca_certs or "of the system")
    trouble = _proxys_own(request, code, curl) or _TROUBLES.get(code, Trouble.OTHER)
    if code == pycurl.E_COULDNT_CONNECT and trouble is Trouble.OTHER and curl.getinfo(pycurl.OS_ERRNO) in _REFUSED:
        trouble = Trouble.REFUSED
    return no_answer(request.address, trouble, f"curl error {code}")


def why_broken(code: int) -> str:
    """Why an answer ended before it was whole."""
    return _BREAKS.get(code, f"curl error {code}")


def _proxys_own(request: TransferRequest, code: int, curl: Any) -> Optional[Trouble]:
    if request.proxy is None:
        return None
    tunnel = int(curl.getinfo(pycurl.HTTP_CONNECTCODE))
    if tunnel == 407:
        return Trouble.PROXY_LOGIN
    if tunnel >= 300 or code in (pycurl.E_COULDNT_CONNECT, pycurl.E_OPERATION_TIMEDOUT):
        return Trouble.PROXY
    return None
