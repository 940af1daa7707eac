from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable, Optional

import pytest

from shotgun_data.media.access import SiteAccess
from shotgun_data.media.cache import MediaCache
from shotgun_data.media.choice import obstacle_to_curl, open_transport
from shotgun_data.media.library import MediaLibrary
from shotgun_data.media.transport import ConcurrentTransport, Transport
from shotgun_data.settings import Settings

from .origin import Origin


class Session:
    """A site's session as a download is given it; remembers how it was asked."""

    def __init__(self, *tokens: Optional[str]) -> None:
        self.tokens = tokens
        self.asked: list[bool] = []

    def __call__(self, refused: Optional[str]) -> Optional[str]:
        self.asked.append(refused is not None)
        return self.tokens[min(sum(self.asked), len(self.tokens) - 1)]


@pytest.fixture
def site() -> Iterator[Origin]:
    """The ShotGrid site."""
    with Origin() as origin:
        yield origin


@pytest.fixture
def host() -> Iterator[Origin]:
    """The media host: another origin."""
    with Origin() as origin:
        yield origin


@pytest.fixture
def session() -> Session:
    return Session("first-token", "second-token")


@pytest.fixture
def access(site: Origin, session: Session) -> SiteAccess:
    return SiteAccess(site.url, session)


needs_curl = pytest.mark.skipif(obstacle_to_curl() is not None, reason=f"no curl: {obstacle_to_curl()}")


@pytest.fixture(params=["urllib3", pytest.param("curl", marks=needs_curl)])
def transport_name(request: pytest.FixtureRequest) -> str:
    """Each transport in turn: whatever is true of one must be true of the other."""
    return str(request.param)


@pytest.fixture
def new_library(tmp_path: Path, transport_name: str) -> Iterator[Callable[..., MediaLibrary]]:
    made: list[MediaLibrary] = []

    def make(root: Optional[Path] = None, **settings: object) -> MediaLibrary:
        quick = {"connect_timeout": 5.0, "read_timeout": 5.0, "transport": transport_name, **settings}
        chosen = Settings(**quick)  # type: ignore[arg-type]
        made.append(MediaLibrary(MediaCache(root or tmp_path / "cache"), open_transport(chosen), chosen))
        return made[-1]

    yield make
    for library in made:
        library.close()


@pytest.fixture
def transport(transport_name: str) -> Iterator[Transport]:
    opened = open_transport(Settings(transport=transport_name))
    yield opened
    opened.close()


@pytest.fixture
def new_curl() -> Iterator[Callable[..., ConcurrentTransport]]:
    from shotgun_data.media.curl_transport import CurlTransport

    made: list[CurlTransport] = []

    def make(**options: Any) -> ConcurrentTransport:
        made.append(CurlTransport(**options))
        return made[-1]

    yield make
    for transport in made:
        transport.close()


@pytest.fixture
def curl(new_curl: Callable[..., ConcurrentTransport]) -> ConcurrentTransport:
    return new_curl()


@pytest.fixture
def library(new_library: Callable[..., MediaLibrary]) -> MediaLibrary:
    return new_library()


def files_below(root: Path) -> list[Path]:
    """Every file, temporaries included."""
    return sorted(path for path in root.rglob("*") if path.is_file())
