"""``shotgun-data site``: serve the embedded site until interrupted."""

from __future__ import annotations

import argparse
import signal
import sqlite3
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

__all__ = ["add_parser", "run"]


def _whole(text: str, lowest: int, highest: Optional[int], what: str) -> int:
    try:
        value = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{what} must be a whole number, not {text!r}") from None
    if value < lowest or (highest is not None and value > highest):
        span = f"from {lowest} to {highest}" if highest is not None else f"{lowest} or more"
        raise argparse.ArgumentTypeError(f"{what} must be {span}, not {value}")
    return value


def _port(text: str) -> int:
    return _whole(text, 0, 65535, "the port")


def _shots(text: str) -> int:
    return _whole(text, 0, None, "the number of shots")


def _milliseconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"the latency must be a number, not {text!r}") from None
    if not 0 <= value <= 600_000:
        raise argparse.ArgumentTypeError(f"the latency must be from 0 to 600000 milliseconds, not {text}")
    return value


def add_parser(subparsers: Subparsers) -> None:
    """Add ``site`` to the command's sub-commands."""
    parser = subparsers.add_parser(
        "site",
        help="serve the embedded site",
        description="Serve a ShotGrid site on 127.0.0.1 (script 'demo', key 'demo') until interrupted.",
    )
    parser.add_argument("--port", type=_port, default=8181, metavar="N", help="port; 0 takes a free one (8181)")
    parser.add_argument("--shots", type=_shots, default=240, metavar="N", help="shots in a new production (240)")
    parser.add_argument(
        "--latency-ms", type=_milliseconds, default=0.0, metavar="L", help="milliseconds added to each answer (0)"
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="keep data and uploads in DIR, across restarts")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM; gives the exit status."""
    try:
        from ..demo.site import EmbeddedSite, SiteNotStarted
    except ImportError as error:
        print(
            f"shotgun-data site: {error.name or error} is missing. Install it with: pip install 'shotgun-data[demo]'",
            file=sys.stderr,
        )
        return 1
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        site = EmbeddedSite(port=args.port, shots=args.shots, data_dir=args.data, latency=args.latency_ms / 1000.0)
    except (OSError, sqlite3.Error) as error:
        print(f"shotgun-data site: cannot use {args.data}: {error}", file=sys.stderr)
        return 1
    try:
        site.start()
        print(f"site ready: {site.url} (script demo, key demo)", flush=True)
        # in turns: on Windows a wait without an end cannot be interrupted
        while not ended.wait(0.5):
            pass
    except SiteNotStarted as error:
        print(f"shotgun-data site: {error}", file=sys.stderr)
        return 1
    finally:
        site.stop()
    return 0
