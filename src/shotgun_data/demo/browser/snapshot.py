"""The window where there is no screen: waits until it is complete, paints it into a file, tells what it did."""

from __future__ import annotations

from typing import Callable, List, Optional

from shotgun_data.qt.binding import QtCore

from .thumbnails import State
from .window import BrowserWindow

_WITHIN = 120_000  # milliseconds


class Snapshot(QtCore.QObject):
    """Looks at the grid, chooses a shot, and paints the window.

    :param path: the PNG file.
    """

    #: ``(bool whether all went well, list of lines that tell what was done)``
    done = QtCore.Signal(bool, object)

    def __init__(self, window: BrowserWindow, path: str, parent: Optional[QtCore.QObject] = None) -> None:
        super().__init__(parent)
        self._window = window
        self._path = path
        self._next: Callable[[], None] = self._look_at_grid
        self._lines: List[str] = []
        self._deadline = QtCore.QTimer(self)
        self._deadline.setSingleShot(True)
        self._deadline.setInterval(_WITHIN)
        self._deadline.timeout.connect(self._too_late)
        window.settled.connect(self._settled)

    def start(self) -> None:
        self._deadline.start()

    # --------------------------------------------------------------------------------------------------

    def _settled(self) -> None:
        self._next()

    def _look_at_grid(self) -> None:
        window = self._window
        if window.project is None or not window.shots.total:
            self._finish()
            return
        marks = window.milestones
        name = window.project.get("name")
        states = [window.thumbnails.state(("Shot", shot.id)) for shot in window.grid.in_view()]
        count = states.count
        self._lines += [
            f"site        {window.site}",
            f"project     {name}: {window.sidebar.sequences} sequences, {window.shots.total} shots",
            f"thumbnails  {count(State.READY)} of {len(states)} in view: {window.thumbnails.found} from cache, "
            f"{window.thumbnails.downloaded} downloaded, {count(State.NONE)} without, {count(State.FAILED)} failed",
            f"times       first row {_ms(marks.first_row)}, first thumbnail {_ms(marks.first_thumbnail)}, "
            f"everything in view {_ms(marks.all_in_view)}",
        ]
        if count(State.FAILED):
            window.errors.show_error(f"{count(State.FAILED)} thumbnails in view could not be loaded.")
        shot = window.shot_with_most_to_see() or window.shots.at(0)
        self._next = self._look_at_details
        window.grid.choose(shot.id)
        if window.is_settled():  # the view had made it current by itself, and its details are there: nothing is asked
            self._next()

    def _look_at_details(self) -> None:
        pane = self._window.details
        if pane.shot is None:
            return
        counts = ", ".join(
            f"{pane.counts.get(name, 0)} {name}" for name in ("tasks", "versions", "notes", "attachments")
        )
        self._lines.append(f"chosen      {pane.shot.code}: {counts}")
        self._finish()

    def _finish(self) -> None:
        self._deadline.stop()
        self._next = lambda: None
        window = self._window
        image = window.grab()
        saved = image.save(self._path, "PNG")
        errors = window.errors.messages
        if saved:
            self._lines.append(f"painted     {self._path} ({image.width()} x {image.height()})")
        else:
            errors = [*errors, f"The picture could not be written to {self._path}."]
        if not errors and not window.shots.total:
            errors = ["There was no shot to show."]
        self._lines += [f"error       {message}" for message in errors]
        self.done.emit(not errors, self._lines)

    def _too_late(self) -> None:
        self._window.errors.show_error(f"The window was not complete after {_WITHIN // 1000} seconds.")
        self._finish()


def _ms(value: Optional[int]) -> str:
    return "never" if value is None else f"after {value} ms"
