"""Asks for the thumbnails that somebody looks at, first for those that are looked at most, and for the next ones."""

from __future__ import annotations

import functools
from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Set, Tuple

from shotgun_data.qt.binding import QtCore, QtGui

from .ledger import Ledger
from .outlook import Outlook
from .pictures import PictureCache

Key = Tuple[str, int]
Finish = Callable[[QtGui.QImage], QtGui.QImage]

#: Places among the requests for thumbnails: in the middle of the view, in view, not yet in view, no longer in view.
_MIDDLE, _AROUND, _AHEAD, _PASSED = 1, 0, -1000, -2000
#: So many that were passed are kept, below all others: one often scrolls back, and a download that has begun is let
#: finish rather than its connection thrown away. Of a run through ten thousand shots only the last are worth having.
_MOST_PASSED = 200


class Wanted(NamedTuple):
    """The thumbnail of an entity, and what ``find`` returned for its field ``image``."""

    entity_type: str
    entity_id: int
    url: Optional[str]

    @property
    def key(self) -> Key:
        return (self.entity_type, self.entity_id)

    @property
    def file(self) -> str:
        """What stays the same while the url's signature changes from find to find."""
        return (self.url or "").partition("?")[0]


class State(Enum):
    """What a tile has to show."""

    LOADING = "loading"
    READY = "ready"
    NONE = "none"
    FAILED = "failed"


@dataclass
class _Asked:
    uid: str
    one: Wanted
    size: QtCore.QSize
    priority: int


class ThumbnailLoader(QtCore.QObject):
    """The thumbnails of one view, decoded by the retriever's threads at the size at which they are shown.

    :param size: in device pixels: what pictures are decoded to fit into.
    :param finish: makes the picture that is kept of a decoded image, in the GUI thread.
    :param max_bytes: memory for pictures.
    :param most_ahead: how many may be waited for that nobody looks at yet. No more than ``Settings.max_prefetch``:
        of those that the retriever drops by itself nobody hears.
    """

    #: The state of one has changed: ``(str entity_type, int entity_id)``.
    changed = QtCore.Signal(str, int)

    def __init__(
        self,
        ledger: Ledger,
        size: QtCore.QSize,
        finish: Finish,
        max_bytes: int = 96 * 1024**2,
        parent: Optional[QtCore.QObject] = None,
        most_ahead: int = 500,
    ) -> None:
        super().__init__(parent)
        self._ledger = ledger
        self._size = QtCore.QSize(size)
        self._finish = finish
        self._most_ahead = most_ahead
        self._cache = PictureCache(max_bytes)
        self._asked: Dict[Key, _Asked] = {}
        self._ahead: Set[Key] = set()  # asked for as prefetches, and never looked at
        self._passed: OrderedDict[Key, None] = OrderedDict()  # asked for, and out of view again
        self._states: Dict[Key, State] = {}
        self._messages: Dict[Key, str] = {}
        self.found = 0
        self.downloaded = 0

    @property
    def loading(self) -> int:
        """How many are looked at and have not come."""
        return sum(1 for asked in self._asked.values() if asked.priority >= _AROUND)

    @property
    def size(self) -> QtCore.QSize:
        """What pictures are decoded to fit into, in device pixels."""
        return QtCore.QSize(self._size)

    def picture(self, key: Key) -> Optional[QtGui.QImage]:
        """The picture, if it is in memory."""
        return self._cache.get(key)

    def state(self, key: Key) -> State:
        return self._states.get(key, State.LOADING)

    def message(self, key: Key) -> str:
        """Why one has failed."""
        return self._messages.get(key, "")

    def want(self, outlook: Outlook[Wanted]) -> None:
        """These are looked at, and these will be. One request of the retriever for all that is new in view, and one
        for all that is ahead.

        What is asked for and does not belong to them goes to the end of the queue, and is stopped when there is too
        much of it.
        """
        keep = {one.key for part in (outlook.middle, outlook.around, outlook.ahead) for one in part}
        for key in [key for key in self._asked if key not in keep and key not in self._passed]:
            self._move(key, _PASSED)
            self._passed[key] = None
        self._look_at(outlook)
        self._look_ahead(outlook.ahead)
        while len(self._passed) > _MOST_PASSED:
            self._stop(next(iter(self._passed)))

    def also_want(self, one: Wanted) -> None:
        """This one too is looked at."""
        if self._is_missing(one):
            self._request([one], _AROUND)

    def retry(self, key: Key) -> None:
        """Let one that has failed be asked for again."""
        if self._states.get(key) is State.FAILED:
            self._set(key, State.LOADING)

    def remake(self, size: QtCore.QSize, finish: Finish) -> None:
        """Pictures are shown at another size from now on: those in memory serve until the new ones are there."""
        self._size, self._finish = QtCore.QSize(size), finish
        self._forget()

    def reload(self) -> None:
        """Ask again for what has failed, or has changed on the site."""
        for key in [key for key, state in self._states.items() if state in (State.FAILED, State.NONE)]:
            self._states.pop(key)
        self._forget()

    def drop(self) -> None:
        """Nothing is looked at any more."""
        for key in list(self._asked):
            self._stop(key)

    # -- what is asked -----------------------------------------------------------------------------------

    def _look_at(self, outlook: Outlook[Wanted]) -> None:
        new: List[Wanted] = []
        for part, priority in ((outlook.middle, _MIDDLE), (outlook.around, _AROUND)):
            for one in part:
                if one.key in self._asked:
                    self._move(one.key, priority)
                    self._passed.pop(one.key, None)
                    self._ahead.discard(one.key)
                elif self._is_missing(one):
                    new.append(one)
        self._request(new, _AROUND)
        for one in outlook.middle:
            self._move(one.key, _MIDDLE)

    def _look_ahead(self, ahead: Sequence[Wanted]) -> None:
        new: List[Wanted] = []
        for one in ahead:
            if one.key in self._asked:
                self._move(one.key, _AHEAD)
                self._passed.pop(one.key, None)
            elif len(self._ahead) + len(new) < self._most_ahead and self._is_missing(one):
                new.append(one)
        self._request(new, _AHEAD)

    def _is_missing(self, one: Wanted) -> bool:
        key = one.key
        if one.url is None:
            self._set(key, State.NONE)
            return False
        state = self._states.get(key)
        if key in self._asked or state is State.FAILED:
            return False
        # Not missing: what is in memory, of the same file, and at the size now shown.
        return not (state is State.READY and self._cache.get(key) is not None and self._cache.tag(key) == one.file)

    def _request(self, several: Sequence[Wanted], priority: int) -> None:
        if not several:
            return
        ahead = priority == _AHEAD
        size = QtCore.QSize(self._size)
        uids = self._ledger.retriever.request_thumbnails(
            [{"type": one.entity_type, "id": one.entity_id, "image": one.url} for one in several],
            image_size=size,
            prefetch=ahead,
        )
        for one, uid in zip(several, uids):
            key = one.key
            self._ledger.expect(
                uid,
                functools.partial(self._arrived, key),
                functools.partial(self._failed, key),
                awaited=not ahead,
            )
            self._asked[key] = _Asked(uid, one, size, priority)
            self._states[key] = State.LOADING
            if ahead:
                self._ahead.add(key)

    def _move(self, key: Key, priority: int) -> None:
        asked = self._asked.get(key)
        if asked is not None and asked.priority != priority:
            asked.priority = priority
            self._ledger.set_priority(asked.uid, priority, awaited=priority >= _AROUND)

    def _stop(self, key: Key) -> None:
        asked = self._over(key)
        if asked is not None:
            self._ledger.drop(asked.uid)

    def _over(self, key: Key) -> Optional[_Asked]:
        self._ahead.discard(key)
        self._passed.pop(key, None)
        return self._asked.pop(key, None)

    def _forget(self) -> None:
        for key, state in list(self._states.items()):
            if state is State.READY:
                self._states[key] = State.LOADING

    # -- what comes --------------------------------------------------------------------------------------

    def _arrived(self, key: Key, data: Dict[str, Any]) -> None:
        asked = self._over(key)
        if asked is None:
            return
        if data["thumb_path"] is None:
            self._set(key, State.NONE)
            return
        if data["request_type"] == "check_thumbnail":
            self.found += 1
        else:
            self.downloaded += 1
        image = data["image"]
        if image is None or image.isNull():
            self._tell_failed(key, "This picture is of a kind that cannot be shown here.")
            return
        self._cache.put(key, self._finish(image), asked.one.file)
        if asked.size != self._size and asked.priority >= _AROUND:
            self._request([asked.one], asked.priority)  # decoded for the size that was shown when it was asked for
            self.changed.emit(*key)
        else:
            self._set(key, State.READY if asked.size == self._size else State.LOADING)

    def _failed(self, key: Key, message: str) -> None:
        if self._over(key) is not None:
            self._tell_failed(key, message)

    def _tell_failed(self, key: Key, message: str) -> None:
        self._messages[key] = message
        self._set(key, State.FAILED)

    def _set(self, key: Key, state: State) -> None:
        if self._states.get(key) is not state or state is State.READY:
            self._states[key] = state
            self.changed.emit(*key)

