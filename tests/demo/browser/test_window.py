"""The window against the embedded site: it fills, follows what one chooses, and changes what one changes."""

from __future__ import annotations

from typing import Any

from shotgun_data.demo.browser.shots_model import ALL
from shotgun_data.demo.browser.thumbnails import State
from shotgun_data.demo.site import Fault
from shotgun_data.demo.site.fault_actions import Stall, Status
from shotgun_data.qt.binding import QtCore, QtWidgets

from .waiting import run_until, turn


def choose(window: Any, number: int = 0) -> Any:
    """Make a shot the current one, and wait until all about it is there."""
    shot = window.shots.at(number)
    window.grid.choose(shot.id)
    run_until(lambda: window.details.shot is not None and window.is_settled())
    turn()  # what was put into a layout is shown in the loop's next turn
    return shot


def labels(widget: Any) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QtWidgets.QLabel) if label.isVisibleTo(widget))


def test_fills_with_the_shots_of_the_busiest_project_and_their_thumbnails(window: Any, site: Any) -> None:
    assert window.shots.total == len(site.store.read("Shot", [["project", "is", dict(window.project)]], ["id"]))
    assert window.sidebar.sequences == window.sidebar.list.count() - 1
    states = {window.thumbnails.state(("Shot", shot.id)) for shot in window.grid.in_view()}
    assert State.READY in states
    assert states <= {State.READY, State.NONE}
    assert window.errors.messages == []
    assert window.status_line.texts()["failed"] == "0 failed"
    assert all(shot.tasks is not None for shot in window.grid.in_view())


def test_asks_only_for_the_thumbnails_in_view_and_the_next_ones(open_window: Any, site: Any) -> None:
    window = open_window(width=700, height=400)
    in_view = {shot.id for shot in window.grid.in_view()}
    assert 0 < 2 * len(in_view) < window.shots.total
    statistics = window.ledger.retriever.statistics
    assert statistics.downloaded + statistics.waiting + statistics.running <= 3 * len(in_view)
    window.grid.verticalScrollBar().setValue(window.grid.verticalScrollBar().maximum())
    run_until(window.is_settled)
    last = window.shots.at(window.shots.total - 1)
    assert last.id not in in_view
    assert window.thumbnails.state(("Shot", last.id)) in (State.READY, State.NONE)


def test_lets_go_of_what_has_scrolled_out_of_view(open_window: Any, site: Any) -> None:
    stalled = site.faults.add(Fault(Stall(None), path="/thumbs", media=True, times=None))
    window = open_window(wait=False, width=700, height=400)
    run_until(lambda: window.thumbnails.loading and stalled.hits)
    first = window.shots.at(0).id
    window.grid.verticalScrollBar().setValue(window.grid.verticalScrollBar().maximum())
    run_until(lambda: not window.grid.examining)
    assert window.thumbnails.state(("Shot", first)) is State.LOADING
    assert 0 < window.thumbnails.loading <= len(window.grid.in_view())
    window.thumbnails.drop()
    assert window.thumbnails.loading == 0
    run_until(lambda: window.ledger.retriever.statistics.stopped > 0)
    assert window.errors.messages == []


def test_shows_all_about_the_chosen_shot(window: Any) -> None:
    shot = choose(window)
    pane = window.details
    assert pane.code.text() == shot.code
    assert pane.status.code == shot.status
    assert pane.picture.image is not None
    assert pane.counts["tasks"] > 0
    assert pane.counts["versions"] == pane.versions.count() > 0
    assert pane.counts["notes"] == len(pane.cards) > 0
    assert pane.counts["attachments"] > 0
    text = labels(pane)
    for word in ("Sequence", "Duration", "Layout"):
        assert word in text
    assert window.errors.messages == []


def test_the_picture_of_a_chosen_version_takes_the_large_place(window: Any) -> None:
    choose(window)
    pane = window.details
    before = pane.picture.image
    pane.versions.setCurrentRow(0)
    run_until(window.is_settled)
    assert pane.picture.image is not None
    assert pane.picture.image is not before
    assert pane.versions.item(0).text() in labels(pane)


def test_running_across_shots_asks_only_for_the_last(window: Any, site: Any) -> None:
    site.calls.clear()
    for number in range(8):
        window.grid.choose(window.shots.at(number).id)
        turn()
    run_until(window.is_settled)
    assert window.details.shot is window.shots.at(7)
    asked = [call.params["type"] for call in site.calls.requests("/api3") if call.method_name == "read"]
    assert asked.count("Version") == 1


def test_narrows_by_sequence_and_by_words(window: Any) -> None:
    sequence = window.shots.at(0).sequence
    window.sidebar.choose_sequence(int(sequence["id"]))
    assert 0 < window.shots.rowCount() < window.shots.total
    assert {window.shots.at(row).sequence_id for row in range(window.shots.rowCount())} == {sequence["id"]}
    window.sidebar.choose_sequence(ALL)
    wanted = window.shots.at(5).code
    window.search.setText(wanted.lower())
    run_until(window.is_settled)
    assert window.shots.rowCount() >= 1
    assert all(wanted in window.shots.at(row).code for row in range(window.shots.rowCount()))
    window.search.setText("no such shot anywhere")
    run_until(window.is_settled)
    assert window.shots.rowCount() == 0
    assert "No shot fits" in labels(window)


def test_enter_searches_the_whole_site_and_goes_to_what_is_chosen(window: Any) -> None:
    shot = window.shots.at(window.shots.total - 1)
    window.search.setText(shot.code)
    window.search.search_site()
    results = window.search.results
    run_until(lambda: results.isVisible() and shot.code in results.item(0).text())
    window.search.results.setCurrentRow(0)
    window.search.returnPressed.emit()
    run_until(window.is_settled)
    assert window.details.shot.code == shot.code
    assert not results.isVisible()


def test_goes_to_a_shot_of_another_project(window: Any, site: Any) -> None:
    other = next(one for one in site.store.read("Project", [], ["name"]) if one["id"] != window.project["id"])
    shot = site.store.create("Shot", {"code": "elsewhere_é日本", "project": {"type": "Project", "id": other["id"]}})
    try:
        window.search.setText("elsewhere")
        window.search.search_site()
        run_until(lambda: window.search.results.isVisible() and "elsewhere" in window.search.results.item(0).text())
        window.search.results.itemActivated.emit(window.search.results.item(0))
        run_until(lambda: window.details.shot is not None and window.is_settled())
        assert window.project["id"] == other["id"]
        assert window.details.code.text() == "elsewhere_é日本"
        assert window.thumbnails.state(("Shot", shot["id"])) is State.NONE
    finally:
        site.store.delete("Shot", shot["id"])


def test_a_status_is_changed_here_at_once_and_then_on_the_site(window: Any, site: Any) -> None:
    shot = choose(window)
    before = shot.status
    other = next(code for code in window.statuses.of_shots if code != before)
    window.details.status.picked.emit(other)
    assert window.details.status.code == shot.status == other
    assert not window.details.status.isEnabled()
    run_until(window.is_settled)
    assert window.details.status.isEnabled()
    assert site.store.read("Shot", [["id", "is", shot.id]], ["sg_status_list"])[0]["sg_status_list"] == other
    site.store.update("Shot", shot.id, {"sg_status_list": before})


def test_a_status_that_the_site_refuses_is_taken_back(window: Any, site: Any) -> None:
    shot = choose(window)
    before = shot.status
    other = next(code for code in window.statuses.of_shots if code != before)
    site.faults.add(Fault(Status(500), method_name="update"))
    window.details.status.picked.emit(other)
    assert shot.status == other
    run_until(window.is_settled)
    assert window.details.status.code == shot.status == before
    assert window.details.status.isEnabled()
    assert shot.code in window.errors.messages[0]
    assert window.errors.isVisible()
    window.errors.try_again()
    run_until(window.is_settled)
    assert shot.status == other
    assert not window.errors.isVisible()
    site.store.update("Shot", shot.id, {"sg_status_list": before})


def test_a_status_that_was_changed_although_no_answer_came_is_shown(window: Any, site: Any) -> None:
    shot = choose(window)
    before = shot.status
    other = next(code for code in window.statuses.of_shots if code != before)
    site.faults.add(Fault(Status(502), method_name="update", after_processing=True))
    window.details.status.picked.emit(other)
    run_until(window.is_settled)
    assert window.errors.messages
    assert shot.status == other
    site.store.update("Shot", shot.id, {"sg_status_list": before})


def test_reload_reads_everything_again_and_keeps_the_shot(window: Any, site: Any) -> None:
    shot = choose(window, 3)
    link = dict(window.project)
    new = site.store.create("Shot", {"code": "ZZ999", "project": {"type": "Project", "id": link["id"]}})
    try:
        count = window.shots.total
        window.reload()
        run_until(window.is_settled)
        assert window.shots.total == count + 1
        assert window.details.shot.id == shot.id
        assert window.grid.currentIndex().row() == window.shots.row_of(shot.id)
    finally:
        site.store.delete("Shot", new["id"])


def test_what_a_site_says_is_shown_as_text(window: Any, site: Any) -> None:
    shot = window.shots.at(1)
    before = site.store.read("Shot", [["id", "is", shot.id]], ["description"])[0]["description"]
    site.store.update("Shot", shot.id, {"description": "<img src='file:///etc/passwd'><b>bold</b>"})
    try:
        choose(window, 1)
        shown = [one for one in window.details.findChildren(QtWidgets.QLabel) if "<b>" in one.text()]
        assert shown
        assert all(one.textFormat() == QtCore.Qt.TextFormat.PlainText for one in shown)
    finally:
        site.store.update("Shot", shot.id, {"description": before})


def test_a_small_window_leaves_room_for_the_shots(open_window: Any) -> None:
    window = open_window(width=430, height=330)
    assert (window.width(), window.height()) == (430, 330)
    assert not window.details.isVisible()
    assert not window.sidebar.isVisible()
    assert window.grid.in_view()
    window.resize(1300, 800)
    turn()
    assert window.details.isVisible()
    assert window.sidebar.isVisible()


def test_thumbnails_follow_the_size_that_is_wished_for(window: Any) -> None:
    def widths() -> set[int]:
        pictures = [window.thumbnails.picture(("Shot", shot.id)) for shot in window.grid.in_view()]
        return {picture.width() for picture in pictures if picture is not None}

    small = max(widths())
    window.size_slider.setValue(400)
    run_until(window.is_settled)
    assert min(widths()) > small
