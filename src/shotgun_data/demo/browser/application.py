"""Runs the window as a program: with a screen, or into a picture."""

from __future__ import annotations

import dataclasses
import gc
import os
import signal
import socket
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, List, Optional, Tuple

from shotgun_data import Settings, ShotgunDataRetriever, TankError
from shotgun_data.qt.binding import QtCore, QtWidgets

from . import connection, theme
from .embedded import KEY, SCRIPT, EmbeddedSiteProcess
from .login import LoginDialog
from .snapshot import Snapshot
from .window import BrowserWindow

_SWITCH = 0.001  # seconds


@dataclass(frozen=True)
class Options:
    """What the command line says.

    :param demo: browse the embedded site.
    :param shots: how many the embedded site has.
    :param project: the name of the project to open.
    :param png: where to paint the window; None for a window on a screen.
    :param size: of the window, in pixels.
    """

    demo: bool = False
    shots: int = 240
    project: Optional[str] = None
    png: Optional[str] = None
    size: Optional[Tuple[int, int]] = None


def has_screen() -> bool:
    """Whether a window could be opened here."""
    if os.environ.get("QT_QPA_PLATFORM", "").split(":")[0] in ("offscreen", "minimal"):
        return False
    if sys.platform in ("win32", "darwin", "cygwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def keep_pauses_short(window: BrowserWindow) -> None:
    """Keep short what holds up all threads, and with them the one that paints.

    A thread that wants the interpreter's lock back asks for it after a switch interval, which is 5 ms, and painting
    lets go of the lock at each step: with 1 ms the pauses while four threads decode shots were shorter by a third.
    And what is there for good is taken out of the garbage collector's sight: a full collection goes through all that
    the program imported and all shots, which took 50 ms in the middle of scrolling. What is freed by its last
    reference, as shots are, is freed all the same.
    """
    sys.setswitchinterval(_SWITCH)
    gc.freeze()
    window.loader.finished.connect(gc.freeze)


def run(options: Options) -> int:
    """Show the window until it is closed, or paint it; gives the exit code.

    :raises connection.CannotConnect: there is no telling which site, or how to enter it.
    """
    access = None if options.demo else connection.from_environment()
    if access is not None and access.key is None and options.png is not None:
        raise connection.CannotConnect(
            f"Without a screen one cannot log in: set {connection.SCRIPT} and {connection.KEY}."
        )
    if options.png is not None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    QtWidgets.QApplication.setApplicationName("shotgun-data")
    app: Any = QtWidgets.QApplication.instance() or QtWidgets.QApplication(["shotgun-data"])
    theme.apply(app)
    program = _Program(app, options, access)
    with _Interruptible(program.leave):
        QtCore.QTimer.singleShot(0, program.begin)
        loop = getattr(app, "exec", None) or app.exec_
        loop()
    program.end()
    return program.code


class _Program(QtCore.QObject):
    """The site, the login and the window, one after another."""

    def __init__(self, app: QtWidgets.QApplication, options: Options, access: Optional[connection.SiteAccess]) -> None:
        super().__init__()
        self.code = 0
        self._app = app
        self._options = options
        self._access = access
        self._settings = Settings()
        self._embedded: Optional[EmbeddedSiteProcess] = None
        self._login: Optional[LoginDialog] = None
        self._window: Optional[BrowserWindow] = None
        self._snapshot: Optional[Snapshot] = None
        self._excepthook = sys.excepthook
        app.setQuitOnLastWindowClosed(options.png is None)

    def begin(self) -> None:
        sys.excepthook = self._unexpected
        try:
            if self._access is None:
                self._embedded = EmbeddedSiteProcess(self._options.shots, self)
                self._embedded.ready.connect(self._open_embedded)
                self._embedded.failed.connect(self._embedded_failed)
                self._embedded.start()
                # Before the site is there no window is: closing none must not end the program.
                self._app.setQuitOnLastWindowClosed(False)
            elif self._access.key is not None:
                self._open(ShotgunDataRetriever(sg=self._access.connect(), settings=self._settings), self._access.url)
            else:
                self._login = LoginDialog(self._access.url, self._settings)
                self._login.entered.connect(self._open)
                self._login.show()
        except (connection.CannotConnect, TankError) as error:
            self._give_up(str(error))

    def leave(self) -> None:
        """Close everything: Ctrl-C, or the end of the terminal."""
        self.code = 130
        if self._window is not None:
            self._window.close()
        self._app.quit()

    def end(self) -> None:
        """What is left to do when the event loop has ended."""
        sys.excepthook = self._excepthook
        if self._window is not None:
            self._window.close()
            self._window.deleteLater()
        if self._login is not None:
            self._login.close()
        if self._embedded is not None:
            self._embedded.stop()
        # The event loop has ended, and nobody else deletes what was to be deleted later.
        kind: Any = QtCore.QEvent.Type.DeferredDelete
        QtCore.QCoreApplication.sendPostedEvents(None, int(getattr(kind, "value", kind)))

    # --------------------------------------------------------------------------------------------------

    def _open_embedded(self, url: str, cache: str) -> None:
        self._app.setQuitOnLastWindowClosed(self._options.png is None)
        sg = connection.connect(url, script_name=SCRIPT, api_key=KEY)
        if self._settings.cache_dir is None:
            self._settings = dataclasses.replace(self._settings, cache_dir=Path(cache))
        self._open(ShotgunDataRetriever(sg=sg, settings=self._settings), url)

    def _open(self, retriever: ShotgunDataRetriever, url: str) -> None:
        name = "embedded site" if self._embedded is not None else connection.host(url)
        self._window = BrowserWindow(retriever, name, self._options.project)
        if self._options.size is not None:
            self._window.resize(*self._options.size)
        if self._options.png is not None:
            self._snapshot = Snapshot(self._window, self._options.png, self)
            self._snapshot.done.connect(self._painted)
            self._snapshot.start()
        self._window.show()

        keep_pauses_short(self._window)

    def _painted(self, well: bool, lines: List[str]) -> None:
        print("\n".join(lines), flush=True)
        self.code = 0 if well else 1
        self._app.quit()

    def _embedded_failed(self, message: str) -> None:
        if self._window is None:
            self._give_up(message)
        else:
            self._window.errors.show_error(message)

    def _give_up(self, message: str) -> None:
        print(message, file=sys.stderr, flush=True)
        self.code = 1
        self._app.quit()

    def _unexpected(self, kind: Any, error: BaseException, trace: Any) -> None:
        if self._window is None or not issubclass(kind, Exception):
            self._excepthook(kind, error, trace)
            return
        frames = traceback.extract_tb(trace)
        where = f" ({os.path.basename(frames[-1].filename)}, line {frames[-1].lineno})" if frames else ""
        self._window.errors.show_error(f"Something unexpected happened: {kind.__name__}: {error}{where}")


class _Interruptible:
    """While it lasts, SIGINT and SIGTERM call a function inside Qt's event loop.

    Python runs its handlers between two instructions of its own, and Qt's loop may not come to one for hours: the
    signal wakes it through a socket.
    """

    def __init__(self, function: Callable[[], None]) -> None:
        self._function = function
        self._old: List[Tuple[int, Any]] = []

    def __enter__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        for end in (self._reader, self._writer):
            end.setblocking(False)
        self._notifier = QtCore.QSocketNotifier(self._reader.fileno(), QtCore.QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._woken)
        self._old_fd = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            self._old.append((number, signal.signal(number, lambda *_: self._function())))

    def __exit__(self, *_: object) -> None:
        for number, handler in self._old:
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._old_fd)
        self._notifier.setEnabled(False)
        self._reader.close()
        self._writer.close()

    def _woken(self, *_: object) -> None:
        try:
            self._reader.recv(64)  # and with that, Python has run the handler
        except BlockingIOError:
            pass
