"""Files that appear in the cache whole or not at all.

A body is written to a temporary file beside its final place and published by a rename. A process that is
killed at any instruction leaves nothing, or the whole file, plus at most a temporary that is no hit for
anyone and that the sweeper removes. Nothing is synced to the platter: after a power cut a file may be empty,
and an empty file is no hit either.
"""

from __future__ import annotations

import itertools
import os
import uuid
from pathlib import Path
from types import TracebackType
from typing import Callable, Optional, Union

#: Temporaries begin and end like this. The dot keeps them apart from every name that the cache gives out.
TEMPORARY_PREFIX = ".incoming-"
TEMPORARY_SUFFIX = ".part"

#: Bytes of a body that are kept in memory before a file is begun: nearly all thumbnails, hardly any attachment.
IN_MEMORY = 1024 * 1024

_FLAGS = (
    os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOINHERIT", 0)
)  # fmt: skip


class CacheUnwritable(Exception):
    """The disk refused: full, read-only, a file where a folder should be. ``cause`` says which.

    Not an ``OSError``, so that a transport cannot mistake it for trouble with its connection.
    """

    def __init__(self, cause: OSError) -> None:
        super().__init__(str(cause))
        self.cause = cause


class IncomingFile:
    """A file on its way into a folder; the sink of a download. For one thread at a time.

    A body is kept in memory until it is published, or grows past :data:`IN_MEMORY`: a thumbnail that is given up
    has then never touched the disk, and the thread that receives it need not wait for one.
    Leaving the ``with`` block removes whatever was not published.

    :param folder: where it goes; or what tells, when it is first needed.
    :raises CacheUnwritable: from every method, where the disk refuses.
    """

    def __init__(self, folder: Union[Path, Callable[[], Path]]) -> None:
        self._folder = folder
        self._chunks: list[bytes] = []
        self._temporary: Optional[_Temporary] = None
        self.size = 0

    @property
    def in_memory(self) -> bool:
        """Nothing was written yet: :meth:`publish` may be tried again, into another folder."""
        return self._temporary is None

    def write(self, chunk: bytes) -> None:
        if self._temporary is not None:
            self._temporary.write(chunk)
        else:
            self._chunks.append(chunk)
        self.size += len(chunk)
        if self._temporary is None and self.size > IN_MEMORY:
            self._temporary = self._spill()

    def restart(self) -> None:
        """Forget what was written: another answer follows."""
        self._chunks.clear()
        if self._temporary is not None and self.size:
            self._temporary.empty()
        self.size = 0

    def head(self, count: int) -> bytes:
        return self._read(0, count)

    def tail(self, count: int) -> bytes:
        return self._read(max(self.size - count, 0), count)

    def _read(self, position: int, count: int) -> bytes:
        if self._temporary is not None:
            return self._temporary.read(position, count)
        if len(self._chunks) > 1:
            self._chunks[:] = [b"".join(self._chunks)]
        return self._chunks[0][position : position + count] if self._chunks else b""

    def publish(self, name: str, folder: Optional[Path] = None) -> Path:
        """Give the file its name in its folder, in one step, over an older one of that name.

        Where another program holds the older file open and the system (Windows) does not let it be replaced,
        the older one stays and is the result: the same url's path means the same media.

        :param folder: another one than that of the constructor, for a body that is :attr:`in_memory`.
        """
        temporary = self._temporary
        if temporary is not None:
            return temporary.publish(name)
        self._folder = folder or self._folder
        temporary = self._spill()
        try:
            return temporary.publish(name)
        finally:
            temporary.discard()

    def _spill(self) -> _Temporary:
        """What is in memory, in a file. The memory is let go of with the whole object: a disk may yet refuse."""
        folder = self._folder
        temporary = _Temporary(folder if isinstance(folder, Path) else folder())
        try:
            for chunk in self._chunks:
                temporary.write(chunk)
        except BaseException:
            temporary.discard()
            raise
        return temporary

    def discard(self) -> None:
        """Forget the body, and remove what was not published. Never raises."""
        self._chunks.clear()
        if self._temporary is not None:
            self._temporary.discard()

    def __enter__(self) -> IncomingFile:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.discard()


class _Temporary:
    """An open file of a name that nobody else uses, beside its final place."""

    # By descriptor: a file object asks the system three things more for each of a thousand small files.

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            self._path, self._file = _open_temporary(folder)
        except OSError as error:
            raise CacheUnwritable(error) from None
        self._is_open = True
        self._is_published = False

    def write(self, chunk: bytes) -> None:
        try:
            written = os.write(self._file, chunk)
            while written < len(chunk):  # a disk that is nearly full takes less than it was given
                written += os.write(self._file, memoryview(chunk)[written:])
        except OSError as error:
            raise CacheUnwritable(error) from None

    def empty(self) -> None:
        try:
            os.lseek(self._file, 0, os.SEEK_SET)
            os.ftruncate(self._file, 0)
        except OSError as error:
            raise CacheUnwritable(error) from None

    def read(self, position: int, count: int) -> bytes:
        try:
            os.lseek(self._file, position, os.SEEK_SET)
            data = os.read(self._file, count)
            os.lseek(self._file, 0, os.SEEK_END)
            return data
        except OSError as error:
            raise CacheUnwritable(error) from None

    def publish(self, name: str) -> Path:
        final = self._folder / name
        try:
            try:
                self._replace(final)
            except FileNotFoundError:
                # The folder, and the temporary's name with it, was removed under way; the open file is whole.
                if not self._is_open:
                    raise
                self._write_again()
                self._replace(final)
        except PermissionError as error:
            if not is_hit(final):
                raise CacheUnwritable(error) from None
        except OSError as error:
            raise CacheUnwritable(error) from None
        else:
            self._is_published = True
        return final

    def _replace(self, final: Path) -> None:
        if os.name == "nt":  # an open file cannot be renamed there (nor can its folder be removed)
            self._close()
        os.replace(self._path, final)

    def _write_again(self) -> None:
        old, (self._path, self._file) = self._file, _open_temporary(self._folder)
        try:
            os.lseek(old, 0, os.SEEK_SET)
            while True:
                chunk = os.read(old, 1024 * 1024)
                if not chunk:
                    break
                self.write(chunk)
        finally:
            os.close(old)

    def _close(self) -> None:
        if self._is_open:
            self._is_open = False
            os.close(self._file)

    def discard(self) -> None:
        try:
            self._close()
        except OSError:
            pass
        if self._is_published:
            return
        try:
            os.unlink(self._path)
        except OSError:
            pass  # gone with its folder


def is_hit(path: Path) -> bool:
    """Whether there is a file with something in it."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return False
    return status.st_size > 0 and (status.st_mode & 0o170000) == 0o100000


def _open_temporary(folder: Path) -> tuple[str, int]:
    """A new file that only we write to, with the permissions of the umask (``mkstemp`` would give 0600, and
    keep the rest of the group from reading a shared cache)."""
    path = f"{folder}{os.sep}{TEMPORARY_PREFIX}{_names.next()}{TEMPORARY_SUFFIX}"
    for attempt in (1, 2, 3):
        try:
            return path, os.open(path, _FLAGS, 0o666)
        except FileNotFoundError:
            if attempt == 3:
                raise
        # Once where there is no such folder yet; again where a sweep removes the empty folder in between.
        _make_folder(folder)
    raise AssertionError("the last attempt returns or raises")


def _make_folder(folder: Path) -> None:
    try:
        os.mkdir(folder)  # nearly always only the last of them is missing, and makedirs asks about each
    except FileExistsError:
        pass
    except FileNotFoundError:
        os.makedirs(folder, exist_ok=True)


class _Names:
    """Names that no other thread, process or host uses: a random one for each process, and a number."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._process = (0, "")

    def next(self) -> str:
        process = self._process
        if process[0] != os.getpid():  # in a forked child the numbers would be its parent's
            process = self._process = (os.getpid(), uuid.uuid4().hex)
        return f"{process[1]}-{next(self._numbers)}"


_names = _Names()
