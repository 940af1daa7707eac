"""The two ends of an image file: what it is, and whether it was cut short."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO, NamedTuple

from .imagetype import HEAD_BYTES, image_extension, is_cut_short

_HEAD = 64 * 1024  # most thumbnails whole, in one call of the system
_TAIL = 4096
_CHUNK = 1024**2
_START_OF_SCAN = 0xDA
_END_OF_IMAGE = b"\xff\xd9"


class Ends(NamedTuple):
    """What was read of a file."""

    head: bytes
    tail: bytes
    size: int

    @property
    def kind(self) -> str:
        """The usual extension of such an image; empty where it is none that we know."""
        return image_extension(self.head[:HEAD_BYTES]) or ""


def read_ends(path: Path) -> Ends:
    """Read a file's beginning and end.

    :raises OSError: the file cannot be read.
    """
    # Unbuffered: each call lets go of the interpreter's lock, and has to wait for it again.
    with open(path, "rb", buffering=0) as file:
        head = file.read(_HEAD) or b""
        if len(head) < _HEAD:
            return Ends(head, head[-_TAIL:], len(head))
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL))
        return Ends(head, file.read(_TAIL) or b"", size)


def lacks_its_end(path: Path, ends: Ends) -> bool:
    """Whether an image was certainly cut short: some decoders make a half grey picture of it, and say nothing.

    :raises OSError: the file cannot be read.
    """
    kind = ends.kind
    if not is_cut_short(kind, ends.head, ends.tail, ends.size):
        return False
    if kind != "jpg":
        return True
    # Phones append whole films to their pictures: the end may lie far from the file's.
    with open(path, "rb") as file:
        return not _has_end_of_image(file)


def _has_end_of_image(file: BinaryIO) -> bool:
    """Look behind the headers, which may hold a small picture with an end of its own; the data can hold none."""
    file.seek(2)
    while True:
        marker = file.read(4)
        if len(marker) < 4 or marker[0] != 0xFF:
            return False
        file.seek(int.from_bytes(marker[2:], "big") - 2, os.SEEK_CUR)
        if marker[1] == _START_OF_SCAN:
            break
    last = b""
    while True:
        chunk = file.read(_CHUNK)
        if _END_OF_IMAGE in last + chunk:
            return True
        if not chunk:
            return False
        last = chunk[-1:]
