"""The look of each sequence: its light, its colours, and the land it plays in."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import Tuple

Colour = Tuple[int, int, int]


@dataclass(frozen=True)
class Theme:
    """How a sequence looks. ``sky`` runs from the zenith to the horizon, ``far`` and ``near`` tint the land."""

    name: str
    sky: Tuple[Colour, ...]
    light: Colour
    far: Colour
    near: Colour
    terrain: str
    accent: Colour
    lamp: str = "sun"
    weather: Tuple[str, ...] = ()


THEMES = (
    Theme("polar night", ((6, 10, 34), (14, 34, 74), (30, 84, 104), (96, 150, 140)), (190, 255, 214),
          (46, 84, 110), (8, 16, 34), "peaks", (255, 122, 60), "moon", ("stars", "aurora")),
    Theme("golden hour", ((70, 92, 158), (196, 128, 140), (250, 176, 104), (255, 224, 150)), (255, 240, 190),
          (196, 122, 104), (60, 28, 40), "hills", (52, 196, 190), "sun", ("clouds",)),
    Theme("harbour", ((88, 140, 170), (150, 190, 204), (206, 222, 220), (236, 232, 214)), (255, 252, 236),
          (120, 158, 172), (24, 50, 66), "sea", (226, 62, 52), "sun", ("clouds", "birds")),
    Theme("pine forest", ((120, 164, 150), (166, 198, 172), (208, 222, 184), (232, 236, 202)), (255, 255, 226),
          (116, 156, 136), (14, 42, 34), "forest", (250, 190, 40), "sun", ("fog",)),
    Theme("neon city", ((18, 8, 44), (58, 18, 92), (134, 34, 122), (232, 84, 130)), (255, 170, 220),
          (78, 34, 110), (14, 6, 32), "city", (60, 240, 255), "moon", ("rain",)),
    Theme("dunes", ((40, 96, 170), (108, 160, 206), (232, 206, 166), (252, 226, 168)), (255, 250, 220),
          (226, 164, 104), (128, 62, 34), "dunes", (40, 100, 200), "sun", ()),
    Theme("blizzard", ((132, 150, 172), (170, 186, 204), (206, 216, 226), (232, 238, 242)), (255, 255, 255),
          (178, 194, 210), (70, 92, 118), "ice", (216, 40, 60), "none", ("snow", "fog")),
    Theme("embers", ((26, 8, 12), (86, 18, 18), (186, 54, 22), (255, 146, 48)), (255, 206, 110),
          (112, 32, 24), (18, 6, 8), "ruins", (250, 226, 150), "sun", ("sparks",)),
    Theme("spring", ((84, 168, 224), (142, 204, 236), (204, 234, 240), (240, 248, 226)), (255, 255, 232),
          (140, 196, 140), (40, 104, 62), "hills", (244, 80, 140), "sun", ("clouds", "birds")),
    Theme("deep sea", ((4, 54, 86), (4, 84, 116), (10, 124, 146), (70, 176, 180)), (186, 255, 244),
          (14, 104, 126), (2, 28, 48), "reef", (255, 176, 64), "beams", ("bubbles",)),
    Theme("cabin", ((40, 24, 20), (74, 42, 28), (112, 64, 36), (138, 82, 44)), (255, 214, 132),
          (98, 58, 36), (28, 14, 12), "interior", (110, 200, 255), "none", ()),
    Theme("dawn", ((52, 60, 118), (126, 104, 164), (226, 150, 170), (255, 208, 176)), (255, 226, 204),
          (140, 112, 160), (40, 32, 70), "peaks", (255, 226, 80), "sun", ("fog", "birds")),
)  # fmt: skip


def theme_of(place: str) -> Theme:
    """Return the theme of the sequence with this code; neighbouring numbers (NL010, NL020) get different ones."""
    number = re.search(r"\d+", place)
    index = int(number.group()) // 10 - 1 if number else zlib.crc32(place.encode("utf-8"))
    return THEMES[index % len(THEMES)]


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return the colour that lies `share` (0 to 1) of the way from `one` to `other`."""
    return (
        round(one[0] + (other[0] - one[0]) * share),
        round(one[1] + (other[1] - one[1]) * share),
        round(one[2] + (other[2] - one[2]) * share),
    )
