"""The page images of the demonstration: a frame, a heading, columns of signs that are no writing, and "演示 DEMO"."""

from __future__ import annotations

from node.demo.canvas import Canvas
from node.demo.chance import Chance

WIDTH, HEIGHT = 600, 800
DOTS_PER_INCH = 75
_TOP, _BOTTOM = 132, 700
_LEFT, _RIGHT = 52, 548
_COLUMN = 31
_SIGN = 20


def page_image(number: int) -> bytes:
    """Give the TIFF of a page, counted from 1."""
    canvas = Canvas(WIDTH, HEIGHT)
    chance = Chance(f"page {number}")
    canvas.frame(24, 24, WIDTH - 48, HEIGHT - 48, pen=4)
    canvas.frame(33, 33, WIDTH - 66, HEIGHT - 66, pen=1)
    canvas.write("晋绥文献（虚构）", 124, 58, size=44, pen=4)
    canvas.fill(_LEFT, 118, _RIGHT - _LEFT, 2)
    picture = _picture_place(number)
    _columns(canvas, chance, picture)
    _picture(canvas, chance, picture)
    canvas.fill(_LEFT, 708, _RIGHT - _LEFT, 2)
    _stamp(canvas)
    canvas.write(f"第{number:02}页", 400, 722, size=32, pen=3)
    for _ in range(60):  # specks, as a scanner sees them
        canvas.fill(40 + chance.below(520), 40 + chance.below(720), 1 + chance.below(2), 1)
    description = f"DEMO - made up for demonstration, page {number} of 12"
    return canvas.to_tiff(description=description, dots_per_inch=DOTS_PER_INCH)


def _stamp(canvas: Canvas) -> None:
    canvas.frame(58, 717, 216, 42, pen=3)
    canvas.write("演示", 68, 722, size=32, pen=3)
    canvas.write("DEMO", 140, 722, size=32, pen=4)


def _picture_place(number: int) -> tuple[int, int, int, int]:
    """Where a page's picture stands: left, top, width, height, on the grid of the columns."""
    column = (number * 5) % 11
    return _LEFT + column * _COLUMN, _TOP + 8 + (number * 3) % 4 * 95, 5 * _COLUMN - 6, 190


def _columns(canvas: Canvas, chance: Chance, picture: tuple[int, int, int, int]) -> None:
    """Fill the page with columns from right to left, with a heading first, and leave the picture's place free."""
    left, top, width, height = picture
    x = _RIGHT - 2 * _COLUMN
    for y in range(_TOP + 20, _BOTTOM - 220, 46):
        if not (left - 40 < x < left + width and top - 46 < y < top + height):
            _sign(canvas, chance, x + 10, y, 38, pen=4)
    for x in range(_RIGHT - 3 * _COLUMN, _LEFT - 1, -_COLUMN):
        paragraph_end = _BOTTOM - chance.below(4) * chance.below(60)
        in_picture = left - _COLUMN < x < left + width
        for y in range(_TOP + 6, paragraph_end - _SIGN, 24):
            if not (in_picture and top - 26 < y < top + height + 2) and chance.below(14):
                _sign(canvas, chance, x + 6, y, _SIGN, pen=2)
        if not in_picture:
            canvas.fill(x, _TOP, 1, _BOTTOM - _TOP)


def _sign(canvas: Canvas, chance: Chance, x: int, y: int, size: int, *, pen: int) -> None:
    """Draw one sign: a few bars as in writing, but no character of any script."""
    bars = 2 + chance.below(3)
    for bar in range(bars):
        inset = chance.below(size // 3)
        canvas.fill(x + inset, y + (bar * 2 + 1) * size // (bars * 2), size - inset - chance.below(size // 4), pen)
    for _ in range(1 + chance.below(2)):
        start = chance.below(size // 3)
        canvas.fill(x + size // 6 + chance.below(size * 2 // 3), y + start, pen, size - start - chance.below(size // 4))
    if chance.below(2):
        corner = x + chance.below(size // 2)
        canvas.line([(corner + size // 3, y + size // 2), (corner, y + size - pen)], pen=pen)


def _picture(canvas: Canvas, chance: Chance, place: tuple[int, int, int, int]) -> None:
    """Draw a landscape of three ranges of hills under a sun."""
    left, top, width, height = place
    canvas.frame(left, top, width, height, pen=2)
    sun = 10 + chance.below(8)
    sun_x, sun_y = left + 30 + chance.below(width - 60), top + 34
    for dy in range(-sun, sun + 1):
        half = next(x for x in range(sun, -1, -1) if x * x + dy * dy <= sun * sun)
        canvas.fill(sun_x - half, sun_y + dy, 2 * half + 1, 1)
    for hills in range(3):
        level = top + height * (5 + 2 * hills) // 12
        heights = [level + chance.below(44) - 22 for _ in range(6)]
        ridge = [(left + 4 + step * (width - 10) // 5, y) for step, y in enumerate(heights)]
        canvas.line(ridge, pen=3 - hills % 2)
        for x, y in ridge[1:-1]:  # hatching down the slope
            for depth in range(6, 30, 6):
                canvas.line([(x + depth // 2, y + depth), (x + depth // 2 + 8, y + depth + 5)], pen=1)
