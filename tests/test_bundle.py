"""Where the media cache is: settings, environment, bundle, platform; in this order."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import platformdirs
import pytest

from shotgun_data import Settings
from shotgun_data.bundle import cache_root, current_bundle

SITE = "https://studio.shotgrid.example"


def test_settings_go_before_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOTGUN_DATA_CACHE_DIR", str(tmp_path / "environment"))
    bundle = SimpleNamespace(site_cache_location=str(tmp_path / "bundle"))
    assert cache_root(Settings(cache_dir=tmp_path / "settings"), bundle, SITE) == tmp_path / "settings"


def test_the_environment_goes_before_the_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOTGUN_DATA_CACHE_DIR", str(tmp_path / "environment"))
    bundle = SimpleNamespace(site_cache_location=str(tmp_path / "bundle"))
    assert cache_root(Settings(), bundle, SITE) == tmp_path / "environment"


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"site_cache_location": "/site", "cache_location": "/project"}, "/site"),
        ({"cache_location": "/project"}, "/project"),
        ({"site_cache_location": None, "cache_location": "/project"}, "/project"),
        ({"site_cache_location": "", "cache_location": "/project"}, "/project"),
    ],
)
def test_the_bundle_goes_before_the_platform(attributes: Any, expected: str) -> None:
    assert cache_root(Settings(), SimpleNamespace(**attributes), SITE) == Path(expected)


@pytest.mark.parametrize("bundle", [None, SimpleNamespace(), SimpleNamespace(site_cache_location=7)])
def test_the_platform_has_a_folder_for_each_site(bundle: Any) -> None:
    base = Path(platformdirs.user_cache_dir("shotgun-data", appauthor=False))
    assert cache_root(Settings(), bundle, SITE) == base / "studio.shotgrid.example"
    assert cache_root(Settings(), bundle, "http://user:pass@127.0.0.1:8888") == base / "127.0.0.1_8888"
    assert cache_root(Settings(), bundle, "") == base / "site"


def test_a_cache_folder_is_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOTGUN_DATA_CACHE_DIR", "~/media")
    assert cache_root(Settings(), None, SITE) == Path.home() / "media"


def test_without_sgtk_there_is_no_current_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "sgtk", raising=False)
    assert current_bundle() is None
    monkeypatch.setitem(sys.modules, "sgtk", ModuleType("sgtk"))  # half an sgtk
    assert current_bundle() is None


def test_the_current_bundle_goes_before_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    sgtk = ModuleType("sgtk")
    platform = SimpleNamespace(current_bundle=lambda: "bundle", current_engine=lambda: "engine")
    sgtk.platform = platform  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sgtk", sgtk)
    assert current_bundle() == "bundle"

    def belongs_to_none() -> Any:
        raise RuntimeError("this code belongs to no bundle")

    platform.current_bundle = belongs_to_none
    assert current_bundle() == "engine"
