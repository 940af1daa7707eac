"""A cache that is full already: thumbnails where other tools' caches have them."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from .case import WrongResult
from .place import Place

_WEEK = 7 * 86400.0


def stocked(place: Place, urls: Sequence[str], name: str, pictures: Sequence[bytes]) -> tuple[Path, Sequence[Path]]:
    """A cache directory with a file for each url, made once and then used by all runs, and the files.

    The layout is the one that every tool on these caches keeps; all files were last used a week ago.

    :param name: of the directory.
    :param pictures: what the files hold, in turn.
    """
    root = place.scratch / name
    files = []
    for number, url in enumerate(urls):
        digest = hashlib.md5(urlsplit(url).path.encode("utf-8")).hexdigest()
        path = root / "thumbs" / digest[:2] / digest[2:4] / f"{digest[4:]}.jpg"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(pictures[number % len(pictures)])
        files.append(path)
    age(files)
    return root, files


def age(files: Sequence[Path]) -> None:
    """As if nobody had used them for a week: a hit must say so on the disk."""
    then = time.time() - _WEEK
    for path in files:
        os.utime(path, (then, then))


def check_used(files: Sequence[Path]) -> None:
    """:raises WrongResult: a file is not marked as used: other tools would delete it soon."""
    limit = time.time() - _WEEK / 2
    stale = sum(1 for path in files if path.stat().st_mtime < limit)
    if stale:
        raise WrongResult(f"{stale} of {len(files)} files that were used kept their old modification time")
