"""Keeping the cache within its age and size, while other processes go on using it.

What was used least recently goes first. "Used" is the modification time, which every hit refreshes, ours and
other tools': access times are off on most file servers. There is no index to keep right; a sweep reads the
folders, and a file that goes or comes under way is nobody's error.
"""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator, Optional

from .access import never
from .lock import FileLock
from .store import TEMPORARY_PREFIX, TEMPORARY_SUFFIX

#: Seconds. A file that was used more recently is never removed, whatever the limits: someone may be about to
#: open the path that a signal gave them.
IN_USE = 3600.0
#: Seconds after which a temporary can belong to no living download.
STALE_TEMPORARY = 86400.0

LOCK_NAME = ".sweep.lock"
_PAIR, _REST = re.compile(r"[0-9a-f]{2}"), re.compile(r"[0-9a-f]{28}")
# The names of the folders at each level; files count only below the last. A root that is set to a person's
# own folder by mistake may hold a "thumbs" of theirs, and that is not ours to clean.
_LAYOUT = {"thumbs": (_PAIR, _PAIR), "attachments": (_PAIR, _PAIR, _REST)}
#: Files between two short pauses, and their length in seconds: requests must not feel a sweep.
_BURST, _PAUSE = 256, 0.002


@dataclass(frozen=True)
class SweepReport:
    """What a sweep did. Sizes in bytes.

    :param ran: False where another process is sweeping, or the cache cannot be swept: nothing was done.
    :param is_complete: False where it was cancelled.
    """

    ran: bool = True
    is_complete: bool = True
    files_seen: int = 0
    bytes_seen: int = 0
    files_removed: int = 0
    bytes_removed: int = 0
    temporaries_removed: int = 0


@dataclass(frozen=True, order=True)
class _CachedFile:
    used: float
    size: int
    path: str


def sweep(
    root: Path,
    *,
    max_age: float,
    max_bytes: int,
    cancelled: Callable[[], bool] = never,
    progress: Optional[Callable[[int], None]] = None,
    now: Callable[[], float] = time.time,
) -> SweepReport:
    """Remove what nobody used for ``max_age`` seconds, then the least recently used beyond ``max_bytes``.

    Blocks for as long as it takes to read the folders: call it from a thread of low priority. Touches only
    the cache's own two folders, follows no links, and never raises for what a file or folder does.

    :param cancelled: asked for every file; what was removed until then stays removed.
    :param progress: called with the number of files seen, now and then.
    :param now: the clock, in seconds as in modification times.
    """
    root = Path(root)
    lock = FileLock(root / LOCK_NAME)
    with lock:
        try:
            if not lock.acquire():
                return SweepReport(ran=False)
        except OSError:
            return SweepReport(ran=False)  # no cache yet, or one that only others may write
        return _Sweep(root, max_age, max_bytes, cancelled, progress, now()).run()


class _Sweep:
    def __init__(
        self,
        root: Path,
        max_age: float,
        max_bytes: int,
        cancelled: Callable[[], bool],
        progress: Optional[Callable[[int], None]],
        now: float,
    ) -> None:
        self._root = root
        self._max_age = max(max_age, IN_USE)
        self._max_bytes = max_bytes
        self._cancelled = cancelled
        self._progress = progress
        self._now = now
        self._seen = self._seen_bytes = self._removed = self._removed_bytes = self._temporaries = 0
        self._steps = 0

    def run(self) -> SweepReport:
        kept: list[_CachedFile] = []
        for file in self._files():
            if self._must_stop():
                return self._report(is_complete=False)
            if self._now - file.used > self._max_age:
                self._remove(file)
            else:
                kept.append(file)
        excess = self._seen_bytes - self._removed_bytes - self._max_bytes
        if excess > 0:
            kept.sort()
            for file in kept:
                if excess <= 0 or self._now - file.used <= IN_USE:
                    break
                if self._must_stop():
                    return self._report(is_complete=False)
                if self._remove(file):
                    excess -= file.size
        return self._report(is_complete=True)

    def _files(self) -> Iterator[_CachedFile]:
        """Every media file; stale temporaries and empty folders are removed on the way."""
        for name, levels in _LAYOUT.items():
            yield from self._walk(os.path.join(self._root, name), levels, is_top=True)

    def _walk(self, folder: str, levels: tuple[re.Pattern[str], ...], is_top: bool = False) -> Iterator[_CachedFile]:
        entries = _entries(folder)
        for entry in entries:
            try:
                if levels:
                    if levels[0].fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                        yield from self._walk(entry.path, levels[1:])
                    continue
                if not entry.is_file(follow_symlinks=False):
                    continue
                status = entry.stat(follow_symlinks=False)
            except OSError:
                continue  # gone in the meantime
            if entry.name.startswith(TEMPORARY_PREFIX) and entry.name.endswith(TEMPORARY_SUFFIX):
                if self._now - status.st_mtime > STALE_TEMPORARY and _unlink(entry.path):
                    self._temporaries += 1
                if self._must_stop():
                    return
                continue
            self._seen += 1
            self._seen_bytes += status.st_size
            yield _CachedFile(status.st_mtime, status.st_size, entry.path)
        if not is_top and not entries:
            _remove_if_empty(folder)

    def _remove(self, file: _CachedFile) -> bool:
        try:
            # Again, at the last moment: it may have been used since the folder was read.
            if self._now - os.stat(file.path, follow_symlinks=False).st_mtime <= IN_USE:
                return False
        except OSError:
            return False
        if not _unlink(file.path):
            return False
        self._removed += 1
        self._removed_bytes += file.size
        _remove_if_empty(os.path.dirname(file.path))
        return True

    def _must_stop(self) -> bool:
        self._steps += 1
        if self._steps % _BURST == 0:
            if self._progress is not None:
                self._progress(self._seen)
            time.sleep(_PAUSE)
        return self._cancelled()

    def _report(self, is_complete: bool) -> SweepReport:
        return SweepReport(
            ran=True,
            is_complete=is_complete,
            files_seen=self._seen,
            bytes_seen=self._seen_bytes,
            files_removed=self._removed,
            bytes_removed=self._removed_bytes,
            temporaries_removed=self._temporaries,
        )


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _remove_if_empty(folder: str) -> None:
    """A download that has just made the folder makes it again."""
    try:
        os.rmdir(folder)
    except OSError:
        pass


def _unlink(path: str) -> bool:
    try:
        os.unlink(path)
    except OSError:
        return False
    return True
