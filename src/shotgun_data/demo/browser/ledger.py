"""Which request was made for whom: turns a retriever's two signals into the call of one function each."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Optional, Set

from shotgun_data import ShotgunDataRetriever
from shotgun_data.qt.binding import QtCore

Done = Callable[[Dict[str, Any]], None]
Failed = Callable[[str], None]
Progress = Callable[[int, Optional[int]], None]
Partial = Callable[[Dict[str, Any]], None]

_TELL_EVERY = 100  # milliseconds between two updates of the figures


@dataclass(frozen=True)
class _Entry:
    done: Done
    failed: Failed
    progress: Optional[Progress]
    partial: Optional[Partial]


class Ledger(QtCore.QObject):
    """All requests of the window that have no outcome yet. Lives in the GUI thread, like all who use it."""

    #: The figures have changed; at most ten times a second.
    changed = QtCore.Signal()
    #: Nothing is waited for any more, and what the last answer led to has been asked for.
    idle = QtCore.Signal()
    #: Whoever was told of a failure failed in turn: ``(str message)``.
    unexpected = QtCore.Signal(str)

    def __init__(self, retriever: ShotgunDataRetriever, parent: Optional[QtCore.QObject] = None) -> None:
        super().__init__(parent)
        self.retriever = retriever
        self._entries: Dict[str, _Entry] = {}
        self._unawaited: Set[str] = set()
        self._closed = False
        self._tell = QtCore.QTimer(self)
        self._tell.setInterval(_TELL_EVERY)
        self._tell.timeout.connect(self._tell_changed)
        self._rest = QtCore.QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(0)
        self._rest.timeout.connect(self._tell_idle)
        retriever.work_completed.connect(self._completed)
        retriever.work_failure.connect(self._failure)
        retriever.work_progress.connect(self._progress)
        retriever.work_partial.connect(self._partial)

    @property
    def pending(self) -> int:
        """Requests without an outcome that somebody waits for."""
        return len(self._entries) - len(self._unawaited)

    def expect(
        self,
        uid: Optional[str],
        done: Done,
        failed: Failed,
        progress: Optional[Progress] = None,
        partial: Optional[Partial] = None,
        awaited: bool = True,
    ) -> Optional[str]:
        """Have one of the functions called with the outcome of this request; gives the uid back.

        :param uid: what the retriever's method returned; None, from one that was stopped, is ignored.
        :param partial: called with the rows of a find as they come.
        :param awaited: whether somebody waits for it: without that it is not counted as pending.
        """
        if uid:
            self._entries[uid] = _Entry(done, failed, progress, partial)
            if not awaited:
                self._unawaited.add(uid)
            if not self._tell.isActive():
                self._tell.start()
        return uid

    def set_priority(self, uid: str, priority: int, awaited: bool) -> None:
        """Move a request that waits, as the retriever does, and note whether somebody waits for it."""
        if uid not in self._entries:
            return
        self.retriever.set_priority(uid, priority)
        if awaited:
            self._unawaited.discard(uid)
        else:
            self._unawaited.add(uid)
            self._maybe_idle()

    def drop(self, uid: Optional[str]) -> None:
        """Stop a request: none of its functions is called any more."""
        if uid and self._pop(uid) is not None:
            self.retriever.stop_work(uid)
            self._maybe_idle()

    def close(self) -> None:
        """Stop everything, for good, without making anybody wait who looks at a window.

        Where a call is under way that a slow site may take a minute to answer, the retriever is deleted and not
        stopped: its threads end by themselves.
        """
        if self._closed:
            return
        self._closed = True
        self._entries.clear()
        self._unawaited.clear()
        self._tell.stop()
        self._rest.stop()
        if not self.retriever.statistics.running:
            self.retriever.stop()
        # In any case here and now in this thread, and not in whichever thread Python's garbage collector runs.
        self.retriever.deleteLater()

    # --------------------------------------------------------------------------------------------------

    def _pop(self, uid: str) -> Optional[_Entry]:
        self._unawaited.discard(uid)
        return self._entries.pop(uid, None)

    def _completed(self, uid: str, request_type: str, data: Dict[str, Any]) -> None:
        entry = self._pop(uid)
        if entry is None:
            return
        try:
            entry.done({**data, "request_type": request_type})
        except Exception as error:  # noqa: BLE001 - what a site answers is not ours to trust; it is shown, not printed
            self._hand_over(functools.partial(entry.failed, _useless(error)))
        self._maybe_idle()

    def _failure(self, uid: str, message: str) -> None:
        entry = self._pop(uid)
        if entry is not None:
            self._hand_over(functools.partial(entry.failed, message))

    def _partial(self, uid: str, _request_type: str, data: Dict[str, Any]) -> None:
        entry = self._entries.get(uid)
        if entry is None or entry.partial is None:
            return
        try:
            entry.partial(data)
        except Exception as error:  # noqa: BLE001 - as above; the rest of the rows would be of no more use
            self.drop(uid)
            self._hand_over(functools.partial(entry.failed, _useless(error)))

    def _progress(self, uid: str, received: int, total: Optional[int]) -> None:
        entry = self._entries.get(uid)
        if entry is not None and entry.progress is not None:
            entry.progress(received, total)

    def _hand_over(self, function: Callable[[], None]) -> None:
        try:
            function()
        except Exception as error:  # noqa: BLE001 - shown, and not printed
            self.unexpected.emit(f"Something unexpected happened: {type(error).__name__}: {error}")
        self._maybe_idle()

    def _maybe_idle(self) -> None:
        if not self.pending and not self._closed:
            self._rest.start()

    def _tell_changed(self) -> None:
        if not self._entries:
            self._tell.stop()
        self.changed.emit()

    def _tell_idle(self) -> None:
        if not self.pending:
            self.idle.emit()


def _useless(error: Exception) -> str:
    return f"the site's answer cannot be used ({type(error).__name__}: {error})."


def rows(data: Mapping[str, Any]) -> List[Dict[str, Any]]:
    """The entities that a find returned.

    :raises ValueError: it returned something else; raised in a function that was called with an answer, this makes
        the request a failed one.
    """
    entities = data["sg"]
    if not isinstance(entities, list) or not all(isinstance(one, dict) and "id" in one for one in entities):
        raise ValueError("a list of entities was expected")
    return entities


class Batch:
    """Requests that belong together, and are dropped together."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._uids: Set[str] = set()

    @property
    def retriever(self) -> ShotgunDataRetriever:
        return self._ledger.retriever

    def __len__(self) -> int:
        return len(self._uids)

    def expect(
        self,
        uid: Optional[str],
        done: Done,
        failed: Failed,
        progress: Optional[Progress] = None,
        partial: Optional[Partial] = None,
    ) -> Optional[str]:
        """As :meth:`Ledger.expect`."""
        if not uid:
            return uid
        self._uids.add(uid)

        def first_forget(function: Callable[[Any], None], argument: Any) -> None:
            self._uids.discard(uid)
            function(argument)

        return self._ledger.expect(
            uid, functools.partial(first_forget, done), functools.partial(first_forget, failed), progress, partial
        )

    def drop(self) -> None:
        """Stop all of them."""
        uids, self._uids = self._uids, set()
        for uid in uids:
            self._ledger.drop(uid)
