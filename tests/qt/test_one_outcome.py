"""The promise behind everything: each uid has exactly one outcome, or none where it was stopped.

Hypothesis draws programs of requests, stops, clears and faults; they run against the embedded site over real HTTP.
"""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shotgun_data import BackgroundTaskManager, Settings, ShotgunDataRetriever
from shotgun_data.demo.site.fault_actions import HtmlPage, Latency, Reset, Status, Truncate
from shotgun_data.demo.site.faults import Fault
from shotgun_data.qt.binding import QtCore

from .pages import connect
from .waiting import Outcomes, settle, wait_until

numbers = itertools.count()

REQUESTS = [
    "find",
    "find of many pages",
    "find of many pages with a limit",
    "find that fails",
    "method",
    "method that raises",
    "method that exits",
    "create",
    "schema",
    "thumbnail",
    "thumbnail as image",
    "thumbnail without url",
    "thumbnail of an old url",
    "source",
    "attachment",
    "bad attachment",
]
FAULTS = [
    Fault(Status(503), times=2),
    Fault(Status(503, {"Retry-After": "0"}), times=1),
    Fault(Status(500), method_name="read", times=9),
    Fault(Status(503), method_name="read", times=1),
    Fault(Latency(0.01), method_name="read", times=9, probability=0.5),
    Fault(Reset(), times=1),
    Fault(Truncate(100), media=True, times=2),
    Fault(HtmlPage(), times=1),
    Fault(Status(403), media=True, times=3),
    Fault(Latency(0.02), times=3),
]
BATCHES = ["batch", "batch of images", "batch without urls", "prefetch", "prefetch of images"]
step = st.one_of(
    st.tuples(st.just("request"), st.sampled_from(REQUESTS), st.integers(0, 5)),
    st.tuples(st.just("request from a thread"), st.sampled_from(REQUESTS), st.integers(0, 5)),
    st.tuples(st.just("batch"), st.sampled_from(BATCHES), st.integers(0, 5)),
    st.tuples(st.just("batch from a thread"), st.sampled_from(BATCHES), st.integers(0, 5)),
    st.tuples(st.just("drop_prefetches"), st.none(), st.none()),
    st.tuples(st.just("stop_work"), st.integers(0, 30), st.none()),
    st.tuples(st.just("clear"), st.none(), st.none()),
    st.tuples(st.just("fault"), st.integers(0, len(FAULTS) - 1), st.none()),
    st.tuples(st.just("turn"), st.integers(1, 3), st.none()),
    st.tuples(st.just("start"), st.none(), st.none()),
    st.tuples(st.just("priority"), st.integers(0, 30), st.sampled_from([-1000, -5, 0, 1, 90])),
)


class Run:
    """One program, and what it must lead to."""

    def __init__(self, site: Any, root: Path, shared_manager: bool, in_a_slot: bool) -> None:
        self.site = site
        self.shots = [s for s in site.connect().find("Shot", [], ["image"], limit=8) if s["image"]][:6]
        self.attachments = site.connect().find("Attachment", [["this_file", "is_not", None]], ["this_file"], limit=6)
        self.manager = BackgroundTaskManager(None, max_threads=2) if shared_manager else None
        self.retriever = ShotgunDataRetriever(
            None,
            connect(site, per_page=7),
            self.manager,
            settings=Settings(
                cache_dir=root,
                max_threads=2,
                transfer_threads=2,
                retry_delay=0.001,
                max_attempts=3,
                transcode_wait=0,
                max_prefetch=3,
            ),
        )
        self.outcomes = Outcomes(self.retriever)
        self.uids: list[str] = []
        self.prefetches: set[str] = set()  # these may be dropped, by name or as surplus
        self.silenced: dict[str, tuple[int, int]] = {}  # uid -> outcomes and portions it had had when it was stopped
        self.inside: list[str] = []
        if in_a_slot:
            self.retriever.work_completed.connect(lambda *answer: self._ask_again(*answer))  # see docs/design.md

    def _ask_again(self, uid: str, request_type: str, data: dict[str, Any]) -> None:
        if len(self.inside) < 3:
            self.inside.append(self.retriever.execute_method(lambda sg: "from a slot"))
            if request_type == "find":  # a nested event loop: delivery goes on inside it
                QtCore.QCoreApplication.processEvents()

    def do(self, action: str, first: Any, second: Any) -> None:
        if action == "request":
            self.uids.append(self._request(first, second))
        elif action == "request from a thread":
            thread = threading.Thread(target=lambda: self.uids.append(self._request(first, second)))
            thread.start()
            thread.join()
        elif action == "batch":
            self._batch(first, second)
        elif action == "batch from a thread":
            thread = threading.Thread(target=self._batch, args=(first, second))
            thread.start()
            thread.join()
        elif action == "drop_prefetches":
            self.retriever.drop_prefetches()
        elif action == "stop_work" and self.uids:
            uid = self.uids[first % len(self.uids)]
            self.retriever.stop_work(uid)
            self.silenced.setdefault(uid, (len(self.outcomes.of(uid)), len(self.outcomes.pages(uid))))
        elif action == "priority" and self.uids:
            self.retriever.set_priority(self.uids[first % len(self.uids)], second)
        elif action == "clear":
            self.retriever.clear()
        elif action == "fault":
            self.site.faults.add(FAULTS[first])
        elif action == "turn":
            for _ in range(first):
                QtCore.QCoreApplication.processEvents()
        elif action == "start":
            self.retriever.start()

    def _request(self, kind: str, n: int) -> str:
        retriever = self.retriever
        shot = self.shots[n % len(self.shots)]
        if kind == "find":
            return retriever.execute_find("Shot", [["id", "in", [1, 2, 3]]], ["code"])
        if kind == "find of many pages":
            return retriever.execute_find("Shot", [], ["code"])
        if kind == "find of many pages with a limit":
            return retriever.execute_find("Shot", [], ["code"], limit=8 * n)
        if kind == "find that fails":
            return retriever.execute_find("NoSuchType", [], ["code"])
        if kind == "method":
            return retriever.execute_method(lambda sg, x: x, n)
        if kind == "method that raises":
            return retriever.execute_method(lambda sg: 1 / 0)
        if kind == "method that exits":
            return retriever.execute_method(lambda sg: exit(1))
        if kind == "create":
            return retriever.execute_create("Tag", {"name": f"tag {next(numbers)}"})
        if kind == "schema":
            return retriever.get_schema()
        if kind == "thumbnail":
            return retriever.request_thumbnail(shot["image"], "Shot", shot["id"], "image")
        if kind == "thumbnail as image":
            return retriever.request_thumbnail(shot["image"], "Shot", shot["id"], "image", load_image=True)
        if kind == "thumbnail without url":
            return retriever.request_thumbnail(None, "Shot", shot["id"], "image")
        if kind == "thumbnail of an old url":
            old = shot["image"].replace("Signature=", "Signature=0")
            return retriever.request_thumbnail(old, "Shot", shot["id"], "image")
        if kind == "source":
            return retriever.request_thumbnail_source("Shot", shot["id"])
        if kind == "attachment":
            return retriever.request_attachment(self.attachments[n % len(self.attachments)])
        return retriever.request_attachment({"type": "Attachment", "id": n})

    def _batch(self, kind: str, n: int) -> None:
        entities = self.shots[: n + 1]
        if kind == "batch without urls":
            entities = [{**shot, "image": None} for shot in entities]
        prefetch = kind.startswith("prefetch")
        uids = self.retriever.request_thumbnails(entities, load_image=kind.endswith("images"), prefetch=prefetch)
        assert len(uids) == len(entities)
        self.uids += uids
        if prefetch:
            self.prefetches.update(uids)

    def let_end(self) -> None:
        self.retriever.start()
        wait_until(self._over)
        settle(QtCore.QCoreApplication.instance())

    def _over(self) -> bool:
        counts = self.retriever.statistics
        return counts.waiting == counts.running == 0

    def check(self, stopped: bool, cleared: bool) -> None:
        uids = self.uids + self.inside
        assert len(set(uids)) == len(uids)
        assert all(isinstance(uid, str) and uid for uid in uids)
        times = Counter(self.outcomes.uids)
        assert set(times) <= set(uids)
        for uid in uids:
            if uid in self.silenced:
                told = (times[uid], len(self.outcomes.pages(uid)))
                assert told == self.silenced[uid], "something came after stop_work"
            elif stopped or cleared or uid in self.prefetches:
                assert times[uid] <= 1
            else:
                assert times[uid] == 1
        assert self.outcomes.late == [], "rows came after the end of their find"
        for uid, kind, data in self.outcomes.all:
            if kind == "find":
                assert self.outcomes.rows(uid) == data["sg"]
        if not stopped:
            counts = self.retriever.statistics
            assert counts.completed + counts.failed == sum(times.values())
            assert counts.completed + counts.failed + counts.stopped == len(uids)

    def close(self) -> None:
        self.site.faults.clear()
        self.retriever.stop()
        if self.manager is not None:
            self.manager.shut_down()


@pytest.mark.slow
@pytest.mark.timeout(300)
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    program=st.lists(step, max_size=40),
    stop=st.booleans(),
    shared_manager=st.booleans(),
    in_a_slot=st.booleans(),
    new_cache=st.booleans(),
)
def test_each_uid_has_exactly_one_outcome_or_none_where_it_was_stopped(
    qapp: Any,
    site: Any,
    tmp_path: Path,
    program: list[tuple[str, Any, Any]],
    stop: bool,
    shared_manager: bool,
    in_a_slot: bool,
    new_cache: bool,
) -> None:
    root = tmp_path / (str(next(numbers)) if new_cache else "cache")
    run = Run(site, root, shared_manager, in_a_slot)
    try:
        for action, first, second in program:
            run.do(action, first, second)
        if stop:
            run.retriever.stop()
            before = (list(run.outcomes.all), list(run.outcomes.partial))
            settle(qapp)
            assert (run.outcomes.all, run.outcomes.partial) == before, "something came after stop()"
        else:
            run.let_end()
        run.check(stop, any(action == "clear" for action, _, _ in program))
    finally:
        run.close()
