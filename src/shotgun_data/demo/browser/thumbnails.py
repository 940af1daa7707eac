"""Asks for the thumbnails that somebody looks at, and lets go of requests for those that nobody does any more."""

from __future__ import annotations

import functools
import urllib.parse
from enum import Enum
from typing import Any, Callable, Dict, Iterable, List, NamedTuple, Optional, Tuple

from shotgun_data.qt.binding import QtCore, QtGui

from .ledger import Ledger
from .pictures import PixmapCache

Key = Tuple[str, int]
Make = Callable[[QtGui.QImage], QtGui.QPixmap]


class Wanted(NamedTuple):
    """A thumbnail: of which entity, in which of its fields, and what ``find`` returned for that."""

    entity_type: str
    entity_id: int
    url: Optional[str]
    field: str = "image"

    @property
    def key(self) -> Key:
        return (self.entity_type, self.entity_id)


class State(Enum):
    """What a tile has to show."""

    LOADING = "loading"
    READY = "ready"
    NONE = "none"
    FAILED = "failed"


class ThumbnailLoader(QtCore.QObject):
    """The thumbnails of one view. Images are decoded in the retriever's threads, pixmaps made here.

    :param make: makes the picture that is shown of an image.
    :param max_bytes: memory for pictures.
    """

    #: The state of one has changed: ``(str entity_type, int entity_id)``.
    changed = QtCore.Signal(str, int)

    def __init__(
        self, ledger: Ledger, make: Make, max_bytes: int = 96 * 1024**2, parent: Optional[QtCore.QObject] = None
    ) -> None:
        super().__init__(parent)
        self._ledger = ledger
        self._make = make
        self._cache = PixmapCache(max_bytes)
        self._loading: Dict[Key, str] = {}
        self._states: Dict[Key, State] = {}
        self._messages: Dict[Key, str] = {}
        self.found = 0
        self.downloaded = 0

    @property
    def loading(self) -> int:
        """How many are asked for and have not come."""
        return len(self._loading)

    def picture(self, key: Key) -> Optional[QtGui.QPixmap]:
        """The picture, if it is in memory."""
        return self._cache.get(key)

    def state(self, key: Key) -> State:
        return self._states.get(key, State.LOADING)

    def message(self, key: Key) -> str:
        """Why one has failed."""
        return self._messages.get(key, "")

    def want(self, wanted: Iterable[Wanted]) -> None:
        """These are looked at, the first most; requests for others are dropped."""
        ordered: List[Wanted] = list(wanted)
        keys = {one.key for one in ordered}
        for key in [key for key in self._loading if key not in keys]:
            self._ledger.drop(self._loading.pop(key))
        for one in ordered:
            self._ask(one)

    def also_want(self, one: Wanted) -> None:
        """This one too is looked at."""
        self._ask(one)

    def retry(self, key: Key) -> None:
        """Let one that has failed be asked for again."""
        if self._states.get(key) is State.FAILED:
            self._set(key, State.LOADING)

    def remake(self, make: Make) -> None:
        """Pictures are shown at another size from now on: those in memory serve until the new ones are there."""
        self._make = make
        self._forget()

    def reload(self) -> None:
        """Ask again for what has failed, or has changed on the site."""
        for key in [key for key, state in self._states.items() if state in (State.FAILED, State.NONE)]:
            self._states.pop(key)
        self._forget()

    def drop(self) -> None:
        """Nothing is looked at any more."""
        self.want(())

    # --------------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        for key, state in list(self._states.items()):
            if state is State.READY:
                self._states[key] = State.LOADING

    def _ask(self, one: Wanted) -> None:
        key = one.key
        if one.url is None:
            self._set(key, State.NONE)
            return
        state = self._states.get(key)
        if key in self._loading or state is State.FAILED:
            return
        path = urllib.parse.urlsplit(one.url).path
        # In memory, of the same file, and at the size now shown; the urls of one file differ in their signature.
        if state is State.READY and self._cache.get(key) is not None and self._cache.tag(key) == path:
            return
        uid = self._ledger.expect(
            self._ledger.retriever.request_thumbnail(
                one.url, one.entity_type, one.entity_id, one.field, load_image=True
            ),
            functools.partial(self._arrived, key, path),
            functools.partial(self._failed, key),
        )
        if uid:
            self._loading[key] = uid
            self._states[key] = State.LOADING

    def _arrived(self, key: Key, path: str, data: Dict[str, Any]) -> None:
        self._loading.pop(key, None)
        if data["thumb_path"] is None:
            self._set(key, State.NONE)
            return
        if data["request_type"] == "check_thumbnail":
            self.found += 1
        else:
            self.downloaded += 1
        image = data["image"]
        if image is None or image.isNull():
            self._failed(key, "This picture is of a kind that cannot be shown here.")
            return
        self._cache.put(key, self._make(image), path)
        self._set(key, State.READY)

    def _failed(self, key: Key, message: str) -> None:
        self._loading.pop(key, None)
        self._messages[key] = message
        self._set(key, State.FAILED)

    def _set(self, key: Key, state: State) -> None:
        if self._states.get(key) is not state or state is State.READY:
            self._states[key] = state
            self.changed.emit(*key)
