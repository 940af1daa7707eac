"""An attached file: its name and size, a button to download it, a bar while that goes on, and where it is then."""

from __future__ import annotations

import html
import os
from typing import Any, Mapping, Optional

from shotgun_data.qt.binding import QtCore, QtGui, QtWidgets

from . import words
from .downloads import Downloads

_SMALL = 8


class AttachmentRow(QtWidgets.QWidget):
    """:param attachment: an Attachment with its ``this_file``."""

    def __init__(
        self, attachment: Mapping[str, Any], downloads: Downloads, parent: Optional[QtWidgets.QWidget] = None
    ) -> None:
        super().__init__(parent)
        self.attachment = attachment
        self._id = int(attachment["id"])
        self._downloads = downloads
        this_file = attachment.get("this_file") or {}
        self._web = this_file.get("url") if this_file.get("link_type") == "web" else None
        name = this_file.get("name") or attachment.get("filename") or attachment.get("display_name") or "File"
        self.name = words.ElidedLabel(str(name), QtCore.Qt.TextElideMode.ElideMiddle)
        self.bytes = words.label(words.size(attachment.get("file_size")), "faint")
        self.download = _button("Download", self._start)
        self.open = _button("Open", self._open)
        self.folder = _button("Folder", self._open_folder)
        self.bar = QtWidgets.QProgressBar()
        self.cancel = _button("Cancel", lambda: downloads.cancel(self._id))
        self.note = words.ElidedLabel(mode=QtCore.Qt.TextElideMode.ElideMiddle)
        top = QtWidgets.QHBoxLayout()
        top.setSpacing(_SMALL)
        top.addWidget(self.name, 1)
        for widget in (self.bytes, self.download, self.open, self.folder):
            top.addWidget(widget)
        progress = QtWidgets.QHBoxLayout()
        progress.setSpacing(_SMALL)
        progress.addWidget(self.bar, 1)
        progress.addWidget(self.cancel)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(top)
        column.addLayout(progress)
        column.addWidget(self.note)
        downloads.changed.connect(self._changed)
        self._refresh()

    def _changed(self, number: int) -> None:
        if number == self._id:
            self._refresh()

    def _refresh(self) -> None:
        download = self._downloads.of(self._id)
        under_way = download.uid is not None
        there = download.path is not None
        self.download.setVisible(not under_way and not there)
        self.download.setText("Try again" if download.error else "Open page" if self._web else "Download")
        for button in (self.open, self.folder):
            button.setVisible(there)
        self.bar.setVisible(under_way)
        self.cancel.setVisible(under_way)
        self.bar.setRange(0, 1000 if download.total else 0)
        if download.total:
            self.bar.setValue(min(1000, download.received * 1000 // download.total))
            self.bar.setFormat(f"{words.size(download.received)} of {words.size(download.total)}")
        self.note.setVisible(bool(download.error or download.path))
        self.note.show_text(download.error or download.path or "")
        kind = "error" if download.error else "faint"
        if self.note.property("kind") != kind:
            self.note.setProperty("kind", kind)
            self.note.style().unpolish(self.note)
            self.note.style().polish(self.note)
        if download.error:
            self.note.setToolTip(f"<qt>{html.escape(download.error)}</qt>")

    def _start(self) -> None:
        if self._web:
            url = QtCore.QUrl(str(self._web))
            # What a site links to is opened only where it is a page: not a file, not another program's scheme.
            if url.scheme() in ("http", "https"):
                QtGui.QDesktopServices.openUrl(url)
            return
        self._downloads.start(self.attachment)

    def _open(self) -> None:
        path = self._downloads.of(self._id).path
        if path:
            QtGui.QDesktopServices.openUrl(QtCore.QUrl.fromLocalFile(path))

    def _open_folder(self) -> None:
        path = self._downloads.of(self._id).path
        if path:
            QtGui.QDesktopServices.openUrl(QtCore.QUrl.fromLocalFile(os.path.dirname(path)))


def _button(text: str, slot: Any) -> QtWidgets.QPushButton:
    button = QtWidgets.QPushButton(text)
    button.setProperty("kind", "quiet")
    button.clicked.connect(lambda *_: slot())
    return button
