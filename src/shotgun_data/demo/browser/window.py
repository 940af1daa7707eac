"""The window: puts the parts together and tells each what the others did."""

from __future__ import annotations

import functools
from typing import Any, Dict, List, Mapping, Optional

from shotgun_data import ShotgunDataRetriever
from shotgun_data.qt.binding import QtCore, QtGui, QtWidgets

from . import pictures, words
from .detail_pane import DetailPane
from .error_bar import ErrorBar
from .ledger import Ledger
from .milestones import Milestones
from .project_loader import ProjectLoader
from .search_field import SearchField
from .shot_grid import LARGEST, SMALLEST, USUAL, ShotGrid
from .shots_model import ALL, Shot, ShotsModel
from .sidebar import Sidebar
from .site_fields import SiteFields
from .status_change import StatusChange
from .status_line import StatusLine
from .statuses import Statuses
from .task_hints import TaskHints
from .thumbnails import State, ThumbnailLoader

_PICTURES = 192 * 1024**2  # bytes of memory for the grid's pictures
_NARROW, _NARROWER = 860, 600  # pixels: below, the details, and then the sequences too, make room for the grid


class BrowserWindow(QtWidgets.QMainWindow):
    """A window on one site.

    :param retriever: not started yet, or started; the window stops it when it is closed.
    :param site: its address, for the title.
    :param project: the name of the project to open; None for the one that was used last.
    """

    #: Nothing is asked for or waited for any more: what is to be seen is there, or has failed.
    settled = QtCore.Signal()
    closed = QtCore.Signal()

    def __init__(self, retriever: ShotgunDataRetriever, site: str, project: Optional[str] = None) -> None:
        super().__init__()
        self.site = site
        self.milestones = Milestones()
        self._project_name = project
        self._project: Optional[Mapping[str, Any]] = None
        self._projects: List[Mapping[str, Any]] = []
        self._to_choose: Optional[int] = None
        self._closed = False
        self.ledger = Ledger(retriever, self)
        self.statuses = Statuses(self)
        self.fields = SiteFields()
        self.shots = ShotsModel(self)
        self.thumbnails = ThumbnailLoader(
            self.ledger,
            QtCore.QSize(320, 180),
            functools.partial(pictures.framed, width=320, height=180),  # until the grid knows the size of its tiles
            _PICTURES,
            self,
        )
        self.hints = TaskHints(self.ledger, self.shots, self)
        self.change = StatusChange(self.ledger, self.shots, self)
        self.loader = ProjectLoader(self.ledger, self.statuses, self.fields, self)
        self.errors = ErrorBar()
        self.sidebar = Sidebar(self.statuses)
        self.search = SearchField(self.ledger)
        self.grid = ShotGrid(self.shots, self.thumbnails, self.hints, self.statuses)
        self.details = DetailPane(self.ledger, self.shots, self.thumbnails, self.statuses, self.fields, self.change)
        self.status_line = StatusLine(self.ledger)
        self.size_slider = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal)
        self._splitter = QtWidgets.QSplitter(QtCore.Qt.Orientation.Horizontal)
        self._divided_by_user = False
        self._heading = words.ElidedLabel()
        self._placeholder = words.label("", "faint")
        self._lay_out()
        self._connect()
        self._add_shortcuts()
        retriever.start()
        self._show_placeholder("Reading projects…")
        self.loader.load_site()

    @property
    def project(self) -> Optional[Mapping[str, Any]]:
        """The project that is shown."""
        return self._project

    def is_settled(self) -> bool:
        """Whether nothing is asked for or waited for."""
        return not (
            self.ledger.pending
            or self.loader.loading
            or self.grid.examining
            or self.details.loader.resting
            or self.search.resting
        )

    def reload(self) -> None:
        """Read everything anew; the shot that is looked at stays."""
        self.errors.dismiss()
        if self._project is None:
            self.loader.load_site()
        else:
            self._open_project(self._project, self.details.shot.id if self.details.shot else None)

    def closeEvent(self, event: QtGui.QCloseEvent) -> None:
        event.accept()
        if not self._closed:
            self._closed = True
            self.ledger.close()
            self.closed.emit()

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        super().resizeEvent(event)
        self.details.setVisible(self.width() >= _NARROW)
        self.sidebar.setVisible(self.width() >= _NARROWER)
        if not self._divided_by_user:
            self._divide()
        self.search.hide_results()

    # -- how it is made up -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.setWindowTitle(f"{self.site} - shotgun-data")
        self.resize(1440, 880)
        self.setMinimumSize(420, 320)
        self._heading.setStyleSheet("font-weight: 600;")
        self.size_slider.setRange(SMALLEST, LARGEST)
        self.size_slider.setValue(USUAL)
        self.size_slider.setFixedWidth(110)
        self.size_slider.setToolTip("Size of the thumbnails (Ctrl + and Ctrl -)")
        self.size_slider.setAccessibleName("Size of the thumbnails")
        refresh = QtWidgets.QPushButton("Reload")
        refresh.setToolTip("Read everything from the site again (F5)")
        refresh.clicked.connect(lambda *_: self.reload())
        toolbar = QtWidgets.QFrame()
        toolbar.setObjectName("toolbar")
        row = QtWidgets.QHBoxLayout(toolbar)
        row.setContentsMargins(12, 7, 12, 7)
        row.setSpacing(12)
        row.addWidget(self._heading, 2)
        row.addWidget(self.search, 3)
        row.addWidget(self.size_slider)
        row.addWidget(refresh)
        middle = QtWidgets.QWidget()
        stack = QtWidgets.QStackedLayout(middle)
        stack.setStackingMode(QtWidgets.QStackedLayout.StackingMode.StackAll)
        self._placeholder.setAlignment(QtCore.Qt.AlignmentFlag.AlignCenter)
        self._placeholder.setWordWrap(True)
        self._placeholder.setContentsMargins(24, 24, 24, 24)
        self._placeholder.setAttribute(QtCore.Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        stack.addWidget(self._placeholder)
        stack.addWidget(self.grid)
        stack.setCurrentWidget(self._placeholder)
        splitter = self._splitter
        splitter.splitterMoved.connect(self._splitter_moved)
        splitter.setHandleWidth(3)
        splitter.setChildrenCollapsible(False)
        for widget in (self.sidebar, middle, self.details):
            splitter.addWidget(widget)
        middle.setMinimumWidth(200)
        self.sidebar.setMinimumWidth(130)
        splitter.setStretchFactor(1, 1)
        central = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.errors)
        column.addWidget(toolbar)
        column.addWidget(splitter, 1)
        column.addWidget(self.status_line)
        self.setCentralWidget(central)
        self.grid.setFocus()

    def _divide(self) -> None:
        """Give each part its share of the width, until the user decides."""
        width = self.width()
        left, right = max(150, min(210, width // 7)), max(260, min(420, width * 3 // 10))
        self._splitter.setSizes([left, max(200, width - left - right), right])

    def _splitter_moved(self, *_: object) -> None:
        self._divided_by_user = True

    def _connect(self) -> None:
        self.ledger.idle.connect(self._maybe_settled)
        self.ledger.unexpected.connect(self.errors.show_error)
        self.grid.examined.connect(self._maybe_settled)
        self.loader.projects_ready.connect(self._show_projects)
        self.loader.sequences_ready.connect(self.sidebar.show_sequences)
        self.loader.shots_arrived.connect(self._add_shots)
        self.loader.finished.connect(self._all_arrived)
        for part in (self.loader, self.details.loader, self.change, self.search):
            part.failed.connect(self.errors.show_error)
        self.loader.failed.connect(lambda *_: self._tell_shots())
        self.hints.failed.connect(self.errors.show_error)
        self.sidebar.project_chosen.connect(self._open_project)
        self.sidebar.sequence_chosen.connect(lambda _sequence: self._narrow())
        self.search.narrowed.connect(lambda _text: self._narrow())
        self.search.match_chosen.connect(self._go_to)
        self.grid.shot_chosen.connect(self.details.show_shot)
        self.grid.width_wished.connect(self.size_slider.setValue)
        self.size_slider.valueChanged.connect(self.grid.set_tile_width)
        self.thumbnails.changed.connect(self._thumbnail_changed)

    def _add_shortcuts(self) -> None:
        for keys, slot in (
            ("F5", self.reload),
            ("Ctrl+F", self._to_search),
            ("Ctrl+=", functools.partial(self._step_size, 24)),
            ("Ctrl++", functools.partial(self._step_size, 24)),
            ("Ctrl+-", functools.partial(self._step_size, -24)),
        ):
            shortcut = QtWidgets.QShortcut(QtGui.QKeySequence(keys), self)  # type: ignore[attr-defined]
            shortcut.activated.connect(slot)

    def _to_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _step_size(self, step: int) -> None:
        self.size_slider.setValue(self.size_slider.value() + step)

    # -- what arrives ------------------------------------------------------------------------------------

    def _show_projects(self, projects: List[Mapping[str, Any]], counts: Dict[int, int]) -> None:
        self._projects = projects
        chosen = self._first_project(projects, counts)
        self.sidebar.show_projects(projects, counts, chosen["id"] if chosen else 0)
        if chosen is not None:
            self._open_project(chosen)
        else:
            self._show_placeholder("This site shows you no projects.")

    def _first_project(self, projects: List[Mapping[str, Any]], counts: Dict[int, int]) -> Optional[Mapping[str, Any]]:
        if self._project_name:
            wanted = self._project_name.casefold()
            for project in projects:
                if str(project.get("name") or "").casefold() == wanted:
                    return project
            self.errors.show_error(f"There is no project named {self._project_name!r} that you may see.")

        def rank(project: Mapping[str, Any]) -> Any:
            used = project.get("last_accessed_by_current_user")
            return (used is not None, str(used or ""), counts.get(int(project["id"]), 0))

        return max(projects, key=rank, default=None)

    def _open_project(self, project: Mapping[str, Any], shot_id: Optional[int] = None) -> None:
        another = self._project is None or self._project["id"] != project["id"]
        self._project = project
        self._to_choose = shot_id
        self.sidebar.show_project(int(project["id"]))
        self.grid.forget_chosen()
        self.shots.clear()
        self.hints.forget()
        self.thumbnails.drop()
        self.thumbnails.reload()
        if another:
            self.details.show_shot(None)
            self.sidebar.clear_sequences()
            self.sidebar.choose_sequence(ALL)
        self._show_placeholder("Reading shots…")
        self._tell_shots()
        self.loader.load_project(project)

    def _add_shots(self, shots: List[Shot]) -> None:
        self.milestones.reach("first_row")
        self.shots.append(shots)
        self.sidebar.show_counts(self.shots.counts())
        if self._to_choose is not None and self.grid.choose(self._to_choose):
            self._to_choose = None
        self._tell_shots()

    def _all_arrived(self) -> None:
        self.milestones.reach("all_rows")
        self.sidebar.show_counts(self.shots.counts())
        self.status_line.loaded_now()
        self._to_choose = None
        self._tell_shots()
        self.grid.examine_soon()

    def _narrow(self) -> None:
        self.shots.narrow(self.sidebar.sequence, self.search.text())
        self._tell_shots()

    def _go_to(self, match: Mapping[str, Any]) -> None:
        """To what the site's search found, in whichever project it is."""
        self.search.clear()
        project_id = match.get("project_id")
        elsewhere = [one for one in self._projects if one["id"] == project_id]
        is_shot = match.get("type") == "Shot"
        if elsewhere and (self._project is None or self._project["id"] != project_id):
            self._open_project(elsewhere[0], int(match["id"]) if is_shot else None)
        if is_shot:
            self.sidebar.choose_sequence(ALL)
            self._narrow()
            if self.shots.shot(int(match["id"])) is None:
                self._to_choose = int(match["id"])
            else:
                self.grid.choose(int(match["id"]))
                self.grid.setFocus()
        else:
            self.sidebar.choose_sequence(int(match["id"]))

    def _thumbnail_changed(self, entity_type: str, entity_id: int) -> None:
        if self.thumbnails.state((entity_type, entity_id)) is State.READY:
            self.milestones.reach("first_thumbnail")

    def _maybe_settled(self) -> None:
        if self.is_settled():
            if self.shots.total:
                self.milestones.reach("all_in_view")
            self.settled.emit()

    def _tell_shots(self) -> None:
        shown, total = self.shots.rowCount(), self.shots.total
        text = f"{total} shots" if shown == total else f"{shown} of {total} shots"
        self.status_line.tell_shots(text + (", reading more…" if self.loader.loading and total else ""))
        self._heading.show_text(str(self._project.get("name") or "") if self._project else "")
        if shown:
            self._show_placeholder("")
        elif self.loader.loading:
            self._show_placeholder("Reading shots…")
        elif total:
            self._show_placeholder("No shot fits. Enter searches the whole site.")
        elif self._project is not None:
            self._show_placeholder("No shots here.")
        elif self.errors.messages:
            self._show_placeholder("Nothing could be read from the site.")

    def _show_placeholder(self, text: str) -> None:
        self._placeholder.setText(text)
        self._placeholder.setVisible(bool(text))

    def shot_with_most_to_see(self) -> Optional[Shot]:
        """A shot in view that has a picture."""
        return next((shot for shot in self.grid.in_view() if shot.image), None)
