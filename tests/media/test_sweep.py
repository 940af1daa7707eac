"""Sweeping: what goes, what stays, and who does it."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

from shotgun_data.media.cache import MediaCache, attachment_folder, thumbnail_folder, thumbnail_name
from shotgun_data.media.sweep import IN_USE, LOCK_NAME, SweepReport, sweep

from .conftest import files_below

HOUR, DAY = 3600.0, 86400.0
NOW = time.time()


def put(root: Path, number: int, unused_for: float, size: int = 1000) -> Path:
    url = f"https://h/{number}.jpg"
    path = thumbnail_folder(root, url) / thumbnail_name(url, "jpg")
    return write(path, unused_for, size)


def write(path: Path, unused_for: float, size: int = 1000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    os.utime(path, (NOW - unused_for, NOW - unused_for))
    return path


def run(root: Path, max_age: float = 60 * DAY, max_bytes: int = 10**9) -> SweepReport:
    return sweep(root, max_age=max_age, max_bytes=max_bytes, now=lambda: NOW)


def test_what_nobody_used_for_long_goes(tmp_path: Path) -> None:
    old, young = put(tmp_path, 1, 61 * DAY), put(tmp_path, 2, 59 * DAY)
    attachment = attachment_folder(tmp_path, "https://h/file_serve/attachment/1") / "a.mov"
    write(attachment, 61 * DAY, 5000)
    report = run(tmp_path)
    assert not old.exists()
    assert not old.parent.exists()
    assert not attachment.parent.exists()
    assert young.exists()
    assert report == SweepReport(
        files_seen=3, bytes_seen=7000, files_removed=2, bytes_removed=6000, temporaries_removed=0
    )
    assert run(tmp_path).files_removed == 0


def test_a_hit_keeps_a_file(tmp_path: Path) -> None:
    path = put(tmp_path, 1, 61 * DAY)
    assert MediaCache(tmp_path).find_thumbnail("https://h/1.jpg")
    assert run(tmp_path).files_removed == 0
    assert path.exists()


def test_the_least_recently_used_go_first_until_the_size_fits(tmp_path: Path) -> None:
    paths = [put(tmp_path, number, (10 - number) * DAY) for number in range(10)]
    report = run(tmp_path, max_bytes=4000)
    assert [path.exists() for path in paths] == [False] * 6 + [True] * 4
    assert report.bytes_seen - report.bytes_removed == 4000


def test_nothing_that_was_used_in_the_last_hour_goes(tmp_path: Path) -> None:
    recent, other = put(tmp_path, 1, IN_USE - 60), put(tmp_path, 2, IN_USE + 60)
    run(tmp_path, max_age=0, max_bytes=0)
    assert recent.exists()
    assert not other.exists()


def test_only_stale_temporaries_go(tmp_path: Path) -> None:
    folder = thumbnail_folder(tmp_path, "https://h/1.jpg")
    stale = write(folder / ".incoming-1.part", 2 * DAY)
    living = write(folder / ".incoming-2.part", HOUR)
    report = run(tmp_path, max_age=0, max_bytes=0)
    assert (stale.exists(), living.exists()) == (False, True)
    assert (report.temporaries_removed, report.files_seen) == (1, 0)


def test_what_is_not_the_caches_is_left_alone(tmp_path: Path) -> None:
    """A cache that was pointed at a person's own folder by mistake."""
    others = [
        write(tmp_path / "thumbs" / "holiday.jpg", 99 * DAY),
        write(tmp_path / "thumbs" / "2019" / "beach.jpg", 99 * DAY),
        write(tmp_path / "thumbs" / "aa" / "notes.txt", 99 * DAY),
        write(tmp_path / "attachments" / "aa" / "bb" / "letter.txt", 99 * DAY),
        write(tmp_path / "important.txt", 99 * DAY),
    ]
    outside = write(tmp_path.parent / f"{tmp_path.name}-outside" / "bb" / "x.jpg", 99 * DAY)
    (tmp_path / "thumbs" / "cc").symlink_to(outside.parent.parent)
    report = run(tmp_path, max_age=0, max_bytes=0)
    assert report.files_seen == 0
    assert all(path.exists() for path in [*others, outside])


def test_one_process_sweeps_at_a_time(tmp_path: Path) -> None:
    put(tmp_path, 1, 61 * DAY)
    script = """
        import sys
        from pathlib import Path
        from shotgun_data.media.lock import FileLock
        lock = FileLock(Path(sys.argv[1]))
        print(lock.acquire(), flush=True)
        sys.stdin.read()
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path / LOCK_NAME)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        assert run(tmp_path) == SweepReport(ran=False)
        other.kill()  # a holder that dies gives the lock back
        other.wait()
    assert run(tmp_path).files_removed == 1


def test_a_sweep_can_be_cancelled(tmp_path: Path) -> None:
    for number in range(20):
        put(tmp_path, number, 61 * DAY)
    calls = iter([False] * 5 + [True] * 100)
    report = sweep(tmp_path, max_age=DAY, max_bytes=0, cancelled=lambda: next(calls), now=lambda: NOW)
    assert not report.is_complete
    assert 0 < report.files_removed < 20
    assert run(tmp_path).is_complete


def test_a_long_sweep_tells_its_progress(tmp_path: Path) -> None:
    for number in range(300):
        put(tmp_path, number, 61 * DAY, size=1)
    seen: list[int] = []
    sweep(tmp_path, max_age=DAY, max_bytes=0, progress=seen.append, now=lambda: NOW)
    assert seen
    assert seen == sorted(seen)
    assert [path.name for path in files_below(tmp_path)] == [LOCK_NAME]


def test_a_cache_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert run(tmp_path / "nowhere") == SweepReport(ran=False)
    assert list(tmp_path.iterdir()) == []
