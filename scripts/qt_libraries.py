"""Finds the system libraries that the installed Qt binding lacks on this machine.

Prints the Debian packages that hold them, and exits with 1 if there are any. With ``--explain`` it says in
sentences what does not work without them, and exits with 1 where Qt cannot be used at all, with 3 where only
windows cannot be opened (tests and pictures, which are drawn offscreen, can be made all the same).
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

BINDINGS = ("PySide6", "PyQt6")
NEEDED = ("QtCore.*", "QtGui.*", "QtWidgets.*", "libqoffscreen.so", "libqjpeg.so")
FOR_WINDOWS = {"X11": ("libqxcb.so",), "Wayland": ("libqwayland-*.so",)}
FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")

# Debian 11 to 13 and Ubuntu 20.04 to 24.04; in the newest some are names that a `t64` package provides.
PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libXext.so.6": "libxext6",
    "libbrotlidec.so.1": "libbrotli1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libexpat.so.1": "libexpat1",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libpng16.so.16": "libpng16-16",
    "libstdc++.so.6": "libstdc++6",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}


def binding_files(patterns: tuple[str, ...]) -> Iterator[Path]:
    for binding in BINDINGS:
        spec = importlib.util.find_spec(binding)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            for pattern in patterns:
                if pattern.startswith("Qt"):
                    yield from Path(folder).glob(pattern + ".so")
                else:
                    yield from Path(folder).glob(f"Qt*/plugins/*/{pattern}")


def missing_libraries(patterns: tuple[str, ...]) -> list[str]:
    """The sonames that the dynamic loader does not find for these files; none if there is no ldd to ask."""
    files = [str(path) for path in binding_files(patterns)]
    if not files or not sys.platform.startswith("linux") or shutil.which("ldd") is None:
        return []
    found = subprocess.run(["ldd", *files], capture_output=True, text=True, check=False)
    lines = (line.split() for line in found.stdout.splitlines())
    return sorted({words[0] for words in lines if words[1:] == ["=>", "not", "found"]})


def has_fonts() -> bool:
    folders = (Path(folder).expanduser() for folder in FONTS)
    return any(next(folder.rglob("*.[to]t[fc]"), None) for folder in folders)


def main() -> int:
    needed = missing_libraries(NEEDED)
    for_windows = {system: missing_libraries(patterns) for system, patterns in FOR_WINDOWS.items()}
    fonts_missing = any(binding_files(NEEDED)) and sys.platform.startswith("linux") and not has_fonts()
    if "--explain" in sys.argv:
        return explain(needed, for_windows, fonts_missing)
    names = {name for names in (needed, *for_windows.values()) for name in names}
    # A library that the table does not know is shown under its own name: apt-get then says so.
    packages = {PACKAGES.get(name, name) for name in names}
    if fonts_missing:
        packages |= {"fonts-dejavu-core", "fonts-droid-fallback"}  # Latin, and shots that are named in Japanese
    print(*sorted(packages))
    return 1 if packages else 0


def explain(needed: list[str], for_windows: dict[str, list[str]], fonts_missing: bool) -> int:
    if needed:
        print("Qt cannot be loaded; these system libraries are missing:", *needed)
        return 1
    for system, names in for_windows.items():
        if names:
            print(f"Qt can open no window on {system}; these system libraries are missing:", *names)
    if fonts_missing:
        print("There is no font on this system: Qt will draw no text.")
    return 3 if fonts_missing or any(for_windows.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
