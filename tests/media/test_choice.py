"""Which transport is chosen, and what is loaded for it."""

from __future__ import annotations

import logging
import sys
import types
from typing import Any, Optional

import pytest

from shotgun_data.errors import SettingsError
from shotgun_data.media.choice import obstacle_to_curl, open_transport
from shotgun_data.media.transport import ConcurrentTransport
from shotgun_data.settings import Settings

from .conftest import needs_curl


def kind(**settings: Any) -> str:
    transport = open_transport(Settings(**settings))
    transport.close()
    assert isinstance(transport, ConcurrentTransport) == (type(transport).__name__ == "CurlTransport")
    return type(transport).__name__


class Broken(types.ModuleType):
    """A pycurl whose libcurl does not fit the host's."""

    def __getattr__(self, name: str) -> Any:
        raise OSError("/home/artist/libcurl.so: undefined symbol")


def pycurl_of(version: str, libcurl: str, tls: Optional[str] = "OpenSSL/3") -> types.ModuleType:
    fake = types.ModuleType("pycurl")
    fake.version = f"PycURL/{version} libcurl/{libcurl}"  # type: ignore[attr-defined]
    fake.version_info = lambda: (11, libcurl, 0, 0, "Linux", 0, tls, 0, "", ("http", "https"))  # type: ignore[attr-defined]
    return fake


OBSTACLES = [
    (None, "not installed"),
    (Broken("pycurl"), "OSError"),
    (types.ModuleType("pycurl"), "AttributeError"),
    (pycurl_of("7.45.3", "8.5.0"), "7.45.3 is older"),
    (pycurl_of("7.49.0", "7.61.1-DEV"), "7.61.1-DEV is older"),
    (pycurl_of("7.49.0", "8.5.0", None), "no TLS"),
]


@needs_curl
def test_curl_is_chosen_where_it_can_be_had() -> None:
    assert kind() == kind(transport="auto") == kind(transport="curl") == "CurlTransport"


def test_urllib3_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert kind(transport="urllib3") == "Urllib3Transport"
    monkeypatch.setenv("SHOTGUN_DATA_TRANSPORT", "urllib3")
    assert kind() == "Urllib3Transport"


@pytest.mark.parametrize(("module", "reason"), OBSTACLES)
def test_a_pycurl_that_cannot_be_used_is_no_trouble_unless_it_is_asked_for(
    module: Optional[types.ModuleType], reason: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "pycurl", module)  # None: an import fails as that of something not installed
    caplog.set_level(logging.DEBUG)
    assert kind() == "Urllib3Transport"
    assert [record.levelname for record in caplog.records] == ["DEBUG"]
    assert reason in caplog.text
    with pytest.raises(SettingsError, match=r"shotgun-data\[fast\]") as raised:
        kind(transport="curl")
    assert reason in str(raised.value)


def test_another_transport_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="auto, curl, urllib3"):
        Settings(transport="carrier pigeon")
    monkeypatch.setenv("SHOTGUN_DATA_TRANSPORT", "pigeon")
    with pytest.raises(SettingsError, match="SHOTGUN_DATA_TRANSPORT"):
        Settings()


def test_this_python_has_what_the_tests_are_meant_to_test() -> None:
    """Where pycurl is installed, it is tested; a version that suddenly cannot be used would be skipped otherwise."""
    try:
        import pycurl  # noqa: F401
    except ImportError:
        pytest.skip("no pycurl here")
    assert obstacle_to_curl() is None
