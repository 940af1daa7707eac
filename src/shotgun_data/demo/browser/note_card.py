"""A note with its author, replies and attached files."""

from __future__ import annotations

from typing import Any, Iterable, List, Mapping, Optional

from shotgun_data.qt.binding import QtWidgets

from . import words
from .attachment_row import AttachmentRow
from .downloads import Downloads
from .portrait import Portrait
from .statuses import Statuses
from .thumbnails import ThumbnailLoader


class NoteCard(QtWidgets.QFrame):
    """Replies and files are filled in when they arrive."""

    def __init__(
        self,
        note: Mapping[str, Any],
        portraits: ThumbnailLoader,
        statuses: Statuses,
        downloads: Downloads,
        parent: Optional[QtWidgets.QWidget] = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.note = note
        self.note_id = int(note["id"])
        self._portraits = portraits
        self._downloads = downloads
        self.attachments: List[AttachmentRow] = []
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(7)
        column.addLayout(_heading(note, portraits, statuses))
        subject, content = str(note.get("subject") or ""), str(note.get("content") or "")
        if subject and not content.startswith(subject):
            title = words.label(subject, wrap=True)
            title.setStyleSheet("font-weight: 600;")
            column.addWidget(title)
        if content:
            column.addWidget(words.label(content, wrap=True))
        self._files = QtWidgets.QVBoxLayout()
        self._files.setSpacing(4)
        column.addLayout(self._files)
        self._replies = QtWidgets.QVBoxLayout()
        self._replies.setContentsMargins(14, 0, 0, 0)
        self._replies.setSpacing(7)
        column.addLayout(self._replies)

    def show_replies(self, replies: Iterable[Mapping[str, Any]]) -> None:
        for reply in replies:
            self._replies.addLayout(_heading(reply, self._portraits, None))
            self._replies.addWidget(words.label(str(reply.get("content") or ""), wrap=True))

    def show_attachments(self, attachments: Iterable[Mapping[str, Any]]) -> None:
        for attachment in attachments:
            row = AttachmentRow(attachment, self._downloads)
            self.attachments.append(row)
            self._files.addWidget(row)


def _heading(
    entity: Mapping[str, Any], portraits: ThumbnailLoader, statuses: Optional[Statuses]
) -> QtWidgets.QHBoxLayout:
    """Who wrote it, when, and whether it is still open."""
    author = entity.get("user") or entity.get("created_by")
    row = QtWidgets.QHBoxLayout()
    row.setSpacing(8)
    row.addWidget(Portrait(author, entity.get("user.HumanUser.image"), portraits))
    both = QtWidgets.QVBoxLayout()
    both.setSpacing(0)
    person = words.ElidedLabel(words.name(author) or "Somebody")
    person.setStyleSheet("font-weight: 600;")
    both.addWidget(person)
    both.addWidget(words.label(words.moment(entity.get("created_at")), "faint"))
    row.addLayout(both, 1)
    code = str(entity.get("sg_status_list") or "")
    if statuses is not None and code:
        row.addWidget(words.label(statuses.name(code), "faint"))
    return row
