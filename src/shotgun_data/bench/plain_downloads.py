"""Downloads as one would write them without us: a pool of threads with ``urllib``, and ``curl``."""

from __future__ import annotations

import re
import shutil
import subprocess
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Optional

from .case import WrongResult
from .place import Place

CURL_AT_ONCE = 32

# Without the environment's proxies: they do not lead to 127.0.0.1.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def read_url(url: str) -> bytes:
    """The body behind a url."""
    with _opener.open(url) as answer:
        body: bytes = answer.read()
    return body


def save_url(url: str, path: Path) -> None:
    """The body behind a url, into a file."""
    with _opener.open(url) as answer, open(path, "wb") as file:
        shutil.copyfileobj(answer, file)


def with_threads(threads: int, urls: Sequence[str], folder: Path) -> Sequence[Path]:
    """Each url into a file; gives the files."""
    paths = [folder / f"{number}.jpg" for number in range(len(urls))]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(save_url, urls, paths))
    return paths


def write_curl_config(urls: Sequence[str], folder: Path) -> tuple[Path, Sequence[Path]]:
    """The file that tells curl what to download, and the files that it will write."""
    paths = [folder / f"{number}.jpg" for number in range(len(urls))]
    config = folder / "curl.config"
    lines = (f'url = "{url}"\noutput = "{path.as_posix()}"\n' for url, path in zip(urls, paths))
    config.write_text("".join(lines), encoding="utf-8")
    return config, paths


def run_curl(config: Path) -> None:
    """:raises WrongResult: curl says that something failed."""
    command = [
        *("curl", "--disable", "--parallel", "--parallel-max", str(CURL_AT_ONCE)),
        *("--silent", "--show-error", "--fail", "--noproxy", "*", "--config", str(config)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise WrongResult(f"curl ended with code {done.returncode}: {said[-1] if said else 'without a word'}")


def curl_missing() -> Optional[str]:
    """Why curl cannot be compared with, in a few words; None if it can."""
    try:
        said = subprocess.run(["curl", "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return "curl is not installed"
    version = re.match(r"curl (\d+)\.(\d+)", said)
    if version is None or (int(version[1]), int(version[2])) < (7, 66):
        return "this curl is too old for --parallel"
    return None


def check_files(place: Place, paths: Sequence[Path]) -> None:
    """:raises WrongResult: a file is not, byte by byte, what the origin has for it."""
    pictures = [path.read_bytes() for path in place.pictures]
    wrong = sum(
        1 for number, path in enumerate(paths) if path.read_bytes() != pictures[number % len(pictures)]
    )
    if wrong:
        raise WrongResult(f"{wrong} of {len(paths)} files are not what the origin sent")
