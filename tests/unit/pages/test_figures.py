"""Shares and scores with their intervals, by the vectors of the definitions."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.pages.charts import Point, bars, line, parts
from orchestration.pages.overview import net_promoter, wilson


@pytest.mark.parametrize(
    ("promoters", "passives", "detractors", "expected"),
    [
        (50, 30, 20, (30.0, 14.05, 44.20)),
        (500, 300, 200, (30.0, 25.08, 34.74)),
        (10, 0, 0, (100.0, 47.5, 100.0)),
    ],
)
def test_nps_with_its_interval(
    promoters: int, passives: int, detractors: int, expected: tuple[float, float, float]
) -> None:
    found = net_promoter(promoters, detractors, promoters + passives + detractors)
    assert found == pytest.approx(expected, abs=0.005 if promoters > 10 else 0.05)


@pytest.mark.parametrize(
    ("hits", "n", "expected"),
    [(82, 100, (0.82, 0.7333, 0.8830)), (10, 10, (1.0, 0.7225, 1.0))],
)
def test_a_share_with_its_interval(hits: int, n: int, expected: tuple[float, float, float]) -> None:
    assert wilson(hits, n) == pytest.approx(expected, abs=0.00006)


def test_of_nothing_nothing_is_known() -> None:
    assert wilson(0, 0) == net_promoter(0, 0, 0) == (None, None, None)


def test_charts_are_drawn_of_anything() -> None:
    days = [date(2025, month, 1) for month in range(1, 13)]
    nothing = [Point(day, None) for day in days]
    for points in ([], nothing, [Point(days[0], 0.0)], [Point(day, -3.5, -9, 2) for day in days]):
        for drawn in (bars(points, "#000", "a <b>"), line(points, "#000", "a <b>", is_share=False)):
            assert drawn.startswith("<svg")
            assert "nan" not in drawn
            assert "<b>" not in drawn
    assert parts([], "nothing").startswith("<svg")
