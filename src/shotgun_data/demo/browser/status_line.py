"""The line at the bottom: what is queued, running, cached, downloaded and failed."""

from __future__ import annotations

import time
from typing import Dict, Optional

from shotgun_data.qt.binding import QtCore, QtGui, QtWidgets

from . import theme
from .ledger import Ledger


class StatusLine(QtWidgets.QFrame):
    """Figures of the retriever, and of the grid."""

    def __init__(self, ledger: Ledger, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusBar")
        self._ledger = ledger
        self._loaded_at: Optional[float] = None
        self._labels: Dict[str, QtWidgets.QLabel] = {}
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 4)
        row.setSpacing(16)
        self._shots = _label()
        # May be cut off in a narrow window, and does not keep it from being narrow.
        self._shots.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Preferred)
        row.addWidget(self._shots, 1)
        for name in ("queued", "running", "from cache", "downloaded", "failed"):
            self._labels[name] = _label()
            row.addWidget(self._labels[name])
        self._age = _label()
        row.addWidget(self._age)
        ledger.changed.connect(self.refresh)
        ledger.idle.connect(self.refresh)
        self._clock = QtCore.QTimer(self)
        self._clock.setInterval(10_000)
        self._clock.timeout.connect(self._refresh_age)
        self._clock.start()
        self.refresh()

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        super().resizeEvent(event)
        # What is said elsewhere, or matters least, goes first: half a word tells nothing.
        width = event.size().width()
        self._age.setVisible(width >= 700)
        self._shots.setVisible(width >= 540)
        for name in ("from cache", "queued"):
            self._labels[name].setVisible(width >= 480)

    def tell_shots(self, text: str) -> None:
        """How many shots are shown."""
        self._shots.setText(text)

    def loaded_now(self) -> None:
        """Everything has just been read from the site."""
        self._loaded_at = time.monotonic()
        self._refresh_age()

    def texts(self) -> Dict[str, str]:
        """What the figures say, by their name."""
        return {name: label.text() for name, label in self._labels.items()}

    def refresh(self) -> None:
        figures = self._ledger.retriever.statistics
        for name, number in (
            ("queued", figures.waiting),
            ("running", figures.running),
            ("from cache", figures.found),
            ("downloaded", figures.downloaded),
            ("failed", figures.failed),
        ):
            self._labels[name].setText(f"{number} {name}")
        self._labels["failed"].setStyleSheet(f"color: {theme.DANGER}" if figures.failed else "")

    def _refresh_age(self) -> None:
        if self._loaded_at is None:
            return
        minutes = int((time.monotonic() - self._loaded_at) // 60)
        self._age.setText("loaded just now" if minutes < 1 else f"loaded {minutes} min ago")


def _label() -> QtWidgets.QLabel:
    label = QtWidgets.QLabel()
    label.setTextFormat(QtCore.Qt.TextFormat.PlainText)
    label.setProperty("kind", "faint")
    return label
