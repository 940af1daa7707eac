"""Changes the status of shots: shown at once, taken back with the site's reason if the site refuses."""

from __future__ import annotations

import functools
from typing import Any, Dict, Optional, Set

from shotgun_data.qt.binding import QtCore

from .ledger import Ledger
from .shots_model import ShotsModel


class StatusChange(QtCore.QObject):
    """One change of a shot at a time."""

    #: The status of a shot is another one now, or is being saved or not any more: ``(int shot id)``.
    changed = QtCore.Signal(int)
    #: ``(str message, object what to call to try again)``
    failed = QtCore.Signal(str, object)

    def __init__(self, ledger: Ledger, model: ShotsModel, parent: Optional[QtCore.QObject] = None) -> None:
        super().__init__(parent)
        self._ledger = ledger
        self._model = model
        self._saving: Set[int] = set()

    def is_saving(self, shot_id: int) -> bool:
        return shot_id in self._saving

    def change(self, shot_id: int, code: str) -> None:
        """Give the shot this status, here at once and on the site when it answers."""
        shot = self._model.shot(shot_id)
        if shot is None or shot.status == code or shot_id in self._saving:
            return
        before = shot.status
        self._saving.add(shot_id)
        self._model.set_status(shot_id, code)
        self._ledger.expect(
            self._ledger.retriever.execute_update("Shot", shot_id, {"sg_status_list": code}),
            functools.partial(self._saved, shot_id),
            functools.partial(self._refused, shot_id, shot.code, before, code),
        )
        self.changed.emit(shot_id)

    def _saved(self, shot_id: int, data: Dict[str, Any]) -> None:
        self._saving.discard(shot_id)
        self._take(shot_id, data["sg"])

    def _refused(self, shot_id: int, name: str, before: str, code: str, message: str) -> None:
        self._saving.discard(shot_id)
        self._model.set_status(shot_id, before)
        self.changed.emit(shot_id)
        self.failed.emit(
            f"The status of {name} was not changed: {message}", functools.partial(self.change, shot_id, code)
        )
        # Where no answer came, the site may have changed it all the same: what it says now is the truth.
        self._ledger.expect(
            self._ledger.retriever.execute_find_one("Shot", [["id", "is", shot_id]], ["sg_status_list"]),
            functools.partial(self._reread, shot_id),
            lambda _message: None,
        )

    def _reread(self, shot_id: int, data: Dict[str, Any]) -> None:
        if data["sg"] and shot_id not in self._saving:
            self._take(shot_id, data["sg"])

    def _take(self, shot_id: int, entity: Dict[str, Any]) -> None:
        self._model.set_status(shot_id, str(entity.get("sg_status_list") or ""))
        self.changed.emit(shot_id)
