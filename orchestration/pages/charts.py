"""Charts as inline SVG: bars, a line with its interval, parts of a whole, overlaps. They print, and need no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from math import ceil, floor, log10

from orchestration.pages.look import short
from orchestration.pages.words import say

_WIDE, _HIGH = 460, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 6, 8, 20


@dataclass(frozen=True)
class Point:
    """One figure of one period, with what it could as well have been."""

    day: date
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None


def bars(points: Sequence[Point], colour: str, label: str) -> str:
    """One bar a period. Periods without a figure are left out."""
    values = [0.0, *(point.value or 0 for point in points)]
    scale = _Scale(min(values), max(values), len(points))
    width = max(scale.step * 0.72, 1)
    drawn = "".join(
        f'<rect x="{scale.x(place) - width / 2:.1f}" y="{min(scale.y(point.value), scale.y(0)):.1f}" '
        f'width="{width:.1f}" height="{abs(scale.y(0) - scale.y(point.value)):.1f}" rx="1.5" fill="{colour}">'
        f"<title>{point.day:%Y-%m}: {short(point.value)}</title></rect>"
        for place, point in enumerate(points)
        if point.value is not None
    )
    return _frame(scale, points, drawn, label, short)


def line(points: Sequence[Point], colour: str, label: str, is_share: bool = True) -> str:
    """A line through the figures and a band for their intervals; periods without a figure are left out."""
    known = [(place, point) for place, point in enumerate(points) if point.value is not None]
    lows = [point.low if point.low is not None else point.value or 0 for _, point in known]
    highs = [point.high if point.high is not None else point.value or 0 for _, point in known]
    bottom, top = min([*lows, 0]), max([*highs, 0])
    scale = _Scale(bottom, top, len(points))

    def shown(value: float | None) -> str:
        return short(value) if not is_share or value is None else f"{100 * value:.0f} %"

    outline = [f"{scale.x(place):.1f},{scale.y(high):.1f}" for (place, _), high in zip(known, highs, strict=True)]  # fmt: skip
    outline += [f"{scale.x(place):.1f},{scale.y(low):.1f}" for (place, _), low in reversed(list(zip(known, lows, strict=True)))]  # fmt: skip
    path = " ".join(f"{scale.x(place):.1f},{scale.y(point.value):.1f}" for place, point in known)
    dots = "".join(
        f'<circle cx="{scale.x(place):.1f}" cy="{scale.y(point.value):.1f}" r="2.4" fill="{colour}"><title>'
        f"{point.day:%Y-%m}: {shown(point.value)}"
        f"{say(' ({low} to {high}, n = {n:,})', low=shown(point.low), high=shown(point.high), n=point.n) if point.n else ''}</title></circle>"
        for place, point in known
    )
    drawn = (
        f'<polygon points="{" ".join(outline)}" fill="{colour}" opacity=".17"/>'
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.8" stroke-linejoin="round"/>{dots}'
    )
    return _frame(scale, points, drawn, label, shown)


def parts(shares: Sequence[tuple[str, float, str]], label: str) -> str:
    """Parts of a whole as one bar, with a legend: name, size, colour."""
    whole = sum(size for _, size, _ in shares) or 1
    x, drawn, legend = 0.0, [], []
    for name, size, colour in shares:
        width = _WIDE * size / whole
        drawn.append(
            f'<rect x="{x:.1f}" y="0" width="{max(width - 1, 0):.1f}" height="26" fill="{colour}">'
            f"<title>{escape(name)}: {size:,.0f}</title></rect>"
        )
        legend.append(
            f"<span><i style='background:{colour}'></i>{escape(name)} <b>{size:,.0f}</b> {size / whole:.0%}</span>"
        )
        x += width
    return (
        f'<svg viewBox="0 0 {_WIDE} 26" role="img" aria-label="{escape(label)}" preserveAspectRatio="none" '
        f'style="height:26px;border-radius:6px">{"".join(drawn)}</svg>'
        f"<div class='legend'>{''.join(legend)}</div>"
    )


def overlaps(
    sets: Sequence[str], combinations: Sequence[tuple[frozenset[str], int]], colour: str
) -> str:
    """Which sets go together, largest first: a bar for each combination, and dots for who is in it."""
    row, left, dot = 20, 70, 25
    bars_from = left + dot * len(sets) + 12
    wide = 760
    most = max((size for _, size in combinations), default=1)
    high = 78 + row * len(combinations)
    heads = "".join(
        f'<text transform="translate({left + dot * place - 2},70) rotate(-38)">{escape(name)}</text>'
        for place, name in enumerate(sets)
    )
    rows = []
    for place, (held, size) in enumerate(combinations):
        y = 86 + row * place
        ends = [left + dot * number for number, name in enumerate(sets) if name in held]
        rows.append(f'<text x="{left - 14}" y="{y + 4}" text-anchor="end">{say("{some} of {all}", some=len(held), all=len(sets))}</text>')  # fmt: skip
        rows.append(f'<line x1="{ends[0]}" x2="{ends[-1]}" y1="{y}" y2="{y}" stroke="{colour}" stroke-width="2"/>')  # fmt: skip
        for number, name in enumerate(sets):
            fill = colour if name in held else "#dde4eb"
            rows.append(f'<circle cx="{left + dot * number}" cy="{y}" r="4.6" fill="{fill}"/>')
        width = (wide - bars_from - 60) * size / most
        rows.append(
            f'<rect x="{bars_from}" y="{y - 6}" width="{max(width, 1):.1f}" height="12" rx="2" fill="{colour}">'
            f"<title>{escape(', '.join(sorted(held)))}: {size:,}</title></rect>"
            f'<text x="{bars_from + width + 6:.1f}" y="{y + 4}">{size:,}</text>'
        )
    return (
        f'<svg viewBox="0 0 {wide} {high}" role="img" aria-label="{escape(say("Customers by the sources that know them"))}" '
        f'style="max-width:{wide}px">{heads}{"".join(rows)}</svg>'
    )


def columns(found: Sequence[tuple[str, float]], colour: str) -> str:
    """Named sizes below each other, as a table with bars."""
    most = max((size for _, size in found), default=0) or 1
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td class='n'>{size:,.0f}</td>"
        f"<td class='wide'><i style='width:{100 * size / most:.1f}%;background:{colour}'></i></td></tr>"
        for name, size in found
    )
    return f"<table class='sized'><tbody>{rows}</tbody></table>"


class _Scale:
    """Where values and periods lie on the sheet; the axis ends at a round number."""

    def __init__(self, low: float, high: float, count: int) -> None:
        span = (high - low) or 1
        size = 10.0 ** floor(log10(span / 3))
        step = next(
            size * factor for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if span / (size * factor) <= 4
        )
        self.ticks = [
            step * place for place in range(floor(low / step + 1e-9), ceil(high / step - 1e-9) + 1)
        ]
        if len(self.ticks) < 2:
            self.ticks = [0.0, step]
        self._low, self._high = self.ticks[0], self.ticks[-1]
        self.step = (_WIDE - _LEFT - _RIGHT) / max(count, 1)

    def x(self, place: int) -> float:
        return _LEFT + self.step * (place + 0.5)

    def y(self, value: float | None) -> float:
        inside = _HIGH - _TOP - _BOTTOM
        return _HIGH - _BOTTOM - inside * ((value or 0) - self._low) / (self._high - self._low)


def _frame(scale: _Scale, points: Sequence[Point], drawn: str, label: str, shown: object) -> str:
    assert callable(shown)
    lines = "".join(
        f'<line x1="{_LEFT}" x2="{_WIDE - _RIGHT}" y1="{scale.y(tick):.1f}" y2="{scale.y(tick):.1f}" '
        f'stroke="{"#9fb0c0" if tick == 0 else "#e6ebf0"}"/>'
        f'<text x="{_LEFT - 5}" y="{scale.y(tick) + 4:.1f}" text-anchor="end">{shown(tick)}</text>'
        for tick in scale.ticks
    )
    # A label for every year, and for the middle of it where there is room.
    starts = [place for place, point in enumerate(points) if place == 0 or point.day.month == 1]
    if len(starts) > 1 and (starts[1] - starts[0]) * scale.step < 40:
        starts = starts[1:]
    years = "".join(
        f'<text x="{scale.x(place) - scale.step / 2:.1f}" y="{_HIGH - 5}">{say("{day:%b %Y}", day=points[place].day)}</text>'
        for place in starts
    )
    return f'<svg viewBox="0 0 {_WIDE} {_HIGH}" role="img" aria-label="{escape(label)}">{lines}{drawn}{years}</svg>'
