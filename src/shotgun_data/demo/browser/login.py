"""Asks who one is, and tries it: the dialog stays until the site has let one in."""

from __future__ import annotations

from typing import Any, Dict, Optional

from shotgun_data import Settings, ShotgunDataRetriever
from shotgun_data.qt.binding import QtCore, QtGui, QtWidgets

from . import connection, words
from .ledger import Ledger


class LoginDialog(QtWidgets.QDialog):
    """Site, login and password. The password is handed to the connection, and kept nowhere else.

    :param url: the site to begin with; may be empty.
    """

    #: The site has let one in: ``(ShotgunDataRetriever, str url)``.
    entered = QtCore.Signal(object, str)

    def __init__(self, url: str, settings: Settings, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._ledger: Optional[Ledger] = None
        self.setWindowTitle("Log in - shotgun-data")
        self.site = QtWidgets.QLineEdit(url)
        self.site.setPlaceholderText("https://mystudio.shotgrid.autodesk.com")
        self.login = QtWidgets.QLineEdit()
        self.password = QtWidgets.QLineEdit()
        self.password.setEchoMode(QtWidgets.QLineEdit.EchoMode.Password)
        self.message = words.label("", "error", wrap=True)
        self.message.hide()
        self.enter = QtWidgets.QPushButton("Log in")
        self.enter.setProperty("kind", "main")
        self.enter.setDefault(True)
        self.enter.clicked.connect(lambda *_: self.try_to_enter())
        cancel = QtWidgets.QPushButton("Cancel")
        cancel.clicked.connect(self.reject)
        form = QtWidgets.QFormLayout()
        form.setVerticalSpacing(9)
        form.setFieldGrowthPolicy(QtWidgets.QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow("Site", self.site)
        form.addRow("Login", self.login)
        form.addRow("Password", self.password)
        buttons = QtWidgets.QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.enter)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(14)
        column.addLayout(form)
        column.addWidget(self.message)
        column.addLayout(buttons)
        self.setMinimumWidth(440)
        (self.login if url else self.site).setFocus()

    def try_to_enter(self) -> None:
        """Ask the site whether it knows this login and password."""
        if self._ledger is not None:
            return
        login = self.login.text().strip()
        if not login or not self.password.text():
            self._refuse("Type your login and your password.")
            return
        try:
            url = connection.checked(self.site.text())
            sg = connection.connect(url, login=login, password=self.password.text())
            retriever = ShotgunDataRetriever(sg=sg, settings=self._settings)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told in the dialog
            self._refuse(str(error))
            return
        self._ledger = Ledger(retriever, self)
        self._set_busy(True)
        retriever.start()

        def done(data: Dict[str, Any]) -> None:
            ledger, self._ledger = self._ledger, None
            assert ledger is not None
            ledger.deleteLater()  # and not closed: the retriever goes on, with the window
            self.password.clear()
            self.entered.emit(retriever, url)
            self.accept()

        def failed(message: str) -> None:
            self._leave()
            self._refuse(message)

        self._ledger.expect(retriever.execute_find_one("HumanUser", [["login", "is", login]], ["name"]), done, failed)

    def reject(self) -> None:
        self._leave()
        super().reject()

    def closeEvent(self, event: QtGui.QCloseEvent) -> None:
        self._leave()
        super().closeEvent(event)

    # --------------------------------------------------------------------------------------------------

    def _leave(self) -> None:
        ledger, self._ledger = self._ledger, None
        if ledger is not None:
            ledger.close()
            ledger.deleteLater()
        self._set_busy(False)

    def _set_busy(self, busy: bool) -> None:
        for field in (self.site, self.login, self.password):
            field.setEnabled(not busy)
        self.enter.setEnabled(not busy)
        self.enter.setText("Logging in…" if busy else "Log in")
        if busy:
            self.message.hide()

    def _refuse(self, message: str) -> None:
        self.message.setText(message)
        self.message.show()
        self.adjustSize()
        self.password.setFocus()
        self.password.selectAll()
