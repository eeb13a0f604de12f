"""An explanation as a page: its sentences, and its numbers as a waterfall from the first bit to the last. Self-contained."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from orchestration.linkage.weighing import probability
from orchestration.linkage.wording import signed

_LEFT, _WIDTH, _RIGHT, _ROW, _BAR = 340, 460, 70, 26, 16
_FOR, _AGAINST, _SUM, _INK, _PALE = "#2f7d4f", "#b4472f", "#4a5568", "#1f2933", "#9aa5b1"

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>body {{ font: 15px/1.5 sans-serif; color: {ink}; max-width: 56rem; margin: 2rem auto; padding: 0 1rem }}
svg {{ max-width: 100%; height: auto }}</style>
</head>
<body>
<h1 style="font-size: 1.3rem">{title}</h1>
<ul>
{reasons}
</ul>
{picture}
</body>
</html>
"""


def page(document: Mapping[str, Any]) -> str:
    """The HTML of one explanation, as `wording.as_document` gives it."""
    reasons = "\n".join(f"<li>{escape(reason)}</li>" for reason in document["because"])
    steps = [(step["label"], step["bits"]) for step in document["bits"]]
    return _PAGE.format(
        title=escape(document["verdict"]),
        ink=_INK,
        reasons=reasons,
        picture=picture(steps)
        if steps
        else "<p>There is no model yet, so there are no weights.</p>",
    )


def picture(steps: list[tuple[str, float]]) -> str:
    """The waterfall as SVG: each step from where the one before it ended, and their sum."""
    bars, here = list[tuple[str, float, float, str]](), 0.0
    for label, bits in steps:
        bars.append((label, here, here + bits, _FOR if bits >= 0 else _AGAINST))
        here += bits
    bars.append((f"together: {probability(here):.1%} one customer", 0.0, here, _SUM))
    ends = [0.0, *(end for _, _, end, _ in bars)]
    low, scale = min(ends), _WIDTH / max(max(ends) - min(ends), 1e-9)

    def x(bits: float) -> float:
        return round(_LEFT + (bits - low) * scale, 1)

    width, height = _LEFT + _WIDTH + _RIGHT, 34 + _ROW * len(bars)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family="sans-serif" font-size="13" role="img">',
        "<title>Weights in bits: one more doubles the odds</title>",
        f'<line x1="{x(0)}" y1="8" x2="{x(0)}" y2="{height - 24}" stroke="{_PALE}"/>',
        f'<text x="{_LEFT}" y="{height - 6}" fill="{_SUM}">bits: one more doubles the odds</text>',
    ]
    for position, (label, start, end, colour) in enumerate(bars):
        top = 12 + position * _ROW
        left, right = sorted((x(start), x(end)))
        parts += [
            f'<text x="{_LEFT - 10}" y="{top + 13}" text-anchor="end" fill="{_INK}">{escape(label)}</text>',
            f'<rect x="{left}" y="{top}" width="{max(right - left, 1):.1f}" height="{_BAR}" fill="{colour}"/>',
            f'<text x="{width - 8}" y="{top + 13}" text-anchor="end" fill="{colour}">{signed(end - start)}</text>',
        ]
    return "\n".join([*parts, "</svg>"])
