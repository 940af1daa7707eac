"""Prefetches wait below all else, and a request can be moved while it waits."""

from __future__ import annotations

from typing import Any

import pytest

from shotgun_data import requests
from shotgun_data.demo.site.faults import Fault, Stall
from shotgun_data.media.choice import obstacle_to_curl
from shotgun_data.session.media import Sources

from .gate import Gate
from .one_at_a_time import OneAtATime, as_picture, downloaded, until_looked_up
from .production import Row, downloads, picture
from .waiting import Outcomes, settle, wait_for_the_site

pytestmark = pytest.mark.usefixtures("each_transport")


@pytest.fixture
def one(site: Any, make_retriever: Any, shots: list[Row]) -> OneAtATime:
    return OneAtATime(site, make_retriever, shots)


def test_a_prefetch_is_looked_up_after_everything_else(make_retriever: Any, shots: list[Row]) -> None:
    warm = make_retriever()
    Outcomes(warm).wait(*warm.request_thumbnails(shots[:6]))
    retriever = make_retriever(start=False, disk_threads=1)
    outcomes = Outcomes(retriever)
    prefetched = retriever.request_thumbnails(shots[:3], prefetch=True)
    usual = retriever.request_thumbnails(shots[3:6])
    low = retriever.request_thumbnail(*as_picture(shots[0]))
    retriever.set_priority(low, -100)
    first = retriever.request_thumbnail(*as_picture(shots[1]))
    retriever.set_priority(first, 1)
    retriever.start()
    outcomes.wait(*prefetched, *usual, low, first)
    assert outcomes.uids == [first, *usual, low, *prefetched]


def test_a_prefetch_is_downloaded_after_everything_else(one: OneAtATime, shots: list[Row]) -> None:
    prefetched = one.retriever.request_thumbnails(shots[:3], prefetch=True)
    one.until_queued()
    usual = one.retriever.request_thumbnails(shots[3:6])
    low = one.retriever.request_thumbnail(*as_picture(shots[6]))
    one.retriever.set_priority(low, -100)
    one.until_queued()
    order = one.let_go(*prefetched, *usual, low)
    assert order == [shot["id"] for shot in [*shots[3:7], *shots[:3]]]


def test_a_priority_is_relative_to_the_usual_place(one: OneAtATime, shots: list[Row]) -> None:
    uids = one.retriever.request_thumbnails(shots[:5])
    one.until_queued()
    for uid, priority in zip(uids, [0, -1, 3, 1, 3]):
        one.retriever.set_priority(uid, priority)
    one.retriever.set_priority("no such uid", 9)
    one.retriever.set_priority(0, 9)
    order = one.let_go(*uids)
    assert order == [shots[index]["id"] for index in (2, 4, 3, 0, 1)]


def test_the_last_priority_counts_for_look_ups_too(make_retriever: Any, shots: list[Row]) -> None:
    retriever = make_retriever(disk_threads=1)
    outcomes = Outcomes(retriever)
    outcomes.wait(*retriever.request_thumbnails(shots[:5]))
    retriever.stop()
    retriever = make_retriever(start=False, disk_threads=1)
    outcomes = Outcomes(retriever)
    uids = retriever.request_thumbnails(shots[:5])
    for priorities in ([9, 8, 7, 6, 5], [0, -1, 3, 1, 3]):
        for uid, priority in zip(uids, priorities):
            retriever.set_priority(int(uid), priority)
    retriever.start()
    outcomes.wait(*uids)
    assert outcomes.uids == [uids[index] for index in (2, 4, 3, 0, 1)]


def test_set_priority_makes_a_prefetch_usual(one: OneAtATime, shots: list[Row]) -> None:
    prefetched = one.retriever.request_thumbnails(shots[:4], prefetch=True)
    usual = one.retriever.request_thumbnails(shots[4:6])
    one.until_queued()
    one.retriever.set_priority(prefetched[2], 0)
    one.retriever.set_priority(prefetched[3], 1)
    one.retriever.drop_prefetches()  # it is none any more
    order = one.let_go(prefetched[2], prefetched[3], *usual)
    # Within a priority they go in the order in which they were looked up: the prefetches after the usual ones.
    assert order == [shots[index]["id"] for index in (3, 4, 5, 2)]
    assert [one.outcomes.of(uid) for uid in prefetched[:2]] == [[], []]


def test_a_usual_request_takes_the_download_of_a_prefetch_over(one: OneAtATime, shots: list[Row]) -> None:
    prefetched = one.retriever.request_thumbnails(shots[:4], prefetch=True)
    one.until_queued()
    usual = [one.retriever.request_thumbnail(*as_picture(shot)) for shot in (shots[5], shots[3])]
    one.until_queued()
    order = one.let_go(*prefetched, *usual)
    assert order == [shots[index]["id"] for index in (3, 5, 0, 1, 2)]
    assert one.outcomes.of(prefetched[3]) == one.outcomes.of(usual[1])


def test_a_download_goes_back_when_who_took_it_over_leaves(one: OneAtATime, shots: list[Row]) -> None:
    prefetched = one.retriever.request_thumbnails(shots[:2], prefetch=True)
    one.until_queued()
    hurried = one.retriever.request_thumbnail(*as_picture(shots[1]))
    usual = one.retriever.request_thumbnail(*as_picture(shots[2]))
    one.until_queued()
    one.retriever.stop_work(hurried)
    order = one.let_go(*prefetched, usual)
    assert order == [shots[index]["id"] for index in (2, 0, 1)]
    assert one.outcomes.of(hurried) == []


def test_a_prefetch_that_is_dropped_leaves_the_download_to_others(one: OneAtATime, shots: list[Row]) -> None:
    prefetched = one.retriever.request_thumbnails(shots[:2], prefetch=True)
    usual = one.retriever.request_thumbnail(*as_picture(shots[1]))
    one.until_queued()
    one.retriever.drop_prefetches()
    assert one.let_go(usual) == [shots[1]["id"]]
    assert [one.outcomes.of(uid) for uid in prefetched] == [[], []]
    assert one.retriever.statistics.stopped == 2


@pytest.mark.skipif(obstacle_to_curl() is not None, reason="downloads that fly need curl")
@pytest.mark.parametrize("how", ["another request", "set_priority"])
def test_a_download_is_taken_over_at_the_moment_in_which_it_is_queued(
    site: Any, make_retriever: Any, shots: list[Row], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    one = OneAtATime(site, make_retriever, shots, disk_threads=2, transport="curl")
    gate = Gate()
    (other,) = one.retriever.request_thumbnails([shots[0]], prefetch=True)
    until_looked_up(one.retriever)
    access = Sources.access
    monkeypatch.setattr(Sources, "access", lambda sources: (gate(), access(sources))[1])
    (prefetched,) = one.retriever.request_thumbnails([shots[2]], prefetch=True)
    gate.wait_until_entered()  # it is known to all who want the same, and not in the queue yet
    uids = [prefetched]
    if how == "set_priority":
        one.retriever.set_priority(prefetched, 0)
    else:
        uids.append(one.retriever.request_thumbnail(*as_picture(shots[2])))
        until_looked_up(one.retriever, but=1)
    monkeypatch.undo()
    gate.release()
    until_looked_up(one.retriever)
    assert one.let_go(other, *uids) == [shots[2]["id"], shots[0]["id"]]


def test_the_oldest_prefetches_are_dropped_where_too_many_wait(
    make_retriever: Any, qapp: Any, shots: list[Row]
) -> None:
    retriever = make_retriever(start=False, max_prefetch=4)
    outcomes = Outcomes(retriever)
    usual = retriever.request_thumbnails(shots[10:18])  # these do not count
    first = retriever.request_thumbnails(shots[:3], prefetch=True)
    assert retriever.statistics.stopped == 0
    second = retriever.request_thumbnails(shots[3:5], prefetch=True)
    assert retriever.statistics.stopped == 1
    retriever.set_priority(first[1], 0)  # one less
    third = retriever.request_thumbnails(shots[5:7], prefetch=True)
    assert retriever.statistics.stopped == 2
    fourth = retriever.request_thumbnails(shots[:6], prefetch=True)  # too many at once: its own first go, too
    assert retriever.statistics.stopped == 8
    retriever.start()
    outcomes.wait(*usual, first[1], *fourth[2:])
    retriever.stop()
    settle(qapp)
    assert set(outcomes.uids) == {*usual, first[1], *fourth[2:]}
    assert not {first[0], first[2], *second, *third, *fourth[:2]} & set(outcomes.uids)


def test_prefetches_that_have_begun_are_neither_dropped_nor_counted(
    site: Any, make_retriever: Any, shots: list[Row]
) -> None:
    retriever = make_retriever(transfer_threads=4, disk_threads=1, max_prefetch=2)
    outcomes = Outcomes(retriever)
    outcomes.wait(*retriever.request_thumbnails(shots[-1:]))
    site.faults.add(Fault(Stall(after=0), media=True, times=2))
    begun = retriever.request_thumbnails(shots[:2], prefetch=True)
    wait_for_the_site(lambda: site.faults.stalled == 2)
    waiting = retriever.request_thumbnails(shots[2:4], prefetch=True)
    until_looked_up(retriever)
    assert retriever.statistics.stopped == 0
    (last,) = retriever.request_thumbnails(shots[4:5], prefetch=True)
    assert retriever.statistics.stopped == 1
    site.faults.release()
    outcomes.wait(*begun, waiting[1], last)
    assert outcomes.of(waiting[0]) == []
    assert retriever.statistics.stopped == 1


def test_drop_prefetches_leaves_those_that_have_begun(one: OneAtATime, qapp: Any, shots: list[Row]) -> None:
    prefetched = one.retriever.request_thumbnails(shots[:2], prefetch=True)
    one.until_queued()
    one.site.faults.add(Fault(Stall(after=0), media=True))
    one.site.faults.release()
    wait_for_the_site(lambda: downloads(one.site) == 1 and one.site.faults.stalled)
    usual = one.retriever.request_thumbnails(shots[4:6])
    one.retriever.drop_prefetches()
    one.retriever.drop_prefetches()
    one.let_go(prefetched[0], *usual)
    settle(qapp)
    assert one.outcomes.of(prefetched[1]) == []
    assert downloaded(one.site, shots) == [shots[index]["id"] for index in (0, 4, 5)]


def test_prefetches_that_are_dropped_cost_no_downloads(site: Any, one: OneAtATime, shots: list[Row]) -> None:
    for _ in range(10):
        one.retriever.request_thumbnails(shots[:20], prefetch=True)
        one.retriever.drop_prefetches()
    kept = one.retriever.request_thumbnails(shots[20:22], prefetch=True)
    one.until_queued()
    assert one.let_go(*kept) == [shot["id"] for shot in shots[20:22]]
    counts = one.retriever.statistics
    assert (counts.waiting, counts.running, counts.stopped) == (0, 0, 200)


def test_a_find_and_its_like_are_no_prefetches(make_retriever: Any, qapp: Any, site: Any) -> None:
    retriever = make_retriever(start=False, max_prefetch=1)
    outcomes = Outcomes(retriever)
    uids = [retriever.execute_find_one("Shot", []), retriever.request_thumbnail(*picture(site))]
    retriever.drop_prefetches()
    retriever.set_priority(uids[1], requests.PREFETCH)  # low, and all the same one that somebody asked for
    retriever.drop_prefetches()
    retriever.start()
    outcomes.wait(*uids)
