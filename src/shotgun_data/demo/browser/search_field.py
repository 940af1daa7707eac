"""Search: narrows what is loaded as one types, and on Enter asks the whole site."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional

from shotgun_data.qt.binding import QtCore, QtGui, QtWidgets

from .ledger import Batch, Ledger

_MATCH = int(QtCore.Qt.ItemDataRole.UserRole) + 1
_SHORTEST = 3  # letters: sites ignore shorter words
_MOST = 25
_NARROW_AFTER = 120  # milliseconds


class SearchField(QtWidgets.QLineEdit):
    """Shows what the site found in a list below itself."""

    #: What is typed has changed, and rests: ``(str text)``.
    narrowed = QtCore.Signal(str)
    #: The user wants to see this one: ``(dict match)`` with ``type``, ``id``, ``name`` and ``project_id``.
    match_chosen = QtCore.Signal(object)
    #: ``(str message, object what to call to try again)``
    failed = QtCore.Signal(str, object)

    def __init__(self, ledger: Ledger, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self._batch = Batch(ledger)
        self.setPlaceholderText("Search shots; Enter searches the whole site")
        self.setClearButtonEnabled(True)
        self.setMinimumWidth(130)
        self.setMaximumWidth(420)
        self.setAccessibleName("Search")
        self.results = QtWidgets.QListWidget(self)
        self.results.setObjectName("results")
        self.results.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.results.setTextElideMode(QtCore.Qt.TextElideMode.ElideRight)
        self.results.setAccessibleName("Found on the site")
        self.results.hide()
        self.results.itemActivated.connect(self._activated)
        self.results.itemClicked.connect(self._activated)
        self._timer = QtCore.QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_NARROW_AFTER)
        self._timer.timeout.connect(lambda: self.narrowed.emit(self.text()))
        self.textChanged.connect(self._text_changed)
        self.returnPressed.connect(self._return_pressed)

    @property
    def resting(self) -> bool:
        """Whether what was typed has not been applied yet."""
        return self._timer.isActive()

    def search_site(self) -> None:
        """Ask the site for what is typed, in all projects."""
        text = self.text().strip()
        self._batch.drop()
        if not any(len(word) >= _SHORTEST for word in text.split()):
            self._show_words(f"Type at least {_SHORTEST} letters to search the whole site.")
            return
        self._show_words("Searching the site…")

        def failed(message: str) -> None:
            self.hide_results()
            self.failed.emit(f"The search failed: {message}", self.search_site)

        self._batch.expect(
            self._batch.retriever.execute_text_search(text, {"Shot": [], "Sequence": []}, limit=_MOST),
            lambda data: self._show_matches(data["sg"].get("matches") or []),
            failed,
        )

    def hide_results(self) -> None:
        self._batch.drop()
        self.results.hide()

    # --------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        key = event.key()
        shown = self.results.isVisible()
        if key == QtCore.Qt.Key.Key_Escape:
            if shown:
                self.hide_results()
            else:
                self.clear()
            event.accept()
        elif shown and key in (QtCore.Qt.Key.Key_Down, QtCore.Qt.Key.Key_Up):
            step = 1 if key == QtCore.Qt.Key.Key_Down else -1
            row = max(0, min(self.results.count() - 1, self.results.currentRow() + step))
            self.results.setCurrentRow(row)
            event.accept()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QtGui.QFocusEvent) -> None:
        super().focusOutEvent(event)
        if not self.results.hasFocus():
            self.results.hide()

    def _text_changed(self, _text: str) -> None:
        self.hide_results()
        self._timer.start()

    def _return_pressed(self) -> None:
        item = self.results.currentItem()
        if self.results.isVisible() and item is not None and item.data(_MATCH):
            self._activated(item)
        else:
            self.search_site()

    def _show_matches(self, matches: List[Mapping[str, Any]]) -> None:
        if not matches:
            self._show_words("Nothing found on the site.")
            return
        self.results.clear()
        for match in matches:
            links = match.get("links") or ()
            behind = f"  ·  {links[-1]}" if links and links[-1] else ""
            item = QtWidgets.QListWidgetItem(f"{match.get('name')}    {match.get('type')}{behind}")
            item.setData(_MATCH, match)
            self.results.addItem(item)
        self._pop_up()

    def _show_words(self, words: str) -> None:
        self.results.clear()
        item = QtWidgets.QListWidgetItem(words)
        item.setFlags(QtCore.Qt.ItemFlag.NoItemFlags)
        self.results.addItem(item)
        self._pop_up()

    def _pop_up(self) -> None:
        """Below the field, over whatever is there; not a window of its own, which would take the keyboard."""
        window = self.window()
        self.results.setParent(window)
        corner = self.mapTo(window, QtCore.QPoint(0, self.height() + 2))
        rows = min(self.results.count(), 10)
        height = rows * max(24, self.results.sizeHintForRow(0)) + 6
        self.results.setGeometry(corner.x(), corner.y(), max(self.width(), 260), height)
        self.results.show()
        self.results.raise_()

    def _activated(self, item: QtWidgets.QListWidgetItem) -> None:
        match: Optional[Dict[str, Any]] = item.data(_MATCH)
        if match:
            self.hide_results()
            self.match_chosen.emit(match)
