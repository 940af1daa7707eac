"""Painting the window into a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shotgun_data.demo.browser.snapshot import Snapshot

from .waiting import run_until


def test_a_shot_that_is_chosen_already_is_not_waited_for(window: Any, tmp_path: Path) -> None:
    run_until(lambda: window.shots.total and window.is_settled())
    window.grid.choose(window.shot_with_most_to_see().id)  # as a view does by itself when it gets the focus
    run_until(lambda: window.details.shot is not None and window.is_settled())
    snapshot = Snapshot(window, str(tmp_path / "window.png"))
    told: list[tuple[bool, list[str]]] = []
    snapshot.done.connect(lambda well, lines: told.append((well, lines)))
    snapshot.start()
    window._maybe_settled()  # the grid is looked at, and within it the details
    assert told, "a further 'settled' is waited for, which need not come"
    assert told[0][0], told[0][1]
    assert (tmp_path / "window.png").stat().st_size > 10_000
    snapshot.deleteLater()
