"""Scrolling: what is looked at comes first, what was passed last, what is next meanwhile, and nothing twice."""

from __future__ import annotations

import urllib.parse
from collections import Counter
from collections.abc import Iterator
from typing import Any, Callable

import pytest

from shotgun_data.demo.browser.thumbnails import State
from shotgun_data.demo.site import EmbeddedSite, Fault
from shotgun_data.demo.site.fault_actions import Stall

from .waiting import run_until, turn

WIDTH, HEIGHT = 460, 500


@pytest.fixture(scope="module")
def large_site(own_environment: None) -> Iterator[EmbeddedSite]:
    with EmbeddedSite(shots=160) as running:
        yield running


@pytest.fixture
def media(large_site: EmbeddedSite) -> Iterator[EmbeddedSite]:
    """The site; nothing is in its log, and nothing goes wrong yet."""
    large_site.faults.clear()
    large_site.calls.clear()
    yield large_site
    large_site.faults.clear()


@pytest.fixture
def open_small(open_window: Callable[..., Any], media: EmbeddedSite) -> Iterator[Callable[..., Any]]:
    """Opens a window that shows a few of the many shots, with one thing at a time on its way from the disk and from
    the site, so that the order of what the site is asked for is that in which it was wanted.
    """
    windows: list[Any] = []

    def make(wait: bool = True) -> Any:
        sg = media.connect(connect=False)
        windows.append(open_window(sg, wait, WIDTH, HEIGHT, disk_threads=1, transfer_threads=1))
        return windows[-1]

    yield make
    media.faults.clear()
    for window in windows:  # nothing of it is on its way to the site when the next test counts
        run_until(lambda window=window: all_over(window))


def path_of(shot: Any) -> str:
    return urllib.parse.urlsplit(shot.image).path if shot.image else ""


def paths(shots: Any) -> set[str]:
    return {path_of(shot) for shot in shots if shot.image}


def asked(site: EmbeddedSite) -> list[str]:
    """What the site was asked for, in order."""
    return [request.path for request in site.calls.requests("/thumbs")]


def all_over(window: Any) -> bool:
    """Nothing is under way, nor what nobody waits for."""
    figures = window.ledger.retriever.statistics
    return bool(window.is_settled() and not figures.waiting and not figures.running)


def looked_up(window: Any) -> None:
    """Wait until all that was asked for has been looked up on disk, and waits for its download.

    One more look-up, below all that are wanted, of what is on disk: there is one thread for them.
    """
    retriever = window.ledger.retriever
    known = next(shot for shot in map(window.shots.at, range(window.shots.rowCount())) if shot.image)
    came: list[str] = []
    retriever.work_completed.connect(lambda uid, _type, _data: came.append(uid))
    (uid,) = retriever.request_thumbnails([{"type": "Shot", "id": known.id, "image": known.image}], prefetch=True)
    run_until(lambda: uid in came)


def middle_of(window: Any) -> set[str]:
    """Pictures of the line in the middle of the view."""
    view = window.grid.viewport().rect()
    row = window.grid.indexAt(view.center()).row()
    first = row // window.grid.columns * window.grid.columns
    return paths(window.shots.at(one) for one in range(first, first + window.grid.columns))


def scroll_to(window: Any, value: int) -> None:
    window.grid.verticalScrollBar().setValue(value)
    run_until(lambda: not window.grid.examining)


def test_what_is_in_view_comes_before_what_was_passed(open_small: Callable[..., Any], media: EmbeddedSite) -> None:
    window = open_small()
    run_until(lambda: all_over(window))
    before = asked(media)
    stalled = media.faults.add(Fault(Stall(None), path="/thumbs", media=True, times=1))
    bar = window.grid.verticalScrollBar()
    scroll_to(window, bar.maximum() // 2)
    run_until(lambda: stalled.hits)
    passed = paths(window.grid.in_view())
    looked_up(window)
    scroll_to(window, bar.maximum())
    seen, middle = paths(window.grid.in_view()), middle_of(window)
    assert not seen & passed
    looked_up(window)
    media.faults.clear()
    run_until(lambda: all_over(window))
    order = asked(media)[len(before) + 1 :]  # the first of them was on its way when it was passed
    assert set(order[: len(seen)]) == seen
    assert set(order[: len(middle)]) == middle
    assert passed & set(order[len(seen) :]), "what was passed last comes last, if at all"
    assert all(window.thumbnails.state(("Shot", shot.id)) is not State.LOADING for shot in window.grid.in_view())


def test_prefetched_comes_after_all_in_view(open_small: Callable[..., Any], media: EmbeddedSite) -> None:
    stalled = media.faults.add(Fault(Stall(None), path="/thumbs", media=True, times=1))
    window = open_small(wait=False)
    run_until(lambda: stalled.hits and not window.loader.loading and not window.grid.examining)
    seen = paths(window.grid.in_view())
    media.faults.clear()
    run_until(lambda: all_over(window))
    order = asked(media)
    assert set(order[: len(seen)]) == seen
    count = len(window.grid.in_view())
    # A screen of them, of which a line may be in view already.
    ahead = [window.shots.at(row) for row in range(count, 2 * count - window.grid.columns)]
    assert paths(ahead) <= set(order[len(seen) :])
    assert len(order) < len(paths(map(window.shots.at, range(window.shots.rowCount()))))


def test_the_window_does_not_wait_for_what_is_prefetched(open_small: Callable[..., Any], media: EmbeddedSite) -> None:
    window = open_small(wait=False)
    run_until(lambda: window.shots.rowCount())
    run_until(lambda: not window.grid.examining)
    seen = len(window.grid.in_view())
    ahead = next(shot for shot in map(window.shots.at, range(seen, 2 * seen)) if shot.image)
    media.faults.add(Fault(Stall(None), path=path_of(ahead), media=True, times=None))
    run_until(lambda: window.milestones.all_in_view is not None)
    assert window.is_settled()
    assert window.ledger.retriever.statistics.waiting + window.ledger.retriever.statistics.running


def test_what_was_prefetched_is_there_when_it_comes_into_view(
    open_small: Callable[..., Any], media: EmbeddedSite
) -> None:
    window = open_small()
    run_until(lambda: all_over(window))
    before = asked(media)
    window.grid.verticalScrollBar().setValue(window.grid.tile_size.height())
    turn()
    states = {window.thumbnails.state(("Shot", shot.id)) for shot in window.grid.in_view()}
    assert states <= {State.READY, State.NONE}
    run_until(lambda: all_over(window))
    assert not paths(window.grid.in_view()) & set(asked(media)[len(before) :])


def test_a_prefetch_that_comes_into_view_is_not_asked_for_again(
    open_small: Callable[..., Any], media: EmbeddedSite
) -> None:
    window = open_small()
    run_until(lambda: all_over(window))
    before = asked(media)
    stalled = media.faults.add(Fault(Stall(None), path="/thumbs", media=True, times=1))
    scroll_to(window, window.grid.tile_size.height())
    run_until(lambda: stalled.hits)
    (path,) = asked(media)[len(before) :]
    (row,) = (row for row in range(window.shots.rowCount()) if path_of(window.shots.at(row)) == path)
    assert window.shots.at(row) not in window.grid.in_view()  # it is ahead
    window.grid.scrollTo(window.shots.index(row))
    run_until(lambda: not window.grid.examining)
    assert window.thumbnails.loading
    media.faults.clear()
    run_until(lambda: all_over(window))
    assert max(Counter(asked(media)).values()) == 1
    assert all(window.thumbnails.state(("Shot", shot.id)) is not State.LOADING for shot in window.grid.in_view())


def test_scrolling_through_all_and_back_asks_for_nothing_twice(
    open_small: Callable[..., Any], media: EmbeddedSite
) -> None:
    window = open_small()
    bar = window.grid.verticalScrollBar()
    step = window.grid.viewport().height() // 2
    for number in (*range(1, 13), *range(11, -1, -1)):
        scroll_to(window, number * step)
    assert bar.value() == 0
    run_until(lambda: all_over(window))
    counts = Counter(asked(media))
    assert len(counts) > 3 * len(window.grid.in_view())
    assert max(counts.values()) == 1


def test_what_flies_past_is_not_asked_for(open_small: Callable[..., Any], media: EmbeddedSite) -> None:
    window = open_small()
    run_until(lambda: all_over(window))
    before = asked(media)
    bar = window.grid.verticalScrollBar()
    for tenth in range(1, 11):
        bar.setValue(bar.maximum() * tenth // 10)
    run_until(lambda: all_over(window))
    new = set(asked(media)[len(before) :])
    assert paths(window.grid.in_view()) <= new
    assert len(new) == len(paths(window.grid.in_view()))  # and there is nothing ahead at the end


def test_a_look_makes_one_request_for_the_view_and_one_for_what_is_next(open_small: Callable[..., Any]) -> None:
    window = open_small()
    run_until(lambda: all_over(window))
    retriever = window.ledger.retriever
    batches: list[tuple[int, bool]] = []
    request = retriever.request_thumbnails

    def counted(entities: Any, *args: Any, **kwargs: Any) -> Any:
        batches.append((len(entities), kwargs["prefetch"]))
        return request(entities, *args, **kwargs)

    retriever.request_thumbnails = counted
    retriever.request_thumbnail = None  # nobody calls it for a tile
    bar = window.grid.verticalScrollBar()
    scroll_to(window, bar.maximum() // 2)
    assert [prefetch for _, prefetch in batches] == [False, True]
    assert batches[0][0] == len(paths(window.grid.in_view()))
    del retriever.request_thumbnails, retriever.request_thumbnail
    run_until(lambda: all_over(window))


def test_pictures_are_decoded_at_the_size_of_the_tiles(open_small: Callable[..., Any]) -> None:
    window = open_small()
    size = window.thumbnails.size
    pictures = [window.thumbnails.picture(("Shot", shot.id)) for shot in window.grid.in_view()]
    assert {(one.width(), one.height()) for one in pictures if one is not None} == {(size.width(), size.height())}
    kept = window.ledger.retriever.image_statistics
    assert 0 < kept.bytes <= kept.images * size.width() * size.height() * 4


def test_rows_are_shown_page_by_page_and_the_rest_is_dropped_when_one_page_makes_no_sense(
    open_window: Callable[..., Any], media: EmbeddedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shotgun_data.demo.browser import project_loader

    sg = media.connect(connect=False)
    sg.config._records_per_page = 20
    pages: list[int] = []
    good = project_loader.Shot.from_entity

    def from_entity(entity: Any) -> Any:
        if len(pages) == 3:
            raise KeyError("code")
        return good(entity)

    monkeypatch.setattr(project_loader.Shot, "from_entity", from_entity)
    window = open_window(sg, wait=False)
    window.loader.shots_arrived.connect(lambda shots: pages.append(len(shots)))
    run_until(window.is_settled)
    assert pages == [20, 20, 20]
    assert window.shots.total == 60
    assert not window.loader.loading
    assert any("Shots could not be read" in message for message in window.errors.messages)
    monkeypatch.undo()
    window.errors.try_again()
    run_until(window.is_settled)
    assert window.shots.total > 60
    assert window.errors.messages == []
