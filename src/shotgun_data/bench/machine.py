"""What a figure cannot be read without: which machine, which versions, which settings."""

from __future__ import annotations

import dataclasses
import datetime
import os
import platform
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, Optional

import shotgun_data
from shotgun_data import Settings
from shotgun_data.qt.binding import QtCore


def machine_facts(scratch: Path) -> Mapping[str, Any]:
    """For the head of the table and for the file. Names neither the machine nor any path.

    :param scratch: where files are stored.
    """
    binding = QtCore.QObject.__module__.partition(".")[0]
    return {
        "made": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "shotgun_data": shotgun_data.__version__,
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "qt_binding": f"{binding} {_binding_version(binding)}",
        "qt": QtCore.qVersion(),
        "shotgun_api3": metadata.version("shotgun_api3"),
        "transport": _transport(),
        "platform": platform.platform(),
        "processor": _processor(),
        "cores": _cores(),
        "file_system": _file_system(scratch),
        "settings": _changed_settings(),
    }


def _binding_version(binding: str) -> str:
    told = getattr(QtCore, "PYQT_VERSION_STR", None) or getattr(sys.modules.get(binding), "__version__", None)
    return str(told or "of unknown version")


def _transport() -> Optional[str]:
    """What carried the downloads of this process, by what was loaded for them; None if nothing was."""
    # pycurl alone says little: it is also loaded to find out that it is too old.
    for transport, library in (("curl_transport", "pycurl"), ("urllib3_transport", "urllib3")):
        if library in sys.modules and any(name.rpartition(".")[2] == transport for name in sys.modules):
            return f"{library} {_version_of(library)}"
    return None


def _version_of(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "of unknown version"


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _file_system(folder: Path) -> str:
    """The kind that a folder is on; "tmpfs" is memory."""
    found, kind = "", "an unknown file system"
    try:
        for line in Path("/proc/mounts").read_text(encoding="utf-8", errors="replace").splitlines():
            _, mount, of = line.split()[:3]
            if len(mount) >= len(found) and (folder == Path(mount) or Path(mount) in folder.parents):
                found, kind = mount, of
    except (OSError, ValueError):
        pass
    return kind


def _cores() -> Optional[int]:
    """Those that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count()


def _changed_settings() -> Mapping[str, str]:
    """Settings that the environment changes: then nothing here is measured at the defaults."""
    names = [item.name for item in dataclasses.fields(Settings) if item.name != "cache_dir"]
    texts = {name: os.environ.get(f"SHOTGUN_DATA_{name.upper()}", "").strip() for name in names}
    return {name: text for name, text in texts.items() if text}
