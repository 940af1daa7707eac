"""``download_thumbnail`` and ``download_thumbnail_source``: from any thread, over any bundle, without a retriever."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, Optional

import pytest
from PIL import Image
from shotgun_api3 import Shotgun

from shotgun_data import ShotgunDataRetriever, TankError
from shotgun_data.demo.site.faults import Fault, Reset, Status


class Bundle:
    """All that a bundle must have, and nothing more."""

    def __init__(self, shotgun: Any, location: Optional[str], attribute: str = "site_cache_location") -> None:
        self.shotgun = shotgun
        if location is not None:
            setattr(self, attribute, location)


@pytest.fixture
def bundle(site: Any, tmp_path: Path) -> Bundle:
    return Bundle(site.connect(), str(tmp_path / "bundle"))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOTGUN_DATA_RETRY_DELAY", "0.01")


def url_of(site: Any, shot_id: int = 1) -> str:
    url: str = site.connect().find_one("Shot", [["id", "is", shot_id]], ["image"])["image"]
    site.calls.clear()
    return url


def bare_shot(site: Any) -> int:
    made = site.connect().create("Shot", {"code": "bare", "project": {"type": "Project", "id": 1}})
    return int(made["id"])


def test_a_thumbnail_is_downloaded_and_then_found(site: Any, bundle: Bundle) -> None:
    path = ShotgunDataRetriever.download_thumbnail(url_of(site), bundle)
    assert type(path) is str
    with Image.open(path) as image:
        assert (image.format, image.size) == ("JPEG", (480, 270))
    assert path.startswith(bundle.site_cache_location)  # type: ignore[attr-defined]
    assert ShotgunDataRetriever.download_thumbnail(url=url_of(site), bundle=bundle) == path
    assert not site.calls.requests()


def test_the_source_is_the_original_and_then_found(site: Any, bundle: Bundle) -> None:
    path = ShotgunDataRetriever.download_thumbnail_source("Shot", 1, bundle)
    assert type(path) is str
    with Image.open(path) as image:
        assert image.size != (480, 270)
    site.calls.clear()
    again = ShotgunDataRetriever.download_thumbnail_source(entity_type="Shot", entity_id=1, bundle=bundle)
    assert again == path
    assert not site.calls.requests()


def test_they_work_from_any_thread_and_need_no_qt_application(site: Any, bundle: Bundle) -> None:
    url = url_of(site)
    with ThreadPoolExecutor(6) as pool:
        thumbnails = [pool.submit(ShotgunDataRetriever.download_thumbnail, url, bundle) for _ in range(6)]
        sources = [pool.submit(ShotgunDataRetriever.download_thumbnail_source, "Shot", 2, bundle) for _ in range(6)]
    assert len({future.result() for future in thumbnails}) == 1
    assert len({future.result() for future in sources}) == 1


def test_they_leave_no_thread_and_call_nothing_of_the_bundles_connection(site: Any, tmp_path: Path) -> None:
    class Untouchable(Shotgun):
        def _call_rpc(self, *args: Any, **kwargs: Any) -> Any:
            if "_get_connection" not in vars(self):  # not a clone
                raise AssertionError("the bundle's own connection was called")
            return super()._call_rpc(*args, **kwargs)

    before = {thread for thread in threading.enumerate() if "shotgun-data work" in thread.name}
    bundle = Bundle(Untouchable(site.url, "demo", "demo", connect=False), str(tmp_path / "b"))
    ShotgunDataRetriever.download_thumbnail_source("Shot", 3, bundle)
    assert {thread for thread in threading.enumerate() if "shotgun-data work" in thread.name} == before


@pytest.mark.parametrize("attribute", ["site_cache_location", "cache_location"])
def test_either_name_of_the_cache_will_do(site: Any, tmp_path: Path, attribute: str) -> None:
    bundle = Bundle(site.connect(), str(tmp_path / "here"), attribute)
    path = ShotgunDataRetriever.download_thumbnail(url_of(site), bundle)
    assert path.startswith(str(tmp_path / "here" / "thumbs"))


def test_what_they_stored_a_retriever_finds(site: Any, bundle: Bundle, qapp: Any) -> None:
    path = ShotgunDataRetriever.download_thumbnail(url_of(site), bundle)
    second = Bundle(site.connect(), bundle.site_cache_location)  # type: ignore[attr-defined]
    assert ShotgunDataRetriever.download_thumbnail(url_of(site), second) == path
    assert not site.calls.requests("/thumbs")


def test_they_try_again_for_reasons_that_pass(site: Any, bundle: Bundle) -> None:
    url = url_of(site)
    site.faults.add(Fault(Status(503), media=True, times=1))
    site.faults.add(Fault(Reset(), media=True, times=1))
    assert Path(ShotgunDataRetriever.download_thumbnail(url, bundle)).is_file()


@pytest.mark.parametrize(
    ("call", "part"),
    [
        (lambda site, bundle: ShotgunDataRetriever.download_thumbnail(None, bundle), "needs the url"),
        (lambda site, bundle: ShotgunDataRetriever.download_thumbnail("", bundle), "needs the url"),
        (lambda site, bundle: ShotgunDataRetriever.download_thumbnail("ftp://x/y.jpg", bundle), "ftp"),
        (lambda site, bundle: ShotgunDataRetriever.download_thumbnail_source("Shot", bare_shot(site), bundle), "Shot"),
        (lambda site, bundle: ShotgunDataRetriever.download_thumbnail_source("Shot", 10**8, bundle), "Shot 100000000"),
    ],
)
def test_a_failure_is_a_tank_error_with_a_reason(
    site: Any, bundle: Bundle, call: Callable[..., Any], part: str
) -> None:
    with pytest.raises(TankError, match=part):
        call(site, bundle)


def test_an_expired_url_fails_and_its_signature_is_not_told(site: Any, bundle: Bundle) -> None:
    url = url_of(site)
    site.media.expire_urls()
    with pytest.raises(TankError, match="no longer accepts") as failure:
        ShotgunDataRetriever.download_thumbnail(url, bundle)
    assert "X-Amz" not in str(failure.value)


def test_a_wrong_key_is_a_tank_error(site: Any, tmp_path: Path) -> None:
    bundle = Bundle(site.connect(script_name="demo", api_key="secret-but-wrong"), str(tmp_path))
    with pytest.raises(TankError, match="refused the credentials") as failure:
        ShotgunDataRetriever.download_thumbnail_source("Shot", 4, bundle)
    assert "secret-but-wrong" not in str(failure.value)


def test_a_bundle_without_a_connection_is_a_tank_error(site: Any, tmp_path: Path) -> None:
    with pytest.raises(TankError):
        ShotgunDataRetriever.download_thumbnail_source("Shot", 1, Bundle(None, str(tmp_path)))
