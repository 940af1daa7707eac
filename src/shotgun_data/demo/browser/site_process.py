"""The embedded site in a process of its own, which ends with the one that started it.

Run as ``python -m shotgun_data.demo.browser.site_process --shots N``: it prints the site's address and a folder for its
media, and serves until its standard input is closed. The system closes that in every case, also when the window's
process is killed; then the folder is removed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import threading

READY = "site ready: "


def main() -> int:
    """Serve until the standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--shots", type=int, default=240)
    shots = parser.parse_args().shots
    # Ctrl-C in a terminal reaches the whole group: it is the window that decides, and closes our input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(10)  # it stands for a machine of its own, and must not take this one from the window
    ended = threading.Event()

    def watch() -> None:
        while sys.stdin.read(1):
            pass
        ended.set()

    threading.Thread(target=watch, name="watch-parent", daemon=True).start()
    cache = tempfile.mkdtemp(prefix="shotgun-data-demo-")
    try:
        from ..site import EmbeddedSite

        with EmbeddedSite(shots=shots) as site:
            print(f"{READY}{site.url} {cache}", flush=True)
            ended.wait()
    except Exception as error:  # noqa: BLE001 - told in one line to whoever started us
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        return 1
    finally:
        shutil.rmtree(cache, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
