"""Files: downloaded with a bar, cancelled, kept in their folder whatever they are called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shotgun_data.demo.site import Fault
from shotgun_data.demo.site.fault_actions import Slow, Stall, Status

from .test_window import choose
from .waiting import run_until


def rows(window: Any) -> list[Any]:
    """All rows of files that are shown."""
    pane = window.details
    return [row for card in pane.cards.values() for row in card.attachments] + pane.files


def row_of(window: Any, end: str) -> Any:
    """Choose shots until one has a file whose name ends so."""
    for number in range(window.shots.total):
        choose(window, number)
        for row in rows(window):
            if row.name.text().endswith(end):
                return row
    raise AssertionError(f"no file ends with {end}")


def test_a_large_file_shows_its_progress_and_then_where_it_is(window: Any, site: Any) -> None:
    row = row_of(window, "_plates.bin")
    site.faults.add(Fault(Slow(20_000_000), media=True))  # bytes in a second
    row.download.click()
    assert row.bar.isVisibleTo(row)
    assert row.cancel.isVisibleTo(row)
    run_until(lambda: row.bar.value() > 100)  # of a thousand
    assert row.bar.isVisibleTo(row)
    assert "of 21.0 MB" in row.bar.text()
    run_until(lambda: row.open.isVisibleTo(row))
    path = Path(row.note.text())
    assert path.stat().st_size == 20 * 1024 * 1024
    assert not row.bar.isVisibleTo(row)


def test_a_download_that_is_cancelled_leaves_nothing(window: Any, site: Any, cache_dir: Path) -> None:
    row = row_of(window, "_plates.bin")
    site.faults.add(Fault(Stall(200_000), media=True, times=None))
    row.download.click()
    run_until(lambda: "of" in row.bar.text() and row.bar.value() >= 0 and row.bar.maximum() > 0)
    row.cancel.click()
    assert row.download.isVisibleTo(row)
    assert not row.bar.isVisibleTo(row)
    site.faults.clear()
    run_until(
        lambda: site.faults.release() or not any(path.is_file() for path in (cache_dir / "attachments").rglob("*"))
    )
    assert window.errors.messages == []


def test_a_download_goes_on_while_another_shot_is_looked_at(window: Any, site: Any) -> None:
    row = row_of(window, "_plates.bin")
    shot, name = window.details.shot, row.name.text()
    stalled = site.faults.add(Fault(Stall(200_000), media=True, times=1))
    row.download.click()
    run_until(lambda: stalled.hits)
    window.grid.choose(window.shots.at(window.shots.row_of(shot.id) + 1).id)
    window.grid.choose(shot.id)
    run_until(lambda: rows(window) and not window.details.loader.resting)
    again = next(one for one in rows(window) if one.name.text() == name)
    assert again.bar.isVisibleTo(again)
    run_until(lambda: site.faults.release() or again.open.isVisibleTo(again))


def test_a_failed_download_says_why_and_can_be_tried_again(window: Any, site: Any) -> None:
    row = row_of(window, ".txt")
    site.faults.add(Fault(Status(404), path="/file_serve", times=None))
    row.download.click()
    run_until(lambda: row.note.isVisibleTo(row) and row.note.text())
    assert row.download.text() == "Try again"
    site.faults.clear()
    row.download.click()
    run_until(lambda: row.open.isVisibleTo(row))


def test_a_hostile_name_stays_in_the_cache(window: Any, cache_dir: Path) -> None:
    row = row_of(window, "../../x")
    row.download.click()
    run_until(lambda: row.open.isVisibleTo(row))
    path = Path(row.note.text()).resolve()
    assert path.is_relative_to((cache_dir / "attachments").resolve())
    assert path.read_bytes()
