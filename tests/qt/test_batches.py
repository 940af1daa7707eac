"""Thumbnails by the batch: one call for many entities."""

from __future__ import annotations

import logging
import threading
from typing import Any
from unittest.mock import Mock

import pytest

from shotgun_data import requests
from shotgun_data.qt.binding import QtCore, QtGui

from .one_at_a_time import as_picture
from .production import Row, downloads
from .test_foreign_managers import StudioManager
from .waiting import Outcomes, settle, wait_until


def test_a_batch_gives_a_uid_for_each_in_their_order(site: Any, retriever: Any, shots: list[Row]) -> None:
    outcomes = Outcomes(retriever)
    uids = retriever.request_thumbnails(shots)
    assert outcomes.all == []
    assert len(set(uids)) == len(shots) > 20
    assert all(type(uid) is str and uid for uid in uids)
    outcomes.wait(*uids)
    again = retriever.request_thumbnails(iter(shots))
    outcomes.wait(*again)
    alone = [retriever.request_thumbnail(*as_picture(shot)) for shot in shots]
    outcomes.wait(*alone)
    for uid, other, single in zip(uids, again, alone):
        ((kind, data),) = outcomes.of(uid)
        assert (kind, data["image"]) == ("download_thumbnail", None)
        assert outcomes.of(other) == outcomes.of(single) == [("check_thumbnail", data)]
    assert len({outcomes.of(uid)[0][1]["thumb_path"] for uid in uids}) == len(shots)
    assert downloads(site) == len(shots)


def test_an_empty_batch_is_nothing(retriever: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert retriever.request_thumbnails([]) == retriever.request_thumbnails(iter([]), prefetch=True) == []
    assert caplog.records == []


def test_one_download_serves_a_batch_of_one_picture(site: Any, retriever: Any, shots: list[Row]) -> None:
    outcomes = Outcomes(retriever)
    outcomes.wait(*retriever.request_thumbnails([shots[0]] * 40), *retriever.request_thumbnails([shots[0]] * 3))
    assert len(outcomes.all) == 43
    assert downloads(site) == 1


def test_images_of_a_batch_are_of_the_size_asked_for(retriever: Any, shots: list[Row]) -> None:
    outcomes = Outcomes(retriever)
    whole = retriever.request_thumbnails(shots[:3], load_image=True)
    small = retriever.request_thumbnails(shots[:3], image_size=QtCore.QSize(80, 80))
    outcomes.wait(*whole, *small)
    assert {outcomes.of(uid)[0][1]["image"].width() for uid in whole} == {480}
    assert {outcomes.of(uid)[0][1]["image"].width() for uid in small} == {80}
    assert all(isinstance(outcomes.of(uid)[0][1]["image"], QtGui.QImage) for uid in [*whole, *small])


def test_another_field_is_read_and_asked_for_again(site: Any, retriever: Any, shots: list[Row]) -> None:
    outcomes = Outcomes(retriever)
    field = "project.Project.image"
    found = site.connect().find("Shot", [["id", "is", 1]], [field])[0]
    old = {**found, field: found[field].replace("Signature=", "Signature=0")}
    (uid,) = retriever.request_thumbnails([old], field)
    kind, data = outcomes.one(uid)
    assert kind == "download_thumbnail"
    assert outcomes.one(retriever.request_thumbnail(found[field], "Shot", 1, field)) == ("check_thumbnail", data)


@pytest.mark.parametrize("prefetch", [False, True])
@pytest.mark.parametrize("field", ["image", "sg_no_such_field"])
def test_entities_without_a_url_complete_without_a_file(site: Any, retriever: Any, prefetch: bool, field: str) -> None:
    outcomes = Outcomes(retriever)
    entities = [{"type": "Shot", "id": number, "image": url} for number, url in [(1, None), (2, ""), (3, None)]]
    del entities[2]["image"]
    uids = retriever.request_thumbnails(entities, field, load_image=True, prefetch=prefetch)
    outcomes.wait(*uids)
    assert all(outcomes.of(uid) == [("download_thumbnail", {"thumb_path": None, "image": None})] for uid in uids)
    assert (downloads(site), site.calls.count("read")) == (0, 0)


@pytest.mark.parametrize(
    ("entities", "arguments", "error"),
    [
        (None, {}, TypeError),
        (7, {}, TypeError),
        ({"type": "Shot", "id": 1, "image": "url"}, {}, TypeError),  # one, and not a list of them
        (["https://a/b.jpg"], {}, TypeError),
        ([{"type": "Shot", "id": 1, "image": None}, {"type": "Shot"}], {}, TypeError),
        ([{"type": "Shot", "id": 1, "image": None}, {"id": 1}], {}, TypeError),
        ([{"type": "Shot", "id": 1, "image": None}, None], {}, TypeError),
        ([{"type": "Shot", "id": 1, "image": None}, ("Shot", 1)], {}, TypeError),
        ([{"type": "Shot", "id": 1, "image": None}, Mock()], {}, TypeError),
        ([{"type": "Shot", "id": 1, "image": None}], {"image_size": "large"}, TypeError),
        ([{"type": "Shot", "id": 1, "image": None}], {"image_size": (0, 20)}, ValueError),
    ],
    ids=str,
)
def test_bad_input_is_refused_and_nothing_is_done(
    make_retriever: Any, qapp: Any, entities: Any, arguments: Any, error: Any
) -> None:
    retriever = make_retriever(start=False)
    outcomes = Outcomes(retriever)
    with pytest.raises(error):
        retriever.request_thumbnails(entities, **arguments)
    assert retriever.statistics.waiting == 0
    retriever.start()
    outcomes.one(retriever.execute_method(lambda sg: None))
    assert len(outcomes.all) == 1


def test_bad_input_in_the_middle_of_an_iterator_leaves_nothing_behind(make_retriever: Any, shots: list[Row]) -> None:
    retriever = make_retriever(start=False)

    def entities() -> Any:
        yield from shots[:5]
        raise LookupError("the model changed")

    with pytest.raises(LookupError):
        retriever.request_thumbnails(entities())
    assert retriever.statistics.waiting == 0


def test_a_batch_after_stop_is_empty_with_one_warning(
    retriever: Any, shots: list[Row], caplog: pytest.LogCaptureFixture
) -> None:
    retriever.stop()
    with caplog.at_level(logging.WARNING):
        assert retriever.request_thumbnails(shots) == []
        assert [record.levelname for record in caplog.records] == ["WARNING"]
        assert retriever.request_thumbnails(shots, prefetch=True) == []
    assert len(caplog.records) == 2
    assert "stopped" in caplog.text
    retriever.drop_prefetches()


def test_batches_wait_for_start(make_retriever: Any, site: Any, shots: list[Row]) -> None:
    retriever = make_retriever(start=False)
    outcomes = Outcomes(retriever)
    uids = [*retriever.request_thumbnails(shots[:4], prefetch=True), *retriever.request_thumbnails(shots[4:8])]
    other = make_retriever()
    Outcomes(other).one(other.execute_method(lambda sg: None))
    assert (outcomes.all, retriever.statistics.waiting) == ([], 8)
    assert downloads(site) == 0
    retriever.start()
    outcomes.wait(*uids)


def test_batches_from_other_threads_and_from_slots(site: Any, retriever: Any, shots: list[Row]) -> None:
    outcomes = Outcomes(retriever)
    uids: list[str] = []
    inside: list[str] = []
    retriever.work_completed.connect(
        lambda *_: inside.extend(retriever.request_thumbnails(shots[:3])) if not inside else None
    )

    def ask(first: int) -> None:
        uids.extend(retriever.request_thumbnails(shots[first : first + 10], prefetch=first % 2 == 0))
        retriever.drop_prefetches() if first % 2 else None

    retriever_in_worker = retriever.execute_method(lambda sg: ask(0))
    threads = [threading.Thread(target=ask, args=(first,)) for first in (1, 3, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcomes.wait(retriever_in_worker)
    wait_until(lambda: (retriever.statistics.running, retriever.statistics.waiting) == (0, 0))
    assert len(uids) == len(set(uids)) == 40
    assert set(inside) <= set(outcomes.uids)
    assert len(outcomes.uids) == len(set(outcomes.uids))
    assert retriever.statistics.stopped + len(outcomes.uids) == 40 + 3 + 1


def test_a_batch_can_be_stopped_one_by_one_and_cleared(make_retriever: Any, qapp: Any, shots: list[Row]) -> None:
    retriever = make_retriever(start=False)
    outcomes = Outcomes(retriever)
    cleared = retriever.request_thumbnails(shots[:5])
    retriever.clear()
    first, second, third = retriever.request_thumbnails(shots[:3])
    retriever.stop_work(second)
    retriever.start()
    outcomes.wait(first, third)
    settle(qapp)
    assert outcomes.of(second) == []
    assert not set(cleared) & set(outcomes.uids)


# -- managers of others ---------------------------------------------------------------------------------


def test_a_mock_is_handed_one_task_for_each(make_retriever: Any, shots: list[Row]) -> None:
    manager = Mock()
    retriever = make_retriever(manager=manager, max_prefetch=3)
    uids = retriever.request_thumbnails(shots[:4])
    assert len(set(uids)) == manager.add_task.call_count == 4
    retriever.request_thumbnails(shots[:5], prefetch=True)
    assert manager.add_task.call_count == 9
    priorities = [call.kwargs["priority"] for call in manager.add_task.call_args_list]
    assert priorities == [requests.THUMBNAIL_LOOKUP] * 4 + [requests.THUMBNAIL_LOOKUP + requests.PREFETCH] * 5
    assert manager.stop_task.call_count == 2  # surplus
    retriever.drop_prefetches()
    assert manager.stop_task.call_count == 5
    retriever.set_priority(uids[0], 3)
    retriever.stop()


def test_a_manager_that_takes_no_more_leaves_nothing_half_done(make_retriever: Any, shots: list[Row]) -> None:
    manager = Mock()
    manager.add_task.side_effect = [1, 2, RuntimeError("shut down")]
    retriever = make_retriever(manager=manager)
    with pytest.raises(RuntimeError, match="shut down"):
        retriever.request_thumbnails(shots[:5])
    assert retriever.statistics.waiting == retriever.statistics.running == 0


@pytest.mark.parametrize("here", [False, True], ids=["in threads", "in the calling thread"])
def test_a_manager_of_an_apps_own_runs_batches(site: Any, make_retriever: Any, shots: list[Row], here: bool) -> None:
    retriever = make_retriever(manager=StudioManager(here), max_prefetch=1)
    outcomes = Outcomes(retriever)
    uids = retriever.request_thumbnails(shots[:6], image_size=(64, 64))
    outcomes.wait(*uids)
    assert {outcomes.of(uid)[0][1]["image"].width() for uid in uids} == {64}
    again = retriever.request_thumbnails(shots[:6])
    (prefetched,) = retriever.request_thumbnails(shots[6:7], prefetch=True)
    outcomes.wait(*again, prefetched)
    assert {outcomes.of(uid)[0][0] for uid in again} == {"check_thumbnail"}
    assert downloads(site) == 7
