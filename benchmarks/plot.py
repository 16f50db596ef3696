"""What the benchmark measured, as a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from math import log10
from pathlib import Path
from typing import Any

PLOT = Path(__file__).parent / "results.svg"

_WIDTH, _HEIGHT, _MARGIN = 360, 240, 44
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")  # told apart by those who do not see all colours, too

Points = Sequence[tuple[float, float]]
Scale = Callable[[float], float]


def drawn(results: Mapping[str, Any]) -> str:
    """An SVG of three panels: quality over speed, and time and memory over the size of a text."""
    cleaners = {
        name: [(found["millions of characters a second"], found.get("documents exactly right", 0.0))]
        for name, found in results["cleaners"].items()
    }
    panels = [_panel("damaged articles exactly right, over millions of characters a second", cleaners)]
    for title, field in (
        ("time a byte, to that of a short text, over bytes", "to_short"),
        ("memory, to the size of the text, over bytes", "memory_to_text"),
    ):
        lines: dict[str, list[tuple[float, float]]] = {}
        for each in results["growth"]:
            lines.setdefault(each["shape"], []).append((each["bytes"], each[field] or 0.0))
        panels.append(_panel(title, lines))
    inner = "\n".join(
        f'<g transform="translate({number * _WIDTH} 0)">\n{panel}\n</g>' for number, panel in enumerate(panels)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{len(panels) * _WIDTH}" height="{_HEIGHT}" '
        f'font-family="sans-serif" font-size="10">\n<rect width="100%" height="100%" fill="white"/>\n{inner}\n</svg>\n'
    )


def _panel(title: str, lines: Mapping[str, Points]) -> str:
    points = [point for line in lines.values() for point in line]
    low, high = (log10(end([x for x, _ in points])) for end in (min, max))
    top = max(1.0, *(y for _, y in points)) * 1.1

    def across(x: float) -> float:
        return _MARGIN + (log10(x) - low) / ((high - low) or 1) * (_WIDTH - 2 * _MARGIN)

    def up(y: float) -> float:
        return _HEIGHT - _MARGIN - y / top * (_HEIGHT - 2 * _MARGIN - 30)

    return "\n".join(
        [_text(_WIDTH / 2, 16, title, "middle"), *_axes(across, up, points, top), *_lines(lines, across, up)]
    )


def _axes(across: Scale, up: Scale, points: Points, top: float) -> Iterator[str]:
    floor, left = _HEIGHT - _MARGIN, _MARGIN - 6
    yield f'<path d="M{left} {up(top):.0f}V{floor}H{_WIDTH - _MARGIN}" fill="none" stroke="grey"/>'
    for y in (0.0, 1.0, top / 1.1):
        yield _text(left - 4, up(y) + 3, f"{y:.3g}", "end")
    for x in (min(x for x, _ in points), max(x for x, _ in points)):
        yield _text(across(x), floor + 14, f"{x:,.3g}" if x < 1000 else f"{x:,.0f}", "middle")


def _lines(lines: Mapping[str, Points], across: Scale, up: Scale) -> Iterator[str]:
    for number, (name, line) in enumerate(lines.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        places = [(across(x), up(y)) for x, y in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}"/>'
        yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places)
        yield _text(_MARGIN, 30 + 11 * number, name, "start", colour)


def _text(x: float, y: float, text: str, anchor: str, colour: str = "black") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'
