from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Callable, Optional

import pytest

from shotgun_data.media.access import SiteAccess
from shotgun_data.media.library import MediaLibrary
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


@pytest.fixture
def new_library(tmp_path: Path) -> Iterator[Callable[..., MediaLibrary]]:
    made: list[MediaLibrary] = []

    def make(root: Optional[Path] = None, **settings: object) -> MediaLibrary:
        quick = {"connect_timeout": 5.0, "read_timeout": 5.0, **settings}
        made.append(MediaLibrary.open(root or tmp_path / "cache", Settings(**quick)))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for library in made:
        library.close()


@pytest.fixture
def library(new_library: Callable[..., MediaLibrary]) -> MediaLibrary:
    return new_library()


def files_below(root: Path) -> list[Path]:
    """Every file, temporaries included."""
    return sorted(path for path in root.rglob("*") if path.is_file())
