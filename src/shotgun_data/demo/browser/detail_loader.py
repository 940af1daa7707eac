"""Reads all that belongs to one shot; what was asked for the one before is dropped."""

from __future__ import annotations

import functools
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

from shotgun_data.qt.binding import QtCore

from .facts import FACT_FIELDS
from .ledger import Batch, Ledger, rows
from .shots_model import Shot
from .site_fields import SiteFields

_REST = 120  # milliseconds that one must stay on a shot: the arrow keys run across many
_MOST_NOTES = 60
_MOST_VERSIONS = 80

_TASK = ("content", "step", "step.Step.list_order", "sg_status_list", "task_assignees", "due_date")
_VERSION = ("code", "description", "sg_status_list", "user", "created_at", "image", "frame_range")
_NOTE = (
    "subject",
    "content",
    "sg_status_list",
    "user",
    "user.HumanUser.image",
    "created_by",
    "created_at",
    "attachments",
)
_REPLY = ("content", "user", "user.HumanUser.image", "created_at", "entity")
_ATTACHMENT = ("this_file", "filename", "display_name", "file_size", "attachment_links")

_NEWEST_FIRST = [{"field_name": "created_at", "direction": "desc"}, {"field_name": "id", "direction": "desc"}]
_OLDEST_FIRST = [{"field_name": "created_at", "direction": "asc"}, {"field_name": "id", "direction": "asc"}]


class DetailLoader(QtCore.QObject):
    """Each signal comes once for a shot, in any order, when what it tells of is there."""

    facts_ready = QtCore.Signal(object)  #: ``(dict shot)``
    tasks_ready = QtCore.Signal(object)  #: ``(list tasks)``
    versions_ready = QtCore.Signal(object)  #: ``(list versions)``
    notes_ready = QtCore.Signal(object)  #: ``(list notes)``
    replies_ready = QtCore.Signal(object)  #: ``(list replies)``
    attachments_ready = QtCore.Signal(object)  #: ``(list attachments)``, of the notes and of the shot itself
    picture_ready = QtCore.Signal(str, int, object)  #: ``(str entity type, int id, QImage or None)``
    #: ``(str message, object what to call to try again)``
    failed = QtCore.Signal(str, object)

    def __init__(self, ledger: Ledger, fields: SiteFields, parent: Optional[QtCore.QObject] = None) -> None:
        super().__init__(parent)
        self._retriever = ledger.retriever
        self._fields = fields
        self._batch = Batch(ledger)
        self._picture = Batch(ledger)
        self._shot: Optional[Shot] = None
        self._pictured: Optional[Tuple[str, int]] = None
        self._box = QtCore.QSize(480, 270)
        self._rest = QtCore.QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST)
        self._rest.timeout.connect(self._load)

    @property
    def resting(self) -> bool:
        """Whether a shot was chosen so recently that nothing is asked yet."""
        return self._rest.isActive()

    def load(self, shot: Shot) -> None:
        """Read all about a shot, once the user stays on it."""
        self.drop()
        self._shot = shot
        self._rest.start()

    def drop(self) -> None:
        """Nothing of any shot is wanted."""
        self._rest.stop()
        self._batch.drop()
        self._picture.drop()
        self._pictured = None
        self._shot = None

    def fit_picture(self, box: QtCore.QSize) -> None:
        """The large picture has this place, in device pixels: it is decoded to fit, and anew where that was smaller."""
        grown = box.width() > self._box.width()
        self._box = box
        if grown and self._pictured is not None:
            self.load_picture(*self._pictured)

    def load_picture(self, entity_type: str, entity_id: int) -> None:
        """The picture as it was uploaded; what was asked before is dropped."""
        self._picture.drop()
        self._pictured = (entity_type, entity_id)

        def done(data: Dict[str, Any]) -> None:
            self.picture_ready.emit(entity_type, entity_id, data["image"])

        def failed(message: str) -> None:
            self.failed.emit(
                f"The large picture could not be loaded: {message}",
                functools.partial(self.load_picture, entity_type, entity_id),
            )

        self._picture.expect(
            self._retriever.request_thumbnail_source(entity_type, entity_id, image_size=self._box), done, failed
        )

    # --------------------------------------------------------------------------------------------------

    def _load(self) -> None:
        shot = self._shot
        if shot is None:
            return
        if shot.image:
            self.load_picture("Shot", shot.id)
        self._fields.when_known(functools.partial(self._ask, shot))

    def _ask(self, shot: Shot) -> None:
        if shot is not self._shot:
            return
        link = {"type": "Shot", "id": shot.id}
        known = self._fields.known
        retriever = self._retriever
        self._expect(
            "The shot",
            retriever.execute_find("Shot", [["id", "is", shot.id]], known("Shot", FACT_FIELDS)),
            lambda shots: self.facts_ready.emit(shots[0] if shots else {}),
        )
        self._expect(
            "Tasks",
            retriever.execute_find("Task", [["entity", "is", link]], known("Task", _TASK)),
            lambda sg: self.tasks_ready.emit(
                sorted(sg, key=lambda task: (task.get("step.Step.list_order") or 0, task["id"]))
            ),
        )
        self._expect(
            "Versions",
            retriever.execute_find(
                "Version", [["entity", "is", link]], known("Version", _VERSION), _NEWEST_FIRST, limit=_MOST_VERSIONS
            ),
            self.versions_ready.emit,
        )
        self._expect(
            "Notes",
            retriever.execute_find(
                "Note", [["note_links", "is", link]], known("Note", _NOTE), _NEWEST_FIRST, limit=_MOST_NOTES
            ),
            functools.partial(self._notes_arrived, link),
        )

    def _notes_arrived(self, shot: Mapping[str, Any], notes: List[Mapping[str, Any]]) -> None:
        self.notes_ready.emit(notes)
        known = self._fields.known
        files = sorted({int(one["id"]) for note in notes for one in note.get("attachments") or ()})
        wanted: List[Any] = [["attachment_links", "is", dict(shot)]]
        if files:
            wanted.append(["id", "in", files])
        self._expect(
            "Attachments",
            self._retriever.execute_find(
                "Attachment",
                [{"filter_operator": "any", "filters": wanted}],
                known("Attachment", _ATTACHMENT),
                _OLDEST_FIRST,
            ),
            self.attachments_ready.emit,
        )
        if notes:
            links = [{"type": "Note", "id": note["id"]} for note in notes]
            self._expect(
                "Replies",
                self._retriever.execute_find("Reply", [["entity", "in", links]], known("Reply", _REPLY), _OLDEST_FIRST),
                self.replies_ready.emit,
            )

    def _expect(self, what: str, uid: str, done: Callable[[Any], None]) -> None:
        shot = self._shot

        def again() -> None:
            if shot is not None and shot is self._shot:
                self.load(shot)

        self._batch.expect(
            uid,
            lambda data: done(rows(data)),
            lambda message: self.failed.emit(f"{what} could not be read: {message}", again),
        )
