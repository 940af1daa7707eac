"""Files that are made up when they are asked for, from their key alone, so that a large site costs no disk."""

from __future__ import annotations

import hashlib
import json
import random
import zlib
from dataclasses import dataclass
from typing import Iterator, List

_PREFIX = "gen,"
_PIECE = 64 * 1024

_CONTENT_TYPES = {
    "txt": "text/plain",
    "json": "application/json",
    "pdf": "application/pdf",
    "bin": "application/octet-stream",
}

_REMARKS = (
    "Lift the horizon by a few pixels, it crosses her eyes.",
    "Camera: push in 12 frames earlier and settle before the cut.",
    "Sky replacement is in, edges on the left ridge still fringe.",
    "Match the grain of the plate; ours is too clean above f1040.",
    "Snow interaction on the second step is missing.",
    "Hold the last pose two frames longer.",
    "Rim light should come from the aurora, not from the moon.",
    "Depth haze looks right now. Keep it.",
)


@dataclass(frozen=True)
class Generated:
    """A generated file: `form` is ``txt``, ``json``, ``pdf`` or ``bin``, `size` its bytes where it is ``bin``."""

    form: str
    seed: int
    size: int = 0

    @staticmethod
    def owns(key: str) -> bool:
        return key.startswith(_PREFIX)

    @classmethod
    def from_key(cls, key: str) -> Generated:
        """Return the file that `key` names; ValueError where it names none."""
        prefix, form, seed, size = key.split(",")
        if prefix + "," != _PREFIX or form not in _CONTENT_TYPES:
            raise ValueError(f"not a generated file: {key!r}")
        return cls(form, int(seed), int(size))

    @property
    def key(self) -> str:
        return f"{_PREFIX}{self.form},{self.seed},{self.size}"

    @property
    def content_type(self) -> str:
        return _CONTENT_TYPES[self.form]

    @property
    def length(self) -> int:
        """Bytes in the whole file."""
        return self.size if self.form == "bin" else len(self._document())

    @property
    def etag(self) -> str:
        return hashlib.md5(self.key.encode("ascii"), usedforsecurity=False).hexdigest()

    def pieces(self, start: int = 0, stop: int = -1) -> Iterator[bytes]:
        """Yield the bytes from `start` up to `stop` (-1 for the end), in pieces of at most 64 KiB."""
        end = self.length if stop < 0 else min(stop, self.length)
        document = b"" if self.form == "bin" else self._document()
        while start < end:
            number, offset = divmod(start, _PIECE)
            if self.form == "bin":
                piece = hashlib.shake_128(f"{self.seed}:{number}".encode("ascii")).digest(_PIECE)
            else:
                piece = document[number * _PIECE : (number + 1) * _PIECE]
            piece = piece[offset : offset + end - start]
            yield piece
            start += len(piece)

    def _document(self) -> bytes:
        chance = random.Random(self.seed)
        remarks = chance.sample(_REMARKS, 3)
        if self.form == "txt":
            return ("Review notes\n\n" + "\n".join(f"- {each}" for each in remarks) + "\n").encode("utf-8")
        if self.form == "json":
            values = {
                "camera": {"focal_length_mm": chance.choice([24, 35, 50, 85]), "film_back_mm": [36.0, 24.0]},
                "frame_range": [1001, 1001 + chance.randint(40, 160)],
                "remarks": remarks,
            }
            return (json.dumps(values, indent=2) + "\n").encode("utf-8")
        return _pdf(["Review notes", ""] + remarks)


def _pdf(lines: List[str]) -> bytes:
    """Return a PDF of one page with `lines` of plain ASCII on it."""
    shown = "".join(f"({_escaped(line)}) Tj T*\n" for line in lines)
    content = zlib.compress(f"BT /F1 13 Tf 20 TL 60 770 Td\n{shown}ET".encode("ascii"))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, each in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for offset in offsets:
        out += b"%010d 00000 n \n" % offset
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
