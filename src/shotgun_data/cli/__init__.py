"""The ``shotgun-data`` command: one file for each sub-command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Optional

from .. import __version__

#: Each is a module here, with ``add_parser(subparsers)``; its parser sets ``run``.
COMMANDS = ("site", "browse", "bench")


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run a command line; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="shotgun-data", description="ShotGrid data and thumbnails without waiting."
    )
    parser.add_argument("--version", action="version", version=f"shotgun-data {__version__}")
    subparsers = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS:
        import_module(f"{__name__}.{name}").add_parser(subparsers)
    parsed = parser.parse_args(arguments)
    try:
        return int(parsed.run(parsed))
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
