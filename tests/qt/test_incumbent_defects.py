"""The defects of the incumbent that must not come back, one test each. Most are proven at length elsewhere."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
import tracemalloc
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from shotgun_data.demo.site.faults import Fault, Reset, Stall
from shotgun_data.qt.binding import QtCore

from .gate import Gate
from .production import downloads, picture, upload
from .waiting import Outcomes, TaskSignals, settle, wait_for_the_site, wait_until


@pytest.fixture
def outcomes(retriever: Any) -> Outcomes:
    return Outcomes(retriever)


def test_stop_work_does_nothing_for_the_str_uid_that_requests_return(
    make_retriever: Any, manager: Any, qapp: Any
) -> None:
    retriever = make_retriever(manager=manager)
    outcomes = Outcomes(retriever)
    gate = Gate()
    uid = retriever.execute_method(gate)
    assert type(uid) is str
    gate.wait_until_entered()
    retriever.stop_work(uid)
    gate.release()
    outcomes.one(retriever.execute_method(lambda sg: None))
    settle(qapp)
    assert outcomes.of(uid) == []


def test_nav_search_entity_never_emits(retriever: Any, outcomes: Any) -> None:
    uid = retriever.execute_nav_search_entity("/Project/1", {"type": "Shot", "id": 1})
    kind, data = outcomes.one(uid)
    assert kind == "nav_search_entity"
    assert data["sg"][0]["ref"] == {"type": "Shot", "id": 1}


def test_a_request_with_no_url_never_emits(retriever: Any, outcomes: Any) -> None:
    for url in (None, ""):
        uid = retriever.request_thumbnail(url, "Shot", 1, "image", load_image=True)
        assert outcomes.one(uid) == ("download_thumbnail", {"thumb_path": None, "image": None})


def test_clear_swallows_the_signals_of_running_requests(retriever: Any, outcomes: Any) -> None:
    gate = Gate()
    uid = retriever.execute_method(gate)
    gate.wait_until_entered()
    retriever.clear()
    gate.release()
    assert outcomes.one(uid) == ("method", {"return_value": "let go"})


def test_a_failed_download_stays_as_a_cached_broken_file(site: Any, make_retriever: Any, cache_dir: Path) -> None:
    retriever = make_retriever(max_attempts=1)
    outcomes = Outcomes(retriever)
    wanted = picture(site)
    site.faults.add(Fault(Reset(after=1000), media=True))
    assert outcomes.one(retriever.request_thumbnail(*wanted))[0] == "failure"
    assert [path for path in cache_dir.rglob("*") if path.is_file()] == []
    kind, data = outcomes.one(retriever.request_thumbnail(*wanted, load_image=True))
    assert kind == "download_thumbnail"
    assert data["image"].width() == 480


def test_a_killed_download_stays_as_a_cached_broken_file(
    site: Any, retriever: Any, outcomes: Any, cache_dir: Path
) -> None:
    wanted = picture(site)
    site.faults.add(Fault(Stall(after=1000), media=True))
    program = f"""
from qtpy.QtCore import QCoreApplication
import shotgun_api3
from shotgun_data import Settings, ShotgunDataRetriever
app = QCoreApplication([])
sg = shotgun_api3.Shotgun({site.url!r}, "demo", "demo")
retriever = ShotgunDataRetriever(None, sg, settings=Settings(cache_dir={str(cache_dir)!r}))
retriever.start()
retriever.request_thumbnail({wanted.url!r}, "Shot", 1, "image")
getattr(app, "exec", getattr(app, "exec_", None))()
"""
    with subprocess.Popen([sys.executable, "-c", program]) as process:
        try:
            wait_for_the_site(lambda: site.faults.stalled)
        finally:
            process.kill()
    kind, data = outcomes.one(retriever.request_thumbnail(*wanted, load_image=True))
    assert kind == "download_thumbnail"
    assert data["image"].width() == 480


def test_attachment_names_are_joined_to_the_path_unchecked(
    site: Any, retriever: Any, outcomes: Any, cache_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("harmless")
    url = upload(site, tmp_path / "a.txt")["this_file"]["url"]
    for name in ("../../x", "/etc/x", "..", "a/../../../../x", "C:\\x", "..\\..\\x", "\0x", "."):
        _, data = outcomes.one(retriever.request_attachment({"this_file": {"url": url, "name": name}}))
        path = Path(data["file_path"])
        assert path.resolve().is_relative_to((cache_dir / "attachments").resolve()), name
        assert len(path.relative_to(cache_dir / "attachments").parts) == 4, name
        assert path.read_text() == "harmless"


def test_two_attachments_of_one_name_can_share_a_folder(
    site: Any, retriever: Any, outcomes: Any, tmp_path: Path
) -> None:
    paths = []
    for text in ("first", "second"):
        (tmp_path / "notes.txt").write_text(text)
        _, data = outcomes.one(retriever.request_attachment(upload(site, tmp_path / "notes.txt")))
        paths.append(Path(data["file_path"]))
    assert [path.read_text() for path in paths] == ["first", "second"]
    assert paths[0].parent != paths[1].parent
    assert {path.name for path in paths} == {"notes.txt"}


def test_an_installed_global_url_opener_carries_cookies_and_proxy_into_others(
    site: Any, retriever: Any, outcomes: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("a")
    entity = upload(site, tmp_path / "a.txt")
    monkeypatch.setattr(urllib.request, "_opener", None)
    uids = [retriever.request_thumbnail_source("Shot", 1), retriever.request_attachment(entity)]
    outcomes.wait(*uids)
    assert urllib.request._opener is None  # type: ignore[attr-defined]


def test_ten_views_asking_for_one_thumbnail_download_it_ten_times(site: Any, retriever: Any, outcomes: Any) -> None:
    wanted = picture(site)
    uids = [retriever.request_thumbnail(*wanted, load_image=True) for _ in range(10)]
    outcomes.wait(*uids)
    assert downloads(site) == 1


@pytest.mark.parametrize("what", ["api", "media"])
def test_no_timeouts_anywhere(site: Any, make_retriever: Any, what: str) -> None:
    mine = site.connect()
    assert mine.config.timeout_secs is None
    retriever = make_retriever(sg=mine, read_timeout=0.2, max_attempts=1)
    outcomes = Outcomes(retriever)
    wanted = picture(site)
    site.faults.add(Fault(Stall(), times=None))
    uid = retriever.execute_find("Shot", []) if what == "api" else retriever.request_thumbnail(*wanted)
    assert outcomes.one(uid, seconds=10)[0] == "failure"


def test_picking_the_next_task_scans_the_queue(manager: Any) -> None:
    """10,000 no-op tasks took 24 s. A cost that is flat: ten times as many take ten times as long, not a hundred."""

    def run(count: int) -> float:
        signals = TaskSignals(manager)
        manager.pause_processing()
        for n in range(count):
            manager.add_task(int, priority=n % 10)
        began = time.perf_counter()
        manager.start_processing()
        wait_until(lambda: len(signals.all) == count)
        return time.perf_counter() - began

    small, large = max(run(1_000), run(1_000), 0.05), run(10_000)
    assert large < 50 * small
    assert large < 12


def test_the_extension_is_taken_from_the_url_alone(site: Any, retriever: Any, outcomes: Any) -> None:
    """``/thumbnail/full/Shot/1`` has none: it was downloaded again and again."""
    kind, data = outcomes.one(retriever.request_thumbnail_source("Shot", 1))
    assert kind == "download_thumbnail"
    assert Path(data["thumb_path"]).suffix
    site.calls.clear()
    for _ in range(3):
        assert outcomes.one(retriever.request_thumbnail_source("Shot", 1)) == ("check_thumbnail", data)
    assert not site.calls.requests()


def test_one_failing_look_up_emits_work_failure_twice_for_one_uid(retriever: Any, outcomes: Any, qapp: Any) -> None:
    uid = retriever.request_attachment({"this_file": {"link_type": "local", "local_path": "/no/such/file"}})
    outcomes.wait(uid)
    outcomes.one(retriever.execute_method(lambda sg: None))
    settle(qapp)
    assert [kind for kind, _ in outcomes.of(uid)] == ["failure"]


def test_a_task_without_a_name_wedges_the_manager(manager: Any) -> None:
    class Nameless:
        def __call__(self) -> None:
            raise ValueError("failed, and has no __name__")

    signals = TaskSignals(manager)
    bad, good = manager.add_task(Nameless()), manager.add_task(int)
    signals.wait(bad, good)
    assert (signals.of(bad)[0][0], signals.of(good)[0][0]) == ("failed", "completed")


def test_a_system_exit_kills_its_worker(make_manager: Any) -> None:
    manager = make_manager(max_threads=1)
    signals = TaskSignals(manager)
    bad, good = manager.add_task(sys.exit), manager.add_task(int)
    signals.wait(bad, good)
    assert (signals.of(bad)[0][0], signals.of(good)[0][0]) == ("failed", "completed")


def test_a_stopped_task_whose_priority_is_none_still_runs(make_manager: Any) -> None:
    manager = make_manager(False)
    signals = TaskSignals(manager)
    ran: list[int] = []
    manager.stop_task(manager.add_task(lambda: ran.append(1), priority=None))
    last = manager.add_task(int, priority=None)
    manager.start_processing()
    signals.wait(last)
    assert ran == []


def test_a_nested_event_loop_in_a_slot_stops_all_delivery(retriever: Any, outcomes: Any) -> None:
    loops: list[str] = []

    def message_box(uid: str, *_: Any) -> None:
        if not loops:
            loops.append(uid)
            loop = QtCore.QEventLoop()
            inner = retriever.execute_find_one("Shot", [])
            retriever.work_completed.connect(lambda uid, *_: uid == inner and loop.quit())
            getattr(loop, "exec", getattr(loop, "exec_", None))()
            loops.append(inner)

    retriever.work_completed.connect(message_box)
    uids = [retriever.execute_method(lambda sg: None) for _ in range(5)]
    wait_until(lambda: len(loops) == 2)
    outcomes.wait(*uids, loops[1])


@pytest.mark.parametrize("first", ["", "manager.shut_down()"], ids=["exit", "shut_down then exit"])
def test_exit_hangs_or_aborts(tmp_path: Path, first: str) -> None:
    program = f"""
import time
from qtpy.QtCore import QCoreApplication
from shotgun_data import BackgroundTaskManager
app = QCoreApplication([])
manager = BackgroundTaskManager(None, True)
for n in range(100):
    manager.add_task(time.sleep, task_args=[0.001])
{first}
"""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=20, env=dict(os.environ)
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.monotonic() - began < 10


def test_a_response_body_is_read_whole_into_memory(site: Any, retriever: Any, outcomes: Any) -> None:
    # The site makes this file as it sends it: what is held in memory is the receiver's.
    attachments = site.connect().find("Attachment", [], ["this_file"])
    entity = next(each for each in attachments if each["this_file"]["name"].endswith("plates.bin"))
    tracemalloc.start()
    try:
        _, data = outcomes.one(retriever.request_attachment(entity))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    size = Path(data["file_path"]).stat().st_size
    assert size > 10_000_000
    assert peak < size / 3


def test_one_thread_by_default_and_a_new_connection_for_each_thumbnail(
    site: Any, make_retriever: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected: list[int] = []
    connect = socket.socket.connect

    def counting(self: socket.socket, address: Any) -> None:
        connect(self, address)
        if address[1] == site.port and "transfer" in threading.current_thread().name:
            connected.append(1)

    monkeypatch.setattr(socket.socket, "connect", counting)
    retriever = make_retriever(
        transfer_threads=4, transport="urllib3"
    )  # the connections of the other are not seen here
    outcomes = Outcomes(retriever)
    site.faults.add(Fault(Stall(after=0), media=True, times=4))
    wanted = {one.url: one for one in (picture(site, shot_id) for shot_id in range(1, 21)) if one.url}
    uids = [retriever.request_thumbnail(*one) for one in wanted.values()]
    wait_for_the_site(lambda: site.faults.stalled == 4)  # four at a time
    site.faults.release()
    outcomes.wait(*uids)
    assert downloads(site) == len(wanted) > 15
    assert 1 <= len(connected) <= 4
