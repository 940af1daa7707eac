"""Downloads of attachments, which go on while one looks at other shots."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import Any, Dict, Mapping, Optional, Set

from shotgun_data.qt.binding import QtCore

from .ledger import Ledger

_TELL_EVERY = 60  # milliseconds: more often than this, a bar only costs


@dataclass(frozen=True)
class Download:
    """How far one is. ``path`` is set once it is there, ``error`` if it failed, ``uid`` while it is under way."""

    uid: Optional[str] = None
    received: int = 0
    total: Optional[int] = None
    path: Optional[str] = None
    error: Optional[str] = None


class Downloads(QtCore.QObject):
    """All of the window, by the id of the attachment."""

    #: ``(int attachment id)``
    changed = QtCore.Signal(int)

    def __init__(self, ledger: Ledger, parent: Optional[QtCore.QObject] = None) -> None:
        super().__init__(parent)
        self._ledger = ledger
        self._downloads: Dict[int, Download] = {}
        self._moved: Set[int] = set()
        self._tell = QtCore.QTimer(self)
        self._tell.setSingleShot(True)
        self._tell.setInterval(_TELL_EVERY)
        self._tell.timeout.connect(self._tell_progress)

    def of(self, attachment_id: int) -> Download:
        return self._downloads.get(attachment_id, Download())

    def start(self, attachment: Mapping[str, Any]) -> None:
        """Get the file of an attachment, from the cache or from the site."""
        number = int(attachment["id"])
        if self.of(number).uid:
            return
        uid = self._ledger.expect(
            self._ledger.retriever.request_attachment(attachment),
            functools.partial(self._arrived, number),
            functools.partial(self._failed, number),
            functools.partial(self._progress, number),
        )
        self._set(number, Download(uid=uid))

    def cancel(self, attachment_id: int) -> None:
        """Stop it; nothing of the file is kept."""
        self._ledger.drop(self.of(attachment_id).uid)
        self._set(attachment_id, Download())

    # --------------------------------------------------------------------------------------------------

    def _set(self, number: int, download: Download) -> None:
        self._downloads[number] = download
        self.changed.emit(number)

    def _arrived(self, number: int, data: Dict[str, Any]) -> None:
        self._set(number, Download(path=data["file_path"]))

    def _failed(self, number: int, message: str) -> None:
        self._set(number, Download(error=message))

    def _progress(self, number: int, received: int, total: Optional[int]) -> None:
        self._downloads[number] = replace(self.of(number), received=received, total=total)
        self._moved.add(number)
        if not self._tell.isActive():
            self._tell.start()

    def _tell_progress(self) -> None:
        moved, self._moved = self._moved, set()
        for number in moved:
            self.changed.emit(number)
