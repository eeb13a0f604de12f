"""The stages as a picture: one panel a measure, a bar a stage, the full run above the day. Plain SVG, so that nothing is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

Stages = Sequence[Mapping[str, Any]]

_MEASURES: tuple[tuple[str, str, Callable[[float], str]], ...] = (
    ("seconds", "seconds", lambda value: f"{value:,.1f}"),
    ("cpu_seconds", "seconds of CPU", lambda value: f"{value:,.1f}"),
    ("memory_bytes", "most memory, MB", lambda value: f"{value / 1e6:,.0f}"),
    ("disk_bytes", "most disk, MB", lambda value: f"{value / 1e6:,.0f}"),
    ("rows", "rows its tables hold", lambda value: f"{value:,.0f}"),
)
_COLOURS = ("#1f6f8b", "#e59934")
_NAMES, _PANEL, _BAR, _ROW, _TOP = 130, 210, 110, 30, 62


def stage_plot(title: str, runs: Mapping[str, Stages]) -> str:
    """An SVG of the stages of one or two runs, in the order of the first."""
    names = [str(each["stage"]) for each in next(iter(runs.values()))]
    width, height = _NAMES + _PANEL * len(_MEASURES), _TOP + _ROW * len(names) + 10
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        _text(8, 20, title, size=14),
    ]
    for number, name in enumerate(runs):
        at = width - 260 + 130 * number
        drawn.append(_bar(at, 11, 10, 10, _COLOURS[number]))
        drawn.append(_text(at + 15, 20, name))
    for row, name in enumerate(names):
        drawn.append(_text(8, _TOP + _ROW * row + 16, name))
    for panel, (measure, told, write) in enumerate(_MEASURES):
        left = _NAMES + _PANEL * panel
        drawn.append(_text(left, _TOP - 10, told, size=12))
        most = max((each[measure] or 0 for run in runs.values() for each in run), default=0) or 1
        for number, run in enumerate(runs.values()):
            values = {str(each["stage"]): each[measure] for each in run}
            for row, name in enumerate(names):
                value = values.get(name)
                if value is None:
                    continue
                top, length = _TOP + _ROW * row + 11 * number + 3, _BAR * max(value, 0) / most
                drawn.append(_bar(left, top, length, 10, _COLOURS[number]))
                drawn.append(_text(left + length + 4, top + 9, write(value), size=10))
    return "\n".join([*drawn, "</svg>\n"])


def _bar(left: float, top: float, length: float, height: float, colour: str) -> str:
    return f'<rect x="{left:.1f}" y="{top:.1f}" width="{length:.1f}" height="{height:.1f}" fill="{colour}"/>'


def _text(left: float, baseline: float, text: str, size: int = 11) -> str:
    return f'<text x="{left:.1f}" y="{baseline:.1f}" font-size="{size}">{escape(text)}</text>'
