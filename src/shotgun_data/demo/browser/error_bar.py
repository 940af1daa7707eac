"""What went wrong, at the top of the window, until it is put away or tried again."""

from __future__ import annotations

from typing import Callable, Dict, List, Optional

from shotgun_data.qt.binding import QtCore, QtGui, QtWidgets

_MOST = 20


class ErrorBar(QtWidgets.QFrame):
    """The last error, and how many there are; one that repeats itself is told once."""

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self.setObjectName("errorBar")
        self._messages: List[str] = []
        self._again: Dict[str, Optional[Callable[[], object]]] = {}
        self._text = QtWidgets.QLabel()
        self._text.setTextFormat(QtCore.Qt.TextFormat.PlainText)  # what a site says is text, whatever it looks like
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(QtCore.Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Preferred)
        self._text.setMaximumHeight(96)
        self._retry = QtWidgets.QPushButton("Try again")
        self._retry.clicked.connect(self.try_again)
        copy = QtWidgets.QPushButton("Copy")
        copy.clicked.connect(self._copy)
        close = QtWidgets.QPushButton("Dismiss")
        close.clicked.connect(self.dismiss)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.addWidget(self._text, 1)
        for button in (self._retry, copy, close):
            row.addWidget(button, 0, QtCore.Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def messages(self) -> List[str]:
        """What is shown now, the oldest first."""
        return list(self._messages)

    def show_error(self, message: str, again: Optional[Callable[[], object]] = None) -> None:
        """Tell of an error.

        :param again: what the button that tries again calls.
        """
        if message in self._again:
            self._messages.remove(message)
        self._messages.append(message)
        self._again[message] = again
        for old in self._messages[:-_MOST]:
            self._again.pop(old, None)
        self._messages = self._messages[-_MOST:]
        self._refresh()

    def dismiss(self) -> None:
        """Put the errors away."""
        self._messages, self._again = [], {}
        self._refresh()

    def try_again(self) -> None:
        """Do once more all that failed, each once."""
        functions = list(dict.fromkeys(function for function in self._again.values() if function is not None))
        self.dismiss()
        for function in functions:
            function()

    def _copy(self) -> None:
        QtGui.QGuiApplication.clipboard().setText("\n".join(self._messages))

    def _refresh(self) -> None:
        self.setVisible(bool(self._messages))
        if self._messages:
            more = len(self._messages) - 1
            also = f"  (and {more} other error{'s' if more > 1 else ''})" if more else ""
            self._text.setText(self._messages[-1] + also)
            self._text.setToolTip("")
        self._retry.setVisible(any(self._again.values()))
