"""Where media goes when the cache's own disk takes nothing: a private folder of this process.

A full disk or a read-only share must not blind an artist. The files live until the process ends; the log says
once for each cause what is wrong with the cache.
"""

from __future__ import annotations

import atexit
import errno
import hashlib
import logging
import os
import shutil
import tempfile
import threading
from pathlib import Path
from typing import Optional

_log = logging.getLogger(__name__)


class Overflow:
    """A temporary folder that is made at its first use and removed when the process ends. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folder: Optional[Path] = None
        self._owner = 0
        self._warned: set[tuple[str, Optional[int]]] = set()

    def folder_for(self, root: Path, cause: OSError) -> Path:
        """The folder that stands in for the cache at ``root``, which failed with ``cause``.

        :raises OSError: there is no room for temporary files either.
        """
        with self._lock:
            if self._folder is None or self._owner != os.getpid() or not self._folder.is_dir():
                self._folder = Path(tempfile.mkdtemp(prefix="shotgun-data-"))
                self._owner = os.getpid()
                atexit.register(_remove, self._folder, self._owner)
            folder = self._folder / _name_of(root)
            case = (str(root), cause.errno)
            is_new = case not in self._warned
            self._warned.add(case)
        if is_new:
            _log.warning(
                "The media cache at %s cannot be written (%s). Media is kept in temporary files until this "
                "process ends. %s",
                root, cause.strerror or type(cause).__name__, _advice(cause),
            )  # fmt: skip
        return folder

    def known_folder_for(self, root: Path) -> Optional[Path]:
        """The folder that stands in for ``root``, if this process ever needed one. No system call if not."""
        folder = self._folder
        return folder / _name_of(root) if folder is not None and self._owner == os.getpid() else None


def _name_of(root: Path) -> str:
    return hashlib.sha256(os.fsencode(root)).hexdigest()[:16]


def _remove(folder: Path, owner: int) -> None:
    if os.getpid() == owner:  # a forked child must not take its parent's files away
        shutil.rmtree(folder, ignore_errors=True)


def _advice(cause: OSError) -> str:
    if cause.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return "Free some space there, or set SHOTGUN_DATA_CACHE_DIR to a folder on a disk with room."
    if cause.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "Make it writable, or set SHOTGUN_DATA_CACHE_DIR to a folder that is."
    return "Check the folder, or set SHOTGUN_DATA_CACHE_DIR to another."


#: One for the process: several caches and sessions share the folder, and its warnings.
PROCESS_OVERFLOW = Overflow()
