"""Labels for what a site says: always as plain text, and elided where there is no room."""

from __future__ import annotations

import datetime
import html
from typing import Any, Iterable, Mapping, Optional

from shotgun_data.qt.binding import QtCore, QtGui, QtWidgets


def label(text: str = "", kind: str = "", wrap: bool = False) -> QtWidgets.QLabel:
    """A label for any text of the site's: one that looks like HTML is shown as it is written.

    :param kind: ``faint``, ``section`` or ``error`` of the style sheet.
    """
    made = QtWidgets.QLabel()
    made.setTextFormat(QtCore.Qt.TextFormat.PlainText)
    made.setText(text)
    made.setWordWrap(wrap)
    if wrap:
        made.setTextInteractionFlags(QtCore.Qt.TextInteractionFlag.TextSelectableByMouse)
        # Else a word that is longer than the pane would make the pane wider.
        made.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Preferred)
    if kind:
        made.setProperty("kind", kind)
    return made


class ElidedLabel(QtWidgets.QLabel):
    """One line that is cut off with an ellipsis, and shown whole in its tool tip."""

    def __init__(
        self,
        text: str = "",
        mode: QtCore.Qt.TextElideMode = QtCore.Qt.TextElideMode.ElideRight,
        parent: Optional[QtWidgets.QWidget] = None,
    ) -> None:
        super().__init__(parent)
        self._mode = mode
        self.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Preferred)
        self.show_text(text)

    def show_text(self, text: str) -> None:
        self.setText(text)
        self.setToolTip(f"<qt>{html.escape(text)}</qt>" if text else "")

    def paintEvent(self, _event: QtGui.QPaintEvent) -> None:
        painter = QtGui.QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        text = self.fontMetrics().elidedText(" ".join(self.text().split()), self._mode, self.width())
        alignment = QtCore.Qt.AlignmentFlag.AlignVCenter | QtCore.Qt.AlignmentFlag.AlignLeft
        painter.drawText(self.rect(), int(alignment), text)
        painter.end()


def names(links: Optional[Iterable[Mapping[str, Any]]]) -> str:
    """The names of links, in a row."""
    return ", ".join(str(link.get("name") or link.get("id")) for link in links or ())


def name(link: Optional[Mapping[str, Any]]) -> str:
    return str(link.get("name") or "") if link else ""


def moment(value: Any) -> str:
    """A date or a time as people read it, in the time zone of this computer."""
    if isinstance(value, datetime.datetime):
        local = value.astimezone() if value.tzinfo else value
        return local.strftime("%d %b %Y, %H:%M").lstrip("0")
    if isinstance(value, datetime.date):
        return value.strftime("%d %b %Y").lstrip("0")
    try:
        return moment(datetime.date.fromisoformat(str(value))) if value else ""
    except ValueError:
        return str(value)


def size(count: Optional[int]) -> str:
    """A number of bytes as people read it."""
    if count is None:
        return ""
    amount = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "bytes" or amount >= 100 else f"{amount:.1f} {unit}"
