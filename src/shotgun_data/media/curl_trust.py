"""Whom libcurl trusts: the connection's CA file, or whomever Python's own ``ssl`` trusts, and nobody else.

The paths that are built into pycurl's wheels are those of the system they were built on.
"""

from __future__ import annotations

import os
import re
import ssl
import sys
from typing import Any, Optional

import pycurl

from .failures import bad_ca_file

_HASHED = re.compile(r"[0-9a-f]{8}\.\d+")  # how OpenSSL finds a certificate in a folder


def check_trust(ca_certs: Optional[str]) -> None:
    """Said before any connection, as it is by Python's ``ssl``.

    :raises SiteUnreachable: the CA file cannot be used.
    """
    if ca_certs is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(ca_certs)
    except OSError:
        raise bad_ca_file(ca_certs) from None


def set_trust(curl: Any, ca_certs: Optional[str]) -> None:
    """Let this ``pycurl.Curl`` trust the certificates of a PEM file; None: those that Python trusts."""
    curl.setopt(pycurl.SSL_VERIFYPEER, 1)
    curl.setopt(pycurl.SSL_VERIFYHOST, 2)
    curl.setopt(pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_2)
    curl.unsetopt(pycurl.CAINFO)
    curl.unsetopt(pycurl.CAPATH)
    if ca_certs is not None:
        curl.setopt(pycurl.CAINFO, os.fsencode(ca_certs))
        return
    if sys.platform == "win32":
        curl.setopt(pycurl.CAINFO_BLOB, _systems_certificates())
        return
    paths = ssl.get_default_verify_paths()
    if paths.cafile is not None:
        curl.setopt(pycurl.CAINFO, os.fsencode(paths.cafile))
    # libcurl reads a file once for all connections, but for each connection where there is a folder too.
    if paths.capath is not None and _holds_certificates(paths.capath):
        curl.setopt(pycurl.CAPATH, os.fsencode(paths.capath))


def _holds_certificates(folder: str) -> bool:
    try:
        return any(_HASHED.fullmatch(name) for name in os.listdir(folder))
    except OSError:
        return False


def _systems_certificates() -> bytes:
    """The certificates of the system's store, which is no file there, as one PEM text."""
    certificates = ssl.create_default_context().get_ca_certs(binary_form=True)
    return "".join(ssl.DER_cert_to_PEM_cert(certificate) for certificate in certificates).encode("ascii")
