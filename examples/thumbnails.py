"""Every shot's thumbnail, as a file: what to do with ``image`` urls once a find has returned them.

    SHOTGUN_DATA_URL=http://127.0.0.1:8888 SHOTGUN_DATA_SCRIPT=demo SHOTGUN_DATA_KEY=demo \\
        python examples/thumbnails.py
"""

from __future__ import annotations

import os
import sys
from typing import Any

import shotgun_api3
from qtpy import QtCore

from shotgun_data import ShotgunDataRetriever


class Thumbnails(QtCore.QObject):
    """Finds shots, then asks for their thumbnails; says ``done`` after the last."""

    done = QtCore.Signal()

    def __init__(self, sg: Any) -> None:
        super().__init__()
        self._codes: dict[str, str] = {}
        self._retriever = ShotgunDataRetriever(self, sg)
        self._retriever.work_completed.connect(self._completed)
        self._retriever.work_failure.connect(self._failed)
        self._retriever.start()
        self._find = self._retriever.execute_find("Shot", [], ["code", "image"], limit=20)

    def _completed(self, uid: str, request_type: str, data: dict[str, Any]) -> None:
        if uid == self._find:
            for shot in data["sg"]:
                thumbnail = self._retriever.request_thumbnail(shot["image"], shot["type"], shot["id"], "image")
                self._codes[thumbnail] = shot["code"]
        else:
            # request_type tells whether it was on disk (check_thumbnail) or had to be downloaded.
            print(f"{self._codes.pop(uid)}: {data['thumb_path'] or 'no thumbnail'} ({request_type})")
        self._finish_if_over()

    def _failed(self, uid: str, message: str) -> None:
        print(f"{self._codes.pop(uid, 'find')}: {message}", file=sys.stderr)
        self._finish_if_over()

    def _finish_if_over(self) -> None:
        if not self._codes:
            self._retriever.stop()
            self.done.emit()


if __name__ == "__main__":
    app = QtCore.QCoreApplication(sys.argv)
    thumbnails = Thumbnails(
        shotgun_api3.Shotgun(
            os.environ["SHOTGUN_DATA_URL"],
            script_name=os.environ["SHOTGUN_DATA_SCRIPT"],
            api_key=os.environ["SHOTGUN_DATA_KEY"],
            connect=False,
        )
    )
    # Queued: quit() before exec() has begun would be lost.
    thumbnails.done.connect(app.quit, QtCore.Qt.ConnectionType.QueuedConnection)
    getattr(app, "exec", getattr(app, "exec_", None))()
