"""What every test stands on: Qt without a display, and none of the developer's own settings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Read when the QApplication is made; a run on a real display says so: QT_QPA_PLATFORM=xcb make test.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session", autouse=True)
def own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No site, key, proxy or cache of the person who runs the tests is seen, or written to.

    For the session, and not for each test: what is started once for many tests must see it as well.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.upper().startswith("SHOTGUN_") or name.upper().endswith("_PROXY"):
                patch.delenv(name)
        # Where platformdirs looks on Linux, macOS and Windows.
        home = tmp_path_factory.mktemp("home")
        for name in ("XDG_CACHE_HOME", "HOME", "LOCALAPPDATA"):
            patch.setenv(name, str(home))
        if "XDG_RUNTIME_DIR" not in os.environ:  # Qt 5 says so on stderr
            runtime = tmp_path_factory.mktemp("runtime")
            runtime.chmod(0o700)
            patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        yield


@pytest.fixture(scope="session")
def shared_site(own_environment: None) -> Iterator[Any]:
    """The embedded site with a small production, started once. Tests take it as ``site``."""
    from shotgun_data.demo.site import EmbeddedSite

    with EmbeddedSite(shots=30) as running:
        running.media.stream_rate = None  # nobody watches a progress bar
        yield running


@pytest.fixture
def site(shared_site: Any) -> Iterator[Any]:
    """The embedded site, free of faults, and with nothing in its log of calls."""
    shared_site.faults.clear()
    shared_site.calls.clear()
    yield shared_site
    shared_site.faults.clear()  # lets stalled answers go on, so that nobody waits for them


@pytest.fixture
def cache_dir(tmp_path: Path) -> Path:
    """A root for a media cache that nobody else uses; not made yet."""
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def qapp() -> Any:
    """The one QApplication of the process, in the thread that runs the tests."""
    from qtpy.QtWidgets import QApplication

    return QApplication.instance() or QApplication(["tests"])
