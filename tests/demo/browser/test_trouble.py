"""What goes wrong is told in the window; nothing ever holds it up."""

from __future__ import annotations

import threading
import time
from typing import Any

from shotgun_data.demo.browser.thumbnails import State
from shotgun_data.demo.site import EmbeddedSite, Fault
from shotgun_data.demo.site.fault_actions import Stall, Status, WrongShapeJson
from shotgun_data.qt.binding import QtCore

from .waiting import run_until


def test_a_wrong_key_is_told(open_window: Any, site: Any) -> None:
    window = open_window(site.connect(script_name="demo", api_key="wrong-key-value", connect=False))
    assert window.errors.isVisible()
    told = "\n".join(window.errors.messages)
    assert "Projects could not be read" in told
    assert "wrong-key-value" not in told
    assert window.shots.total == 0


def test_a_site_that_cannot_be_reached_is_told(open_window: Any) -> None:
    import shotgun_api3

    nowhere = shotgun_api3.Shotgun("http://127.0.0.1:9", script_name="demo", api_key="demo", connect=False)
    window = open_window(nowhere)
    assert any("127.0.0.1:9" in message for message in window.errors.messages)


def test_trying_again_fills_the_window(open_window: Any, site: Any) -> None:
    site.faults.add(Fault(Status(500), method_name="read", times=None))
    window = open_window()
    assert window.errors.isVisible()
    site.faults.clear()
    window.errors.try_again()
    run_until(window.is_settled)
    assert window.shots.total
    assert window.errors.messages == []


def test_an_answer_of_the_wrong_shape_is_told(open_window: Any, site: Any) -> None:
    site.faults.add(Fault(WrongShapeJson(), method_name="read", entity_type="Shot", times=None))
    window = open_window()
    assert any("Shots could not be read" in message for message in window.errors.messages)
    assert not window.loader.loading


def test_a_project_that_is_not_there_is_told(open_window: Any) -> None:
    window = open_window(project="Nowhere")
    assert window.errors.messages == ["There is no project named 'Nowhere' that you may see."]
    assert window.shots.total  # another one is shown


def test_a_site_that_ends_while_the_window_is_open(open_window: Any) -> None:
    with EmbeddedSite(shots=12) as site:
        window = open_window(site.connect(connect=False))
        assert window.shots.total == 12
    window.reload()
    run_until(window.is_settled)
    assert window.errors.messages
    window.close()


def test_a_thumbnail_that_fails_is_a_tile_of_its_own_and_a_click_tries_again(open_window: Any, site: Any) -> None:
    site.faults.add(Fault(Status(500), path="/thumbs", media=True, times=None))
    window = open_window()
    shot = window.shot_with_most_to_see()
    key = ("Shot", shot.id)
    assert window.thumbnails.state(key) is State.FAILED
    assert window.thumbnails.message(key)
    run_until(lambda: not window.status_line.texts()["failed"].startswith("0 "))
    window.grid.grab()
    site.faults.clear()
    window.grid.clicked.emit(window.shots.index(window.shots.row_of(shot.id)))
    run_until(window.is_settled)
    assert window.thumbnails.state(key) is State.READY


def test_a_silent_site_does_not_hold_the_window_up(open_window: Any, site: Any) -> None:
    """The event loop turns at its usual pace while nothing is answered, and while it closes."""
    stalled = site.faults.add(Fault(Stall(None), path="/api3", times=None))
    window = open_window(wait=False)
    gaps: list[float] = []
    last = time.monotonic()

    def beat() -> None:
        nonlocal last
        now = time.monotonic()
        gaps.append(now - last)
        last = now

    timer = QtCore.QTimer()
    timer.timeout.connect(beat)
    timer.start(5)
    run_until(lambda: stalled.hits >= 3 and len(gaps) > 40)
    timer.stop()
    assert max(gaps[3:]) < 0.3
    began = time.monotonic()
    window.close()
    assert time.monotonic() - began < 0.5
    site.faults.clear()


def test_closing_leaves_no_threads(open_window: Any, site: Any) -> None:
    before = set(threading.enumerate())
    site_threads = ("embedded-site", "asyncio")

    def ours() -> list[threading.Thread]:
        return [one for one in threading.enumerate() if one not in before and not one.name.startswith(site_threads)]

    window = open_window()
    assert ours()
    window.close()
    window.close()  # once more does no harm
    run_until(lambda: not ours() or None, 5)
    assert window.ledger.retriever is not None
