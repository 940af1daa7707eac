"""Where a run takes place: the origin's addresses, a folder, and how much work is done."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .scale import FULL, SHORT, Scale

_numbers = itertools.count(1)

#: As a storage service signs a url; it expires in the year 2100.
_SIGNATURE = "?X-Amz-Credential=BENCH%2Fus-east-1%2Fs3&Expires=4102444800&Signature=" + "0123456789abcdef" * 4


_MEMORY = Path("/dev/shm")
_ENOUGH = 1024**3  # bytes


def usual_folder() -> Path:
    """Files in memory where the system has that: a disk has moods of its own, and all ways write to the same one."""
    try:
        if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ENOUGH:
            return _MEMORY
    except OSError:
        pass
    return Path(tempfile.gettempdir())


@dataclass(frozen=True)
class Place:
    """Can be sent to another process as text.

    :param api: url of the site, by its latency in milliseconds.
    :param media: url that thumbnails are below, by latency. Not the site's own origin, as with a hosted site.
    :param control: url at which the origin is asked for its counts.
    :param scratch: a folder that is removed at the end of the benchmark.
    """

    api: Mapping[int, str]
    media: Mapping[int, str]
    control: str
    scratch: Path
    scale: Scale

    def thumbnails(self, count: int, latency: int = 0) -> Sequence[str]:
        """That many urls of different thumbnails."""
        return [f"{self.media[latency]}/thumbnails/{number:06d}_t.jpg{_SIGNATURE}" for number in range(count)]

    @property
    def pictures(self) -> Sequence[Path]:
        """The JPEG files that the origin serves in turn: thumbnail ``n`` is number ``n`` modulo their count."""
        return sorted((self.scratch / "pictures").iterdir())

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A new empty folder for one run; removed after it, when the clock has stopped."""
        path = self.scratch / f"run-{os.getpid()}-{next(_numbers)}"
        path.mkdir()
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def to_text(self) -> str:
        """See :meth:`from_text`."""
        return json.dumps(
            {
                "api": dict(self.api),
                "media": dict(self.media),
                "control": self.control,
                "scratch": os.fspath(self.scratch),
                "scale": dataclasses.asdict(self.scale),
            }
        )

    @classmethod
    def from_text(cls, text: str) -> Place:
        """The place that :meth:`to_text` described."""
        told = json.loads(text)
        return cls(
            {int(latency): url for latency, url in told["api"].items()},
            {int(latency): url for latency, url in told["media"].items()},
            told["control"],
            Path(told["scratch"]),
            Scale(**told["scale"]),
        )


def scale_of(short: bool) -> Scale:
    return SHORT if short else FULL
