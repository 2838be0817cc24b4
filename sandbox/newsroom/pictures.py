"""Draws a picture for an article: a landscape whose shapes and colours follow from its id. Pure."""

import math
from random import Random

WIDTH, HEIGHT = 640, 336

_PALETTES = (
    ("#fde3c0", "#f3a683", "#c4577a", "#6b3a7d", "#2f2350"),
    ("#d9f0ee", "#8fd0c8", "#3f9ea3", "#1f6378", "#123a52"),
    ("#fff1cf", "#f7c873", "#d98a4a", "#8f4f43", "#43293a"),
    ("#e4ecfb", "#a9c1ee", "#6487cf", "#3a549c", "#20305f"),
    ("#eaf5d8", "#b6d98b", "#6ea962", "#36745a", "#1b4446"),
    ("#fbe4ee", "#eeaec6", "#c97aa8", "#7f4d8c", "#3f2c5e"),
)


def draw_picture(article_id: str) -> bytes:
    """Give an SVG of 640 by 336, always the same for the same id."""
    random = Random(article_id)
    sky, glow, *hills = random.choice(_PALETTES)
    sun_x, sun_y = random.uniform(120, 520), random.uniform(70, 140)
    radius = random.uniform(28, 52)
    shapes = [
        f'<circle cx="{sun_x:.0f}" cy="{sun_y:.0f}" r="{size:.0f}" fill="#fff" opacity="{shine}"/>'
        for size, shine in ((radius * 1.9, 0.18), (radius, 0.75))
    ]
    for layer, colour in enumerate(hills):
        shapes.append(f'<path d="{_draw_hill(random, 165 + 52 * layer)}" fill="{colour}"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}"><defs><linearGradient id="s" x2="0" y2="1">'
        f'<stop stop-color="{glow}"/><stop offset="1" stop-color="{sky}"/></linearGradient></defs>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="url(#s)"/>{"".join(shapes)}</svg>'
    ).encode()


def _draw_hill(random: Random, base: float) -> str:
    phase, reach = random.uniform(0, 6), random.uniform(18, 40)
    waves = random.uniform(0.8, 2.2)
    points = []
    for x in range(0, WIDTH + 1, 20):
        turn = waves * math.tau * x / WIDTH + phase
        points.append(f"{x} {base + reach * math.sin(turn) + reach / 3 * math.sin(2.7 * turn):.1f}")
    return f"M0 {HEIGHT}L" + "L".join(points) + f"L{WIDTH} {HEIGHT}Z"
