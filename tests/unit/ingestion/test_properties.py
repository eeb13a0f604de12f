"""Whatever is written in whatever way: every row is accounted for, good ones come back as sent."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.ingestion.values import BLANKS

PROPERTY = settings(
    max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
COLUMNS = ("payment_id", "kind", "amount", "description", "currency", "occurred_at")
KINDS = ("charge", "refund", "fee")
LETTERS = {
    "utf-8": "abc é你好🙂\u00a0,;|\t\"'\\\n\r=",
    "utf-16": "abc é你好🙂,;|\t\"'\\\n=",
    "gb18030": '你好世界上海客户,;"\n a',
    "cp1252": "aéüß,;|\t\"'\\\n=",
}
DAMAGES = ("stray quote", "text after quote", "fewer fields", "more fields", "bad amount", "blank")


@dataclass(frozen=True)
class Written:
    """One file and what must come out of it."""

    content: bytes
    good: list[tuple[Any, ...]]
    damaged: int
    lines: int  # Further lines of damaged rows, each of which may be refused by itself.


def _text(letters: str) -> st.SearchStrategy[str]:
    return st.text(alphabet=letters, max_size=12)


@st.composite
def csv_files(draw: st.DrawFn, with_damage: bool) -> Written:
    encoding = draw(st.sampled_from(list(LETTERS)))
    delimiter = draw(st.sampled_from([",", ";", "\t", "|"]))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    quotes_all = draw(st.booleans())
    order = draw(st.permutations(COLUMNS))
    count = draw(st.integers(1, 12))
    rows, good, damaged, lines = [], [], 0, 0
    for number in range(count):
        amount = draw(st.decimals(-(10**13), 10**13, places=draw(st.integers(0, 4))))
        instant = draw(st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2090, 1, 1)))
        values = {
            "payment_id": f"p{number}",
            "kind": draw(st.sampled_from(KINDS)),
            "amount": format(amount, "f"),
            "description": draw(_text(LETTERS[encoding])),
            "currency": "EUR",
            "occurred_at": instant.isoformat(sep=draw(st.sampled_from([" ", "T"]))),
        }
        damage = draw(st.sampled_from(DAMAGES)) if with_damage and draw(st.booleans()) else None
        fields = [_quoted(values[name], delimiter, quotes_all) for name in order]
        if damage is None:
            text = values["description"].strip(BLANKS) or None
            good.append((values["payment_id"], values["kind"], amount, text, instant))
        else:
            damaged += damage != "blank"
            lines += values["description"].count("\n")
            fields = _damage(fields, order, damage)
            if damage == "blank":
                text = values["description"].strip(BLANKS) or None
                good.append((values["payment_id"], values["kind"], amount, text, instant))
        rows.append(delimiter.join(fields))
        if damage == "blank":
            rows.append("")
    if encoding in ("gb18030", "cp1252"):  # Enough of its letters to be told by.
        sample = {"gb18030": "客户服务中心", "cp1252": "élève à côté"}[encoding]
        rows.append(
            delimiter.join(
                _quoted(
                    sample
                    if n == "description"
                    else {
                        "payment_id": "last",
                        "kind": "fee",
                        "amount": "1",
                        "currency": "EUR",
                        "occurred_at": "2024-01-05 00:00:00",
                    }[n],
                    delimiter,
                    quotes_all,
                )
                for n in order
            )
        )
        good.append(("last", "fee", Decimal(1), sample, dt.datetime(2024, 1, 5)))
    text = delimiter.join(order) + end + end.join(rows) + draw(st.sampled_from(["", end]))
    return Written(text.encode(encoding), good, damaged, lines)


def _quoted(value: str, delimiter: str, always: bool) -> str:
    if always or any(letter in value for letter in (delimiter, '"', "\n", "\r")):
        return '"' + value.replace('"', '""') + '"'
    return value


def _damage(fields: list[str], order: tuple[str, ...], damage: str) -> list[str]:
    position = order.index("description")
    damaged = list(fields)
    if damage == "stray quote":
        damaged[position] = '"stray'
    elif damage == "text after quote":
        damaged[position] = '"a" b'
    elif damage == "fewer fields":
        damaged = ["x", "y"]
    elif damage == "more fields":
        damaged += ["z", "z"]
    elif damage == "bad amount":
        damaged[order.index("amount")] = "much"
    return damaged


def _load(door: Any, name: str, content: bytes) -> list[tuple[Any, ...]]:
    for table in ("state.files", "state.landing", "state.quarantine", "raw.canonical__payments"):
        door.con.execute(f"delete from {table}").fetchall()
    shutil.rmtree(door.settings.landing / "shop", ignore_errors=True)
    door.put(f"shop/payments/{name}", content)
    door.load()
    door.assert_balanced()
    rows: list[tuple[Any, ...]] = door.rows("payment_id, kind, amount, description, occurred_at")
    return rows


@PROPERTY
@given(file=csv_files(with_damage=False))
def test_csv_comes_back_as_written(door: Any, file: Written) -> None:
    assert _load(door, "a.csv", file.content) == file.good
    assert door.quarantined() == []


@PROPERTY
@given(file=csv_files(with_damage=True))
def test_damage_costs_the_damaged_rows_alone(door: Any, file: Written) -> None:
    assert _load(door, "a.csv", file.content) == file.good
    assert file.damaged <= len(door.quarantined()) <= file.damaged + file.lines


@settings(PROPERTY, max_examples=30)
@given(
    rows=st.lists(
        st.one_of(
            st.tuples(
                st.sampled_from(KINDS),
                st.decimals(-(10**13), 10**13, places=4),
                _text(LETTERS["utf-8"] + "\u0001{}[]:1.5e"),
                st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=3),
            ),
            st.sampled_from(["", "[]", "nonsense", '{"payment_id":', "1.5"]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_json_lines_come_back_as_written(door: Any, rows: list[Any]) -> None:
    lines, good, bad = [], [], 0
    for number, row in enumerate(rows):
        if isinstance(row, str):
            lines.append(row)
            bad += bool(row)
            continue
        kind, amount, text, further = row
        record = {
            "payment_id": f"p{number}",
            "kind": kind,
            "currency": "EUR",
            "occurred_at": "2024-01-05",
            "description": text,
            "further": further,
        }
        line = json.dumps(record, ensure_ascii=False)
        lines.append(f'{{"amount": {format(amount, "f")}, {line[1:]}')
        good.append(
            (f"p{number}", kind, amount, text.strip(BLANKS) or None, dt.datetime(2024, 1, 5))
        )
    content = "\n".join(lines).encode()
    assert _load(door, "a.jsonl", content) == good
    assert len(door.quarantined()) == bad
    kept = [json.loads(extra)["further"] if extra else {} for extra in door.values("_extra")]
    assert kept == [row[3] for row in rows if not isinstance(row, str)]
