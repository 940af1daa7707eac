"""The right side: all about one shot."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional

from shotgun_data.qt.binding import QtCore, QtGui, QtWidgets

from . import portrait, theme, words
from .attachment_row import AttachmentRow
from .detail_loader import DetailLoader
from .downloads import Downloads
from .facts import Facts, TaskList, clear, facts_of
from .ledger import Ledger
from .note_card import NoteCard
from .picture_view import PictureView
from .shots_model import Shot, ShotsModel
from .site_fields import SiteFields
from .status_change import StatusChange
from .status_choice import StatusChoice
from .statuses import Statuses
from .thumbnails import ThumbnailLoader
from .version_strip import VersionStrip


class DetailPane(QtWidgets.QScrollArea):
    """Shows a shot: picture, status, facts, tasks, versions, notes and files."""

    def __init__(
        self,
        ledger: Ledger,
        model: ShotsModel,
        thumbnails: ThumbnailLoader,
        statuses: Statuses,
        fields: SiteFields,
        change: StatusChange,
        parent: Optional[QtWidgets.QWidget] = None,
    ) -> None:
        super().__init__(parent)
        self.loader = DetailLoader(ledger, fields, self)
        self.downloads = Downloads(ledger, self)
        self._model = model
        self._thumbnails = thumbnails
        self._statuses = statuses
        self._change = change
        self._shot: Optional[Shot] = None
        self._version: Optional[int] = None
        self.cards: Dict[int, NoteCard] = {}
        self.files: List[AttachmentRow] = []
        self.counts: Dict[str, int] = {}
        self._portraits = portrait.loader_of_portraits(ledger, self.devicePixelRatioF(), self)
        self.picture = PictureView()
        self.code = words.ElidedLabel()
        self.code.setFont(theme.font(self.font(), 1.35, bold=True))
        self.status = StatusChoice(statuses)
        self.saving = words.label("", "faint")
        self._description = words.label("", wrap=True)
        self._facts = Facts()
        self._tasks = TaskList(statuses)
        self.versions = VersionStrip(ledger, statuses)
        self._version_words = words.label("", "faint", wrap=True)
        self._titles: Dict[str, QtWidgets.QLabel] = {}
        self._notes = QtWidgets.QVBoxLayout()
        self._files = QtWidgets.QVBoxLayout()
        self._empty = words.label("Choose a shot to see its versions, notes and files.", "faint", wrap=True)
        self._empty.setAlignment(QtCore.Qt.AlignmentFlag.AlignCenter)
        self._empty.setTextInteractionFlags(QtCore.Qt.TextInteractionFlag.NoTextInteraction)
        self._body = QtWidgets.QWidget()
        self._lay_out()
        self._connect()
        self.show_shot(None)

    @property
    def shot(self) -> Optional[Shot]:
        """The shot that is shown."""
        return self._shot

    def show_shot(self, shot: Optional[Shot]) -> None:
        """Show this one; what is known of it at once, the rest as it arrives."""
        same = shot is not None and self._shot is not None and shot.id == self._shot.id
        self._shot = shot
        self._version = None
        self.counts = {}
        # Not as needed: the picture's height follows from the width, and the bar would come and go by turns.
        policy = QtCore.Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(policy.ScrollBarAlwaysOff if shot is None else policy.ScrollBarAlwaysOn)
        self._body.setVisible(shot is not None)
        self._empty.setVisible(shot is None)
        self.loader.drop()
        self._portraits.drop()
        if shot is None:
            return
        if not same:
            self._clear()
            self.verticalScrollBar().setValue(0)
            self.picture.show_words("No thumbnail" if shot.image is None else "")
            known = self._thumbnails.picture(("Shot", shot.id))
            if known is not None:
                self.picture.show_image(known)
        self.code.show_text(shot.code)
        self._description.setText(shot.description)
        self._description.setVisible(bool(shot.description))
        self._show_status(shot.id)
        self.loader.load(shot)

    # -- how it is made up -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.setObjectName("panel")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(240)
        head = QtWidgets.QHBoxLayout()
        head.addWidget(self.code, 1)
        head.addWidget(self.saving)
        head.addWidget(self.status)
        column = QtWidgets.QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(9)
        column.addWidget(self.picture)
        column.addLayout(head)
        column.addWidget(self._description)
        column.addWidget(self._facts)
        self._notes.setSpacing(8)
        self._files.setSpacing(6)
        for name, part in (
            ("Tasks", self._tasks),
            ("Versions", self.versions),
            ("", self._version_words),
            ("Notes", self._notes),
            ("Files", self._files),
        ):
            if name:
                title = words.label(name, "section")
                title.setContentsMargins(0, 8, 0, 0)
                self._titles[name] = title
                column.addWidget(title)
            if isinstance(part, QtWidgets.QWidget):
                column.addWidget(part)
            else:
                column.addLayout(part)
        column.addStretch(1)
        content = QtWidgets.QWidget()
        content.setObjectName("panelContent")
        outer = QtWidgets.QVBoxLayout(content)
        outer.setContentsMargins(12, 12, 8, 12)
        outer.addWidget(self._body, 1)
        outer.addWidget(self._empty, 1)
        self.setWidget(content)

    def _connect(self) -> None:
        self.status.picked.connect(self._picked)
        self._change.changed.connect(self._show_status)
        self._thumbnails.changed.connect(self._thumbnail_changed)
        self.picture.resized.connect(self.loader.fit_picture)
        self.versions.version_chosen.connect(self._show_version)
        self.loader.facts_ready.connect(self._show_facts)
        self.loader.tasks_ready.connect(self._show_tasks)
        self.loader.versions_ready.connect(self._show_versions)
        self.loader.notes_ready.connect(self._show_notes)
        self.loader.replies_ready.connect(self._show_replies)
        self.loader.attachments_ready.connect(self._show_attachments)
        self.loader.picture_ready.connect(self._show_picture)

    def _clear(self) -> None:
        self._facts.show_facts(())
        self._tasks.show_tasks(())
        self.versions.show_versions([])
        self.versions.hide()
        self._version_words.hide()
        self._clear_notes()
        for title in self._titles.values():
            title.hide()

    def _clear_notes(self) -> None:
        clear(self._notes)
        clear(self._files)
        self.cards, self.files = {}, []

    def _entitle(self, name: str, count: int) -> None:
        self.counts[name.lower()] = count
        self._titles[name].setVisible(count > 0)
        self._titles[name].setText(f"{name}  {count}")

    # -- what arrives ------------------------------------------------------------------------------------

    def _show_status(self, shot_id: int) -> None:
        shot = self._model.shot(shot_id)
        if self._shot is None or shot is None or shot.id != self._shot.id:
            return
        saving = self._change.is_saving(shot_id)
        self.status.show_status(shot.status)
        self.status.setEnabled(not saving)
        self.saving.setText("saving…" if saving else "")

    def _picked(self, code: str) -> None:
        if self._shot is not None:
            self._change.change(self._shot.id, code)

    def _show_facts(self, shot: Mapping[str, Any]) -> None:
        self._facts.show_facts(facts_of(shot))
        description = str(shot.get("description") or "")
        self._description.setText(description)
        self._description.setVisible(bool(description))
        if self._shot is not None and shot.get("sg_status_list") and not self._change.is_saving(self._shot.id):
            # Somebody else may have changed it since the grid was loaded.
            self._model.set_status(self._shot.id, str(shot["sg_status_list"]))
            self._show_status(self._shot.id)

    def _show_tasks(self, tasks: List[Mapping[str, Any]]) -> None:
        self._entitle("Tasks", len(tasks))
        self._tasks.show_tasks(tasks)

    def _show_versions(self, versions: List[Mapping[str, Any]]) -> None:
        self._entitle("Versions", len(versions))
        self.versions.show_versions(versions)
        self.versions.setVisible(bool(versions))
        self._version_words.hide()

    def _show_version(self, version: Mapping[str, Any]) -> None:
        self._version = int(version["id"])
        about = [words.name(version.get("user")), words.moment(version.get("created_at"))]
        about.append(str(version.get("frame_range") or ""))
        lines = [str(version.get("code") or ""), "  ·  ".join(part for part in about if part)]
        lines.append(str(version.get("description") or ""))
        self._version_words.setText("\n".join(line for line in lines if line))
        self._version_words.show()
        known = self.versions.loader.picture(("Version", self._version))
        if known is not None:
            self.picture.show_image(known)
        elif not version.get("image"):
            self.picture.show_words("No thumbnail")
        if version.get("image"):
            self.loader.load_picture("Version", self._version)

    def _show_notes(self, notes: List[Mapping[str, Any]]) -> None:
        self._clear_notes()
        self._entitle("Notes", len(notes))
        for note in notes:
            card = NoteCard(note, self._portraits, self._statuses, self.downloads)
            self.cards[card.note_id] = card
            self._notes.addWidget(card)

    def _show_replies(self, replies: List[Mapping[str, Any]]) -> None:
        of_note: Dict[int, List[Mapping[str, Any]]] = {}
        for reply in replies:
            of_note.setdefault(int(reply["entity"]["id"]), []).append(reply)
        for note_id, own in of_note.items():
            if note_id in self.cards:
                self.cards[note_id].show_replies(own)

    def _show_attachments(self, attachments: List[Mapping[str, Any]]) -> None:
        by_id = {int(attachment["id"]): attachment for attachment in attachments}
        shown = set()
        for card in self.cards.values():
            own = [int(one["id"]) for one in card.note.get("attachments") or ()]
            shown.update(own)
            card.show_attachments(by_id[number] for number in own if number in by_id)
        rest = [attachment for number, attachment in by_id.items() if number not in shown]
        self._entitle("Files", len(rest))
        self.counts["attachments"] = len(by_id)
        for attachment in rest:
            row = AttachmentRow(attachment, self.downloads)
            self.files.append(row)
            self._files.addWidget(row)

    def _show_picture(self, entity_type: str, entity_id: int, image: Optional[QtGui.QImage]) -> None:
        wanted = ("Shot", self._shot.id if self._shot else 0) if self._version is None else ("Version", self._version)
        if image is not None and not image.isNull() and (entity_type, entity_id) == wanted:
            self.picture.show_image(image)

    def _thumbnail_changed(self, _entity_type: str, shot_id: int) -> None:
        if self._shot is None or shot_id != self._shot.id or self.picture.image is not None:
            return
        known = self._thumbnails.picture(("Shot", shot_id))
        if known is not None:
            self.picture.show_image(known)
