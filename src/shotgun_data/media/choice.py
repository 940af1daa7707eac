"""Which transport suits this Python: libcurl where there is one that can be used, pure Python elsewhere."""

from __future__ import annotations

import logging
from typing import Optional

from ..errors import SettingsError
from ..settings import Settings
from .transport import Transport
from .urllib3_transport import Urllib3Transport

_log = logging.getLogger(__name__)

# Older pycurl wheels bring a libcurl of 2018 along; before 7.87 a cancelled transfer waits for its DNS answer.
_OLDEST_PYCURL = (7, 45, 4)
_OLDEST_LIBCURL = (7, 87, 0)


def open_transport(settings: Settings) -> Transport:
    """The transport that ``settings.transport`` names, or the faster one that can be had.

    The first call may import pycurl, which takes some 30 ms: not in a GUI's thread.

    :raises SettingsError: curl is asked for, and cannot be had.
    """
    if settings.transport == "urllib3":
        return Urllib3Transport(settings.transfer_threads)
    obstacle = obstacle_to_curl()
    if obstacle is None:
        from .curl_transport import CurlTransport

        return CurlTransport(settings.transfer_threads)
    if settings.transport == "curl":
        raise SettingsError(
            f"The transport curl is asked for, but {obstacle}. Install shotgun-data[fast] for this Python, or "
            "choose the transport auto."
        )
    _log.debug("Media is downloaded with urllib3, because %s", obstacle)
    return Urllib3Transport(settings.transfer_threads)


def obstacle_to_curl() -> Optional[str]:
    """Why pycurl cannot be used, as the end of a sentence; None if it can."""
    try:
        import pycurl

        name, version = pycurl.version.split()[0].partition("/")[::2]
        if _numbers(version) < _OLDEST_PYCURL:
            return f"{name} {version} is older than {_dotted(_OLDEST_PYCURL)}"
        _, libcurl, _, _, _, tls, _, _, protocols, *_ = pycurl.version_info()
        if _numbers(libcurl) < _OLDEST_LIBCURL:
            return f"its libcurl {libcurl} is older than {_dotted(_OLDEST_LIBCURL)}"
        if not tls or "https" not in protocols:
            return "its libcurl has no TLS"
        pycurl.Curl().close()
    except ImportError as error:
        return "pycurl is not installed" if error.name == "pycurl" else "pycurl cannot be imported (ImportError)"
    except Exception as error:  # noqa: BLE001 - a library that does not fit the host's fails in any way
        return f"pycurl cannot be used ({type(error).__name__})"
    return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.partition("-")[0].split(".")[:3])


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
