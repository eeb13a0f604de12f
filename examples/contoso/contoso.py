"""Contoso, brought in by the guide `docs/bring-your-own-data.md`.

`prepare` writes canonical files into landing/ with one SQL file; `show` prints what the built warehouse says.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import duckdb

HERE = Path(__file__).resolve().parent


def prepare() -> None:
    os.chdir(HERE)
    connection = duckdb.connect()
    script = (HERE / "to_canonical.sql").read_text()
    for target in (
        "contoso_shop/profiles",
        "contoso_shop/orders",
        "contoso_shop/order_lines",
        "contoso_shop/feedback",
        "contoso_loyalty/profiles",
        "contoso_loyalty/identifiers",
        "contoso_loyalty/orders",
        "contoso_loyalty/order_lines",
    ):
        (HERE / "landing" / target).mkdir(parents=True, exist_ok=True)
    connection.execute(script)


def show() -> None:
    connection = duckdb.connect(str(HERE / "warehouse" / "scv.duckdb"), read_only=True)
    for fact, found in connection.execute((HERE / "facts.sql").read_text()).fetchall():
        print(f"{fact:<32}{found:>14,.0f}")


if __name__ == "__main__":
    {"prepare": prepare, "show": show}[sys.argv[1]]()
