"""Retrievers and task managers that are stopped when their test ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, Callable

import pytest

from shotgun_data import BackgroundTaskManager, Settings, ShotgunDataRetriever
from shotgun_data.media.choice import obstacle_to_curl

from .production import Row

# Read before the tests' own environment hides it: SHOTGUN_DATA_TRANSPORT=urllib3 pytest tests/qt
TRANSPORT = os.environ.get("SHOTGUN_DATA_TRANSPORT", "auto")

needs_curl = pytest.mark.skipif(obstacle_to_curl() is not None, reason=f"no curl: {obstacle_to_curl()}")


@pytest.fixture(autouse=True)
def transport(own_environment: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """What carries the downloads of a retriever that is not told: what the run was asked for."""
    monkeypatch.setenv("SHOTGUN_DATA_TRANSPORT", TRANSPORT)
    return TRANSPORT


@pytest.fixture(params=["urllib3", pytest.param("curl", marks=needs_curl)])
def each_transport(transport: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each transport in turn, for what must be true whichever way downloads go."""
    monkeypatch.setenv("SHOTGUN_DATA_TRANSPORT", request.param)
    return str(request.param)


@pytest.fixture
def make_manager(qapp: Any) -> Iterator[Callable[..., BackgroundTaskManager]]:
    """Makes task managers that are processing, unless told otherwise."""
    made: list[BackgroundTaskManager] = []

    def make(start_processing: bool = True, **arguments: Any) -> BackgroundTaskManager:
        made.append(BackgroundTaskManager(None, start_processing, **arguments))
        return made[-1]

    yield make
    for manager in made:
        manager.shut_down()


@pytest.fixture
def manager(make_manager: Callable[..., BackgroundTaskManager]) -> BackgroundTaskManager:
    """A task manager that is processing."""
    return make_manager()


@pytest.fixture
def make_retriever(qapp: Any, site: Any, cache_dir: Any) -> Iterator[Callable[..., ShotgunDataRetriever]]:
    """Makes retrievers of the embedded site that are started, unless told otherwise."""
    made: list[ShotgunDataRetriever] = []

    def make(start: bool = True, sg: Any = None, manager: Any = None, **settings: Any) -> ShotgunDataRetriever:
        settings.setdefault("cache_dir", cache_dir)
        settings.setdefault("retry_delay", 0.01)
        retriever = ShotgunDataRetriever(None, sg or site.connect(), manager, settings=Settings(**settings))
        made.append(retriever)
        if start:
            retriever.start()
        return retriever

    yield make
    for retriever in made:
        retriever.stop()


@pytest.fixture
def retriever(make_retriever: Callable[..., ShotgunDataRetriever]) -> ShotgunDataRetriever:
    """A started retriever of the embedded site."""
    return make_retriever()


@pytest.fixture
def shots(site: Any) -> list[Row]:
    """Shots with thumbnails, as a find returns them."""
    found: list[Row] = site.connect().find("Shot", [["id", "less_than", 31], ["image", "is_not", None]], ["image"])
    site.calls.clear()
    return found
