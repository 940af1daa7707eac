"""The land behind a shot: sky, lamp in the sky, terrain in depth, weather."""

from __future__ import annotations

import math
import random
from typing import Callable, Dict, List

from .canvas import HEIGHT, WIDTH, Canvas, Point, ridge
from .palette import Colour, Theme, mix


def draw_land(canvas: Canvas, theme: Theme, chance: random.Random, horizon: float, lamp_x: float) -> None:
    """Draw the background of a shot: `horizon` is in units from the top, `lamp_x` where light comes from."""
    if theme.terrain == "interior":
        _interior(canvas, theme, chance, horizon, lamp_x)
        return
    canvas.gradient(theme.sky, horizon + 12)
    # The farthest land dips below the horizon in places: haze shows there, not the bare canvas.
    canvas.rectangle(0, horizon + 12, WIDTH, HEIGHT, mix(theme.sky[-1], theme.far, 0.5))
    _lamp(canvas, theme, chance, horizon, lamp_x)
    _heavens(canvas, theme, chance, horizon)
    _TERRAIN[theme.terrain](canvas, theme, chance, horizon)
    if "fog" in theme.weather:
        canvas.veil(horizon - 70, horizon + 30, theme.sky[-1], 0.62)
        canvas.veil(horizon + 30, HEIGHT, theme.sky[-1], 0.62, sinking=False)


def draw_weather(canvas: Canvas, theme: Theme, chance: random.Random) -> None:
    """Draw what falls or floats in front of everything."""
    if "snow" in theme.weather:
        for _ in range(110):
            size = chance.choice((0.8, 1.2, 1.8, 3.0))
            canvas.ellipse(chance.uniform(0, WIDTH), chance.uniform(0, HEIGHT), size, size, (250, 252, 255))
    if "rain" in theme.weather:
        for _ in range(70):
            x, y, length = chance.uniform(0, WIDTH), chance.uniform(-20, HEIGHT), chance.uniform(10, 26)
            canvas.line([(x, y), (x - length * 0.25, y + length)], mix(theme.light, theme.near, 0.45), 0.6)
    if "sparks" in theme.weather:
        for _ in range(60):
            size = chance.choice((0.7, 1.0, 1.6))
            colour = mix(theme.light, theme.sky[-1], chance.random())
            canvas.ellipse(chance.uniform(0, WIDTH), chance.triangular(0, HEIGHT, HEIGHT), size, size, colour)
    if "bubbles" in theme.weather:
        for _ in range(22):
            x, y, size = chance.uniform(0, WIDTH), chance.uniform(0, HEIGHT), chance.choice((1.5, 2.5, 4.0))
            canvas.ellipse(x, y, size, size, mix(theme.sky[-1], theme.light, 0.5))
            canvas.ellipse(x, y, size * 0.7, size * 0.7, theme.sky[2])


def _lamp(canvas: Canvas, theme: Theme, chance: random.Random, horizon: float, lamp_x: float) -> None:
    if theme.lamp == "beams":
        for _ in range(5):
            x, width = lamp_x + chance.uniform(-130, 130), chance.uniform(10, 30)
            lean = (x - lamp_x) * 0.7
            colour = mix(theme.sky[2], theme.light, chance.uniform(0.1, 0.3))
            canvas.polygon(
                [(x, 0), (x + width, 0), (x + width * 2 + lean, horizon), (x + lean - width, horizon)], colour
            )
        canvas.glow(lamp_x, 0, 190, theme.light, 0.6)
        return
    if theme.lamp == "none":
        canvas.glow(lamp_x, horizon * 0.4, 170, theme.light, 0.5)
        return
    high = theme.lamp == "moon"
    y = chance.uniform(34, 80) if high else chance.uniform(0.45, 1.0) * (horizon - 22)
    size = chance.uniform(9, 15) if high else chance.uniform(13, 30)
    canvas.glow(lamp_x, y, size * 8, theme.light, 0.75)
    canvas.ellipse(lamp_x, y, size, size, mix(theme.light, (255, 255, 255), 0.35))
    if high:
        canvas.ellipse(
            lamp_x - size * 0.35, y + size * 0.2, size * 0.22, size * 0.22, mix(theme.light, theme.sky[2], 0.25)
        )


def _heavens(canvas: Canvas, theme: Theme, chance: random.Random, horizon: float) -> None:
    if "stars" in theme.weather:
        for _ in range(90):
            size = chance.choice((0.5, 0.5, 0.8, 1.2))
            canvas.ellipse(chance.uniform(0, WIDTH), chance.uniform(0, horizon * 0.8), size, size, (236, 244, 255))
    if "aurora" in theme.weather:
        for band in range(2):
            colour = ((92, 255, 176), (130, 120, 255))[band]
            phase, reach, base = chance.uniform(0, 6), chance.uniform(0.010, 0.02), chance.uniform(40, 110)
            for step in range(0, WIDTH, 12):
                y = base + 24 * math.sin(phase + step * reach) + 9 * math.sin(phase * 2 + step * reach * 3)
                canvas.glow(step, y, 30 + 12 * math.sin(step * 0.07 + phase), colour, 0.24)
    if "clouds" in theme.weather:
        for _ in range(chance.randint(3, 6)):
            x, y, size = chance.uniform(0, WIDTH), chance.uniform(12, horizon * 0.62), chance.uniform(9, 22)
            colour = mix(theme.sky[1], theme.light, chance.uniform(0.35, 0.7))
            for puff in range(5):
                radius = size * (1 - abs(puff - 2) * 0.28)
                canvas.ellipse(x + (puff - 2) * size * 1.1, y - radius * 0.25, radius * 1.3, radius * 0.62, colour)
    if "birds" in theme.weather:
        x, y = chance.uniform(60, WIDTH - 120), chance.uniform(20, horizon * 0.6)
        for _ in range(chance.randint(4, 9)):
            bird_x, bird_y, span = x + chance.uniform(-50, 50), y + chance.uniform(-24, 24), chance.uniform(4, 8)
            wings = [(bird_x - span, bird_y - span * 0.5), (bird_x, bird_y), (bird_x + span, bird_y - span * 0.6)]
            canvas.line(wings, mix(theme.near, theme.far, 0.3), 1.3)


def _land(canvas: Canvas, skyline: List[Point], colour: Colour) -> None:
    canvas.polygon([*skyline, (WIDTH, HEIGHT), (0, HEIGHT)], colour)


def _layers(canvas: Canvas, theme: Theme, chance: random.Random, horizon: float, jagged: bool, height: float) -> None:
    count = chance.randint(3, 5)
    for layer in range(count):
        depth = layer / (count - 1)
        level = horizon + depth * (HEIGHT - horizon) * 0.72
        skyline = ridge(chance, level, height * (1 - 0.45 * depth), chance.randint(2, 5), jagged and depth < 0.7)
        colour = mix(theme.far, theme.near, depth)
        _land(canvas, skyline, colour)
        if theme.terrain == "peaks" and depth < 0.4:
            for before, (x, y), after in zip(skyline, skyline[1:], skyline[2:]):
                if y < level - height * 0.2 and y < before[1] and y < after[1]:
                    cap = mix(theme.light, colour, 0.25)
                    canvas.polygon([(x, y), (x + 9, y + 13), (x + 2, y + 9), (x - 3, y + 14), (x - 8, y + 11)], cap)


def _hills(canvas: Canvas, theme: Theme, chance: random.Random, horizon: float) -> None:
    _layers(canvas, theme, chance, horizon, False, chance.uniform(18, 44))
    for _ in range(chance.randint(0, 3)):
        x, y = chance.uniform(20, WIDTH - 20), horizon + chance.uniform(22, 70)
        size = (y - horizon) * 0.35 + 6
        canvas.rectangle(x - size * 0.1, y - size, x + size * 0.1, y + 3, mix(theme.near, (0, 0, 0), 0.3))
        canvas.ellipse(x, y - size * 1.3, size * 0.7, size * 0.8, mix(theme.near, theme.far, 0.25))


def _peaks(canvas: Canvas, theme: Theme, chance: random.Random, horizon: float) -> None:
    _layers(canvas, theme, chance, horizon, True, chance.uniform(40, 78))


def _dunes(canvas: Canvas, theme: Theme, chance: random.Random, horizon: float) -> None:
    for layer in range(4):
        level = horizon + 8 + layer * (HEIGHT - horizon) * 0.24
        crest_x, crest_y = chance.uniform(0.15, 0.85) * WIDTH, level - chance.uniform(16, 44)
        colour = mix(theme.far, theme.near, layer / 3)
        _land(canvas, [(0, level + 12), (crest_x * 0.6, level - 2), (crest_x, crest_y), (WIDTH, level + 16)], colour)
        lee = [
            (crest_x, crest_y),
            (crest_x + 60, level + 40),
            (crest_x - 40, HEIGHT),
            (WIDTH, HEIGHT),
            (WIDTH, level + 16),
        ]
        canvas.polygon(lee, mix(colour, (40, 16, 20), 0.28))


def _sea(canvas: Canvas, theme: Theme, chance: random.Random, horizon: float) -> None:
    _land(canvas, ridge(chance, horizon - 4, 16, 3, True), mix(theme.far, theme.sky[-1], 0.35))
    canvas.rectangle(0, horizon, WIDTH, HEIGHT, theme.far)
    for row in range(14):
        y = horizon + 2 + (HEIGHT - horizon) * (row / 14) ** 1.5
        colour = mix(theme.far, theme.near, row / 14)
        canvas.rectangle(0, y, WIDTH, HEIGHT, colour)
        for _ in range(7):
            x, length = chance.uniform(0, WIDTH), 6 + row * 3
            canvas.line([(x, y + 2), (x + length, y + 2)], mix(colour, theme.light, 0.4), 0.7 + row * 0.1)


def _forest(canvas: Canvas, theme: Theme, chance: random.Random, horizon: float) -> None:
    for layer in range(4):
        depth = layer / 3
        level = horizon + 6 + depth * (HEIGHT - horizon) * 0.6
        colour = mix(theme.far, theme.near, depth)
        _land(canvas, ridge(chance, level, 8, 3, False), colour)
        size = 34 + 52 * depth
        gap = chance.uniform(0.25, 0.75) * WIDTH
        x = -10.0
        while x < WIDTH + 10:
            if layer < 2 or abs(x - gap) > 90:
                tall = size * chance.uniform(0.7, 1.4)
                for tier in range(3):
                    top, wide = level + 10 - tall * (1 - tier * 0.26), tall * (0.13 + tier * 0.08)
                    canvas.polygon([(x, top), (x + wide, top + tall * 0.42), (x - wide, top + tall * 0.42)], colour)
            x += size * chance.uniform(0.28, 0.62)


def _city(canvas: Canvas, theme: Theme, chance: random.Random, horizon: float) -> None:
    for layer in range(3):
        depth = layer / 2
        colour, x = mix(theme.far, theme.near, depth), -20.0
        while x < WIDTH:
            wide, tall = chance.uniform(22, 44) + 14 * layer, chance.uniform(30, 120) * (1.15 - 0.3 * depth)
            top = horizon + 28 * depth - tall
            canvas.rectangle(x, top, x + wide, HEIGHT, colour)
            for row in range(int(tall / 11)):
                for column in range(int(wide / 8)):
                    if chance.random() < 0.26:
                        lit = chance.choice((theme.light, theme.accent, (255, 220, 140)))
                        left, upper = x + 3 + column * 8, top + 5 + row * 11
                        canvas.rectangle(left, upper, left + 3.4, upper + 5, mix(colour, lit, 0.4 + 0.5 * depth))
            x += wide + chance.uniform(0, 14)
    street = horizon + 40
    # The street's light hangs in the rain: figures stand out against it.
    canvas.veil(horizon - 60, street, mix(theme.sky[2], theme.light, 0.25), 0.55)
    canvas.rectangle(0, street, WIDTH, HEIGHT, theme.near)
    for _ in range(16):
        x, colour = chance.uniform(0, WIDTH), chance.choice((theme.accent, theme.light, theme.sky[-1]))
        canvas.line([(x, street + chance.uniform(2, 40)), (x, HEIGHT)], mix(theme.near, colour, 0.35), 2.4)


def _ice(canvas: Canvas, theme: Theme, chance: random.Random, horizon: float) -> None:
    _land(canvas, ridge(chance, horizon, 24, 4, True), mix(theme.far, theme.sky[-1], 0.4))
    canvas.rectangle(0, horizon + 14, WIDTH, HEIGHT, mix(theme.far, theme.light, 0.35))
    for layer in range(9):
        x, y = chance.uniform(-40, WIDTH), horizon + 20 + layer * (HEIGHT - horizon) / 9
        wide = chance.uniform(50, 130)
        canvas.polygon(
            [(x, y), (x + wide * 0.5, y - 10 - layer * 2), (x + wide, y - 2), (x + wide * 0.7, y + 9)], theme.light
        )
        shade = mix(theme.far, theme.near, 0.35)
        canvas.polygon([(x, y), (x + wide * 0.35, y - 2), (x + wide, y - 2), (x + wide * 0.7, y + 11)], shade)


def _ruins(canvas: Canvas, theme: Theme, chance: random.Random, horizon: float) -> None:
    _layers(canvas, theme, chance, horizon, True, 34)
    x = chance.uniform(-10, 60)
    while x < WIDTH:
        wide, tall = chance.uniform(14, 30), chance.uniform(40, 120)
        foot = horizon + chance.uniform(30, 60)
        top = foot - tall
        jag = [(x, top + chance.uniform(0, 16)), (x + wide * 0.4, top), (x + wide, top + chance.uniform(6, 24))]
        canvas.polygon([*jag, (x + wide, HEIGHT), (x, HEIGHT)], mix(theme.near, theme.far, 0.22))
        x += wide + chance.uniform(30, 110)
    canvas.glow(chance.uniform(60, WIDTH - 60), horizon + 50, 110, theme.sky[-1], 0.6)
    _land(canvas, ridge(chance, horizon + 66, 9, 6, True), theme.near)


def _reef(canvas: Canvas, theme: Theme, chance: random.Random, horizon: float) -> None:
    _layers(canvas, theme, chance, horizon, False, 30)
    for _ in range(16):
        x, foot, tall = chance.uniform(0, WIDTH), HEIGHT - chance.uniform(-8, 46), chance.uniform(34, 110)
        sway, colour = chance.uniform(-22, 22), mix(theme.near, chance.choice((theme.accent, theme.far)), 0.45)
        canvas.line(
            [(x, foot), (x + sway, foot - tall * 0.5), (x + sway * 0.3, foot - tall)], colour, chance.uniform(2, 6)
        )
    for _ in range(chance.randint(3, 8)):
        x, y, size = chance.uniform(30, WIDTH - 30), chance.uniform(30, horizon), chance.uniform(3, 8)
        canvas.ellipse(x, y, size * 1.6, size * 0.7, theme.accent)
        canvas.polygon([(x + size * 1.3, y), (x + size * 2.6, y - size), (x + size * 2.6, y + size)], theme.accent)


def _interior(canvas: Canvas, theme: Theme, chance: random.Random, horizon: float, lamp_x: float) -> None:
    canvas.gradient(theme.sky, horizon + 8)
    for plank in range(0, WIDTH, 40):
        canvas.line([(plank, 0), (plank, horizon)], mix(theme.sky[1], theme.near, 0.4), 1)
    x = lamp_x + (150 if lamp_x < WIDTH / 2 else -150) + chance.uniform(-20, 20)
    wide, top, tall = chance.uniform(30, 56), chance.uniform(20, 46), chance.uniform(66, 92)
    canvas.rectangle(x - wide - 6, top - 6, x + wide + 6, top + tall + 8, theme.near)
    canvas.rectangle(x - wide, top, x + wide, top + tall, (34, 66, 112))
    canvas.glow(x, top + tall * 0.4, 70, theme.accent, 0.5)
    canvas.rectangle(x - 2, top, x + 2, top + tall, theme.near)
    canvas.rectangle(x - wide, top + tall * 0.5, x + wide, top + tall * 0.5 + 3, theme.near)
    canvas.rectangle(0, horizon, WIDTH, HEIGHT, mix(theme.near, theme.far, 0.35))
    for board in range(7):
        start = WIDTH / 2 + (board - 3) * 60
        canvas.line([(start, horizon), (WIDTH / 2 + (board - 3) * 190, HEIGHT)], theme.near, 1.4)
    table = chance.uniform(90, WIDTH - 170)
    canvas.rectangle(table, horizon + 6, table + 120, horizon + 14, mix(theme.near, theme.far, 0.75))
    canvas.rectangle(table + 10, horizon + 14, table + 17, horizon + 60, mix(theme.near, theme.far, 0.5))
    canvas.rectangle(table + 103, horizon + 14, table + 110, horizon + 60, mix(theme.near, theme.far, 0.5))
    canvas.line([(lamp_x, 0), (lamp_x, 50)], theme.near, 2)
    canvas.polygon([(lamp_x - 8, 46), (lamp_x + 8, 46), (lamp_x + 22, 64), (lamp_x - 22, 64)], theme.near)
    canvas.glow(lamp_x, 74, 170, theme.light, 0.8)
    canvas.ellipse(lamp_x, 66, 8, 7, (255, 244, 214))


_TERRAIN: Dict[str, Callable[[Canvas, Theme, random.Random, float], None]] = {
    "hills": _hills,
    "peaks": _peaks,
    "dunes": _dunes,
    "sea": _sea,
    "forest": _forest,
    "city": _city,
    "ice": _ice,
    "ruins": _ruins,
    "reef": _reef,
}
