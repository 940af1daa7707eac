"""Windows on the embedded site, closed when their test ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest

from shotgun_data import Settings, ShotgunDataRetriever

from .waiting import run_until


@pytest.fixture
def make_retriever(qapp: Any, site: Any, cache_dir: Path) -> Callable[..., ShotgunDataRetriever]:
    """Makes retrievers that are not started, and that somebody else stops."""

    def make(sg: Any = None, **settings: Any) -> ShotgunDataRetriever:
        settings.setdefault("cache_dir", cache_dir)
        settings.setdefault("retry_delay", 0.01)
        settings.setdefault("max_attempts", 2)
        return ShotgunDataRetriever(sg=sg or site.connect(connect=False), settings=Settings(**settings))

    return make


@pytest.fixture
def open_window(make_retriever: Callable[..., ShotgunDataRetriever]) -> Iterator[Callable[..., Any]]:
    """Opens windows; waits until what they show at first is there, unless told otherwise."""
    from shotgun_data.demo.browser.window import BrowserWindow

    windows: list[Any] = []

    def make(
        sg: Any = None, wait: bool = True, width: int = 1300, height: int = 800, project: Any = None, **settings: Any
    ) -> Any:
        window = BrowserWindow(make_retriever(sg, **settings), "a site", project)
        windows.append(window)
        window.resize(width, height)
        window.show()
        if wait:
            run_until(window.is_settled)
        return window

    yield make
    for window in windows:
        window.close()
        window.deleteLater()


@pytest.fixture
def window(open_window: Callable[..., Any]) -> Any:
    """A window that shows the embedded site's shots."""
    return open_window()
