"""The media that is on disk already: looking it up, and where new media goes."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path
from typing import Optional

from .identity import extension_of_path, folders_of, key_of_path, media_key, media_path
from .names import safe_name
from .overflow import PROCESS_OVERFLOW, Overflow

#: Seconds. A hit refreshes a modification time that is older than this: other tools, and our own sweeper,
#: delete by it, and writing it for every hit of a busy minute would help nobody.
REFRESH_AFTER = 60.0


class MediaCache:
    """The cache at ``root``, shared with other processes and tools. Thread-safe; holds no state of its own.

    Making one touches no disk: folders are made when the first file is stored.
    """

    def __init__(self, root: Path, *, overflow: Overflow = PROCESS_OVERFLOW) -> None:
        self.root = Path(root)
        self._root = os.fspath(self.root)
        self._overflow = overflow

    def __repr__(self) -> str:
        return f"<MediaCache {self.root}>"

    def find_thumbnail(self, url: str) -> Optional[Path]:
        """The file of the thumbnail at this url, whatever its extension and whoever stored it, or None.

        Costs one or two system calls for a hit whose extension is the url's own, a directory listing else.
        Never raises for trouble on the disk: what cannot be read is not there.
        """
        path = media_path(url)
        key, extension = key_of_path(path), extension_of_path(path)
        found = _find_thumbnail(self._root, key, extension)
        if found is None:
            overflow = self._overflow.known_folder_for(self.root)
            if overflow is not None:
                found = _find_thumbnail(os.fspath(overflow), key, extension)
        return found

    def find_attachment(self, url: str, name: str) -> Optional[Path]:
        """The file of the attachment at this url, stored under this name, or None."""
        for folder in (self.root, self._overflow.known_folder_for(self.root)):
            if folder is not None:
                path = os.path.join(attachment_folder(folder, url), safe_name(name))
                if _use(path):
                    return Path(path)
        return None

    def stand_in(self, cause: OSError) -> Path:
        """A root to store into where ``root`` failed with ``cause``.

        :raises OSError: there is none.
        """
        return self._overflow.folder_for(self.root, cause)


def thumbnail_folder(root: Path, url: str) -> Path:
    first, second, _ = folders_of(media_key(url))
    return Path(f"{root}{os.sep}thumbs{os.sep}{first}{os.sep}{second}")


def thumbnail_name(url: str, extension: str) -> str:
    stem = folders_of(media_key(url))[2]
    return f"{stem}.{extension}" if extension else stem


def attachment_folder(root: Path, url: str) -> Path:
    """A folder of its own for each url: two attachments of one name must not meet."""
    return root.joinpath("attachments", *folders_of(media_key(url)))


def _find_thumbnail(root: str, key: str, extension: str) -> Optional[Path]:
    first, second, stem = folders_of(key)
    # Put together by hand: os.path.join takes as long as the system call that follows.
    folder = f"{root}{os.sep}thumbs{os.sep}{first}{os.sep}{second}"
    usual = ""
    if extension:
        usual = f"{folder}{os.sep}{stem}.{extension}"
        if _use(usual):
            return Path(usual)
    try:
        names = os.listdir(folder)
    except OSError:
        return None
    for name in sorted(names):
        if name.partition(".")[0] == stem:
            path = os.path.join(folder, name)
            if path != usual and _use(path):
                return Path(path)
    return None


def _use(path: str) -> bool:
    """Whether there is a file with something in it; if so, it counts as used now."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return False
    if not stat.S_ISREG(status.st_mode) or status.st_size == 0:
        return False
    # Both ways: a clock that jumped leaves times in the future, which would keep the file for good.
    if abs(time.time() - status.st_mtime) > REFRESH_AFTER:
        try:
            os.utime(path)
        except OSError:
            pass  # read-only, or another user's file: still a hit
    return True
