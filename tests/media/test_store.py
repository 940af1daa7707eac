"""Files appear whole or not at all, whatever happens to the process, the disk or the folder."""

from __future__ import annotations

import errno
import logging
import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Callable

import pytest

from shotgun_data import errors
from shotgun_data.media.access import SiteAccess
from shotgun_data.media.cache import MediaCache
from shotgun_data.media.library import MediaLibrary
from shotgun_data.media.overflow import Overflow
from shotgun_data.media.store import IN_MEMORY, CacheUnwritable, IncomingFile
from shotgun_data.media.urllib3_transport import Urllib3Transport
from shotgun_data.settings import Settings

from .conftest import files_below
from .origin import JPEG, PNG, Exchange, Origin, image

needs_permissions = pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")


def test_nothing_is_visible_before_it_is_whole(host: Origin, library: MediaLibrary, access: SiteAccess) -> None:
    url = f"{host.url}/1.jpg"
    seen: list[object] = []

    def slow(exchange: Exchange) -> None:
        exchange.send_response(200)
        exchange.send_header("Content-Length", str(len(JPEG)))
        exchange.end_headers()
        exchange.wfile.write(JPEG[:1000])
        exchange.wfile.flush()
        seen.append(library.cache.find_thumbnail(url))
        exchange.wfile.write(JPEG[1000:])

    host.routes["*"] = slow
    library.download_thumbnail(url, access, progress=lambda *_: seen.append(library.cache.find_thumbnail(url)))
    assert len(seen) >= 2
    assert set(seen) == {None}
    assert library.cache.find_thumbnail(url) is not None


@pytest.mark.skipif(os.name == "nt", reason="there is no umask")
@pytest.mark.parametrize(("mask", "expected"), [(0o022, 0o644), (0o002, 0o664), (0o077, 0o600)])
def test_files_have_the_umasks_permissions(
    host: Origin, library: MediaLibrary, access: SiteAccess, mask: int, expected: int
) -> None:
    host.routes["*"] = image()
    before = os.umask(mask)
    try:
        path = library.download_thumbnail(f"{host.url}/1.png", access)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == expected
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o777 & ~mask


@pytest.mark.skipif(os.name == "nt", reason="an open file keeps its folder there")
def test_a_folder_that_vanishes_under_way_is_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    body = PNG * (1 + IN_MEMORY // len(PNG))
    with IncomingFile(folder) as incoming:
        incoming.write(body)
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
        folder.parent.rmdir()
        final = incoming.publish("x.png")
    assert final.read_bytes() == body
    assert files_below(tmp_path) == [final]


@pytest.mark.parametrize("size", [0, 1000, IN_MEMORY, IN_MEMORY + 1, 3 * IN_MEMORY])
def test_a_body_of_any_size_is_stored_whole_and_can_begin_anew(tmp_path: Path, size: int) -> None:
    body = os.urandom(size)
    with IncomingFile(tmp_path) as incoming:
        for wrong in (b"another answer", b"\0" * (2 * IN_MEMORY), b"short"):
            incoming.write(wrong)
            incoming.restart()
        for start in range(0, size, 65536):
            incoming.write(body[start : start + 65536])
        assert incoming.head(10) == body[:10]
        assert incoming.tail(10) == body[-10:]
        assert incoming.publish("x").read_bytes() == body
    assert files_below(tmp_path) == [tmp_path / "x"]


def test_what_is_given_up_leaves_nothing_and_a_small_body_never_touches_the_disk(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with IncomingFile(folder) as incoming:
        incoming.write(PNG)
    assert not folder.exists()
    with IncomingFile(folder) as incoming:
        incoming.write(b"x" * (IN_MEMORY + 1))
        assert len(files_below(tmp_path)) == 1
    assert files_below(tmp_path) == []


def test_a_file_that_may_not_be_replaced_is_the_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, while another program has it open."""

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "in use")

    (tmp_path / "x.png").write_bytes(b"the older one")
    monkeypatch.setattr(os, "replace", refuse)
    with IncomingFile(tmp_path) as incoming:
        incoming.write(PNG)
        assert incoming.publish("x.png").read_bytes() == b"the older one"
    assert files_below(tmp_path) == [tmp_path / "x.png"]
    with IncomingFile(tmp_path) as incoming, pytest.raises(CacheUnwritable):
        incoming.write(PNG)
        incoming.publish("y.png")
    assert files_below(tmp_path) == [tmp_path / "x.png"]


# The cache's disk takes nothing


def check_overflow(host: Origin, library: MediaLibrary, access: SiteAccess, caplog: pytest.LogCaptureFixture) -> None:
    """Downloads succeed, are found again, and one warning says what is wrong."""
    root = library.cache.root
    host.routes["*"] = image()
    for number in range(3):
        path = library.download_thumbnail(f"{host.url}/{number}.png", access)
        assert path.read_bytes() == PNG
        assert root not in path.parents
        assert library.cache.find_thumbnail(f"{host.url}/{number}.png") == path
    path = library.download_attachment(f"{host.url}/files/1", "../a.bin", access)
    assert path.read_bytes() == PNG
    assert library.cache.find_attachment(f"{host.url}/files/1", "../a.bin") == path
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warnings) == 1
    assert str(root) in warnings[0].getMessage()
    assert "SHOTGUN_DATA_CACHE_DIR" in warnings[0].getMessage()


def test_a_file_where_a_folder_should_be(
    host: Origin,
    new_library: Callable[..., MediaLibrary],
    access: SiteAccess,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "file").write_text("in the way")
    check_overflow(host, new_library(tmp_path / "file"), access, caplog)


@needs_permissions
def test_a_read_only_cache(
    host: Origin,
    new_library: Callable[..., MediaLibrary],
    access: SiteAccess,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    root = tmp_path / "read-only"
    root.mkdir(mode=0o555)
    check_overflow(host, new_library(root), access, caplog)


def test_a_root_on_a_file_system_that_takes_no_files(
    host: Origin,
    new_library: Callable[..., MediaLibrary],
    access: SiteAccess,
    transport_name: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    if not Path("/proc/self").is_dir():
        pytest.skip("no /proc here")
    root = Path("/proc/shotgun-data", transport_name)  # a root is complained about once
    check_overflow(host, new_library(root), access, caplog)


def test_a_disk_that_fills_up_in_the_middle_of_a_body(
    host: Origin,
    new_library: Callable[..., MediaLibrary],
    access: SiteAccess,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    disk = tmp_path / "small"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.decode().strip()}")
    try:
        library = new_library(disk / "cache")
        body = JPEG[:3] + bytes(500_000) + JPEG[-2:]
        host.routes["*"] = image(body)
        path = library.download_thumbnail(f"{host.url}/1.jpg", access)
        assert path.read_bytes() == body
        assert disk not in path.parents
        assert files_below(disk) == []
        host.routes["*"] = image()  # small ones still find room
        assert disk in library.download_thumbnail(f"{host.url}/2.png", access).parents
        assert [record.levelname for record in caplog.records if record.name.startswith("shotgun")] == ["WARNING"]
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def test_a_kernel_that_says_the_disk_is_full(
    host: Origin, new_library: Callable[..., MediaLibrary], access: SiteAccess, tmp_path: Path,
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    library, real = new_library(), os.open

    def full(path: object, *args: int) -> int:
        if str(library.cache.root) in str(path):
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(path, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", full)
    check_overflow(host, library, access, caplog)


def test_no_room_anywhere_is_said_plainly(host: Origin, access: SiteAccess, tmp_path: Path) -> None:
    class Nowhere(Overflow):
        def folder_for(self, root: Path, cause: OSError) -> Path:
            raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "file").write_text("in the way")
    transport = Urllib3Transport()
    library = MediaLibrary(MediaCache(tmp_path / "file", overflow=Nowhere()), transport, Settings())
    host.routes["*"] = image()
    with pytest.raises(errors.TransferFailed) as raised:
        library.download_thumbnail(f"{host.url}/1.png", access)
    assert not raised.value.retryable
    assert "No space left" in str(raised.value)
    transport.close()


def test_temporary_files_go_with_their_process(tmp_path: Path) -> None:
    script = """
        import os, sys
        from pathlib import Path
        from shotgun_data.media.overflow import Overflow
        folder = Overflow().folder_for(Path("/cache"), OSError(30, "Read-only file system"))
        folder.mkdir(); (folder / "x").write_text("x")
        print(folder)
        if os.fork() == 0: sys.exit()      # a child that ends takes nothing with it
        os.wait()
        print((folder / "x").exists())
    """
    if not hasattr(os, "fork"):
        pytest.skip("no fork here")
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env={**os.environ, "TMPDIR": str(tmp_path)}, capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    lines = ran.stdout.split()
    assert Path(lines[0]).is_relative_to(tmp_path)
    assert lines[-1] == "True"
    assert list(tmp_path.iterdir()) == []


# Several processes, and kills

_STORE = """
    import sys
    from pathlib import Path
    from shotgun_data.media.store import IncomingFile
    folder, rounds, mark = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3].encode()
    print("ready", flush=True)
    number = 0
    while number < rounds or not rounds:
        body = mark * 400_000
        with IncomingFile(folder) as incoming:
            for offset in range(0, len(body), 50_000):
                incoming.write(body[offset:offset + 50_000])
            incoming.publish(f"{number % 5}.jpg")
        number += 1
"""


def storing(folder: Path, rounds: int, mark: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_STORE), str(folder), str(rounds), mark],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def check_whole(folder: Path) -> int:
    """How many files are visible, all of them whole and of one writer."""
    count = 0
    for path in folder.glob("[0-9].jpg"):
        body = path.read_bytes()
        assert len(body) == 400_000
        assert body == body[:1] * len(body)
        count += 1
    return count


def test_two_processes_store_the_same_files(tmp_path: Path) -> None:
    writers = [storing(tmp_path, 60, mark) for mark in "ab"]
    while any(writer.poll() is None for writer in writers):
        check_whole(tmp_path)
    assert [writer.returncode for writer in writers] == [0, 0]
    assert check_whole(tmp_path) == len(files_below(tmp_path)) == 5
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.close()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_a_killed_writer_leaves_no_partial_file(tmp_path: Path) -> None:
    for kill in range(20):
        with storing(tmp_path, 0, "k") as writer:
            # Not a wait for something: a kill has to come at a moment that nobody chose.
            time.sleep(0.002 + 0.0017 * kill)
            writer.send_signal(signal.SIGKILL)
        check_whole(tmp_path)
    leftovers = [path for path in files_below(tmp_path) if path.suffix != ".jpg"]
    assert all(path.name.startswith(".incoming-") for path in leftovers)
    assert check_whole(tmp_path) > 0
