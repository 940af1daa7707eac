"""``shotgun-data browse``: a window on a site."""

from __future__ import annotations

import argparse
import re
import sys
from typing import Any, Tuple


def add_parser(subparsers: Any) -> None:
    """Add the command to those of ``shotgun-data``."""
    parser = subparsers.add_parser(
        "browse",
        help="a window on a site: sequences, shots, versions, notes, files",
        description="A window on the site that SHOTGUN_DATA_URL names, entered with SHOTGUN_DATA_SCRIPT and "
        "SHOTGUN_DATA_KEY or by logging in. Without a screen it paints itself into a PNG file.",
    )
    parser.add_argument("--demo", action="store_true", help="start the embedded site and browse that")
    parser.add_argument(
        "--shots", type=_count, default=240, metavar="N", help="shots of the embedded site (default: %(default)s)"
    )
    parser.add_argument("--project", metavar="NAME", help="the project to open first")
    parser.add_argument("--png", metavar="FILE", help="paint the window into this file (without a screen: demo.png)")
    parser.add_argument("--size", type=_size, metavar="WxH", help="size of the window in pixels, such as 1440x880")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Show the window, or paint it; gives the exit code."""
    try:
        from shotgun_data.demo.browser.application import Options, has_screen
        from shotgun_data.demo.browser.application import run as run_window
        from shotgun_data.demo.browser.connection import CannotConnect
        from shotgun_data.errors import TankError
    except Exception as error:  # noqa: BLE001 - no Qt, or one that lacks its libraries: said in one sentence
        print(f"The window cannot be opened: {error}", file=sys.stderr)
        return 1
    png = arguments.png or (None if has_screen() else "demo.png")
    options = Options(arguments.demo, arguments.shots, arguments.project, png, arguments.size)
    try:
        return run_window(options)
    except (CannotConnect, TankError) as error:
        print(error, file=sys.stderr)
        return 2


def _count(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = -1
    if not 0 <= number <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of shots from 0 to 1000000")
    return number


def _size(text: str) -> Tuple[int, int]:
    match = re.fullmatch(r"(\d{3,5})[xX](\d{3,5})", text.strip())
    width, height = (int(match[1]), int(match[2])) if match else (0, 0)
    if not (100 <= width <= 16384 and 100 <= height <= 16384):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size in pixels, such as 1440x880 (100 to 16384 each way)")
    return width, height
