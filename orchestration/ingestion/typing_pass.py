"""From one landed relation to typed raw rows and quarantined ones, in SQL.

Every record of the relation ends in exactly one of the two: in raw when each required column has a
value that reads as its type, else in quarantine with the reason and the whole record.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from orchestration import sql
from orchestration.ingestion import values
from orchestration.ingestion.contracts import Column, Table
from orchestration.ingestion.landed import Landed, LandedColumn, Reading, map_columns
from orchestration.ingestion.values import Separators

# Replacement characters, and UTF-8 that was read as Latin or GBK and saved again.
DAMAGED = (
    "[\ufffd]|[\u00c3\u00c2][\u0080-\u00bf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030"
    "\u0160\u2039\u0152\u017d\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a"
    "\u0153\u017e\u0178]|\u00e2\u20ac|\u00ef\u00bb\u00bf|\u00ef\u00bf\u00bd|\u951f\u65a4\u62f7"
    "|\u70eb\u70eb\u70eb"
    # Control characters of Latin-1 and private ones, which no keyboard has; Cyrillic in UTF-8 read as Latin.
    "|[\u0080-\u0084\u0086-\u009f]|[\ue000-\uf8ff]|([\u00d0\u00d1][\u00a0-\u00bf\u20ac-\u2122\u0152-\u02dc]){2}"
)
# From a share of 19 to 1 on, the other side's numbers are slips and not the file's way.
_DOMINANT = 19
# Rows below which a file is asked first how its values are written.
_PROBED = 200_000
# Meanings under which digits with a point are the number that they look like.
_AS_WRITTEN = (Separators.UNKNOWN, Separators.POINT)
# A number below 1, of no meaning.
_LATE = "_late"


@dataclass(frozen=True)
class Pass:
    """The SQL of one file under its contract."""

    table: Table
    landed: Landed
    mapped: Mapping[str, LandedColumn]
    timezone: str
    separators: Mapping[str, Separators]
    plain: frozenset[str] = frozenset()  # Columns of which every text is in the usual writing.

    @property
    def relation(self) -> str:
        """Records with their texts trimmed (t_…), their values typed (v_…) and what is over."""
        return self._relation(self.table.columns, self.table.columns, has_rest=True)

    def _relation(
        self,
        columns: Sequence[Column],
        valued: Sequence[Column],
        has_record: bool = False,
        has_rest: bool = False,
        condition: str = "true",
    ) -> str:
        """Texts of these columns alone, values of those: whatever stands in the statement is planned, too."""
        landed = self.landed
        sent, texts, typed = [], [], []
        for column in columns:
            source = self.mapped.get(column.name)
            if source is None:
                continue
            texts.append(f"{values.trimmed(_s(column))} as {_t(column)}")
            sent.append(f"{source.text} as {_s(column)}")
            if column in valued:
                typed.append(f"{self._value(column)} as {_v(column)}")
            if source.native is not None:
                sent.append(f"{source.native} as {_n(column)}")
        if has_rest:
            extra = enumerate(self._extra_columns())
            sent += [f"{source.text} as x_{position}" for position, source in extra]
        if has_rest and landed.rest is not None:
            sent.append(f"{landed.rest} as _rest")
        if has_record:
            sent.append(f"{landed.record or self._record()} as _record")
        inner = ", ".join([f"{landed.row} as _r", f"{landed.line} as _l", *sent])
        # One level per step: an expression used twice in one level would be computed twice.
        return (
            f"(select {', '.join(['*', *typed, f'random() as {_LATE}'])} from (select {', '.join(['*', *texts])} "
            f"from (select {inner} from {landed.relation} where {condition})))"
        )

    @property
    def number_style(self) -> str | None:
        """What commas meant in this file, kept so that a row replayed later is read as its file."""
        return json.dumps(dict(sorted(self.separators.items()))) if self.separators else None

    @property
    def is_good(self) -> str:
        """SQL condition: the row may enter raw."""
        if any(c.name not in self.mapped for c in self.table.required):
            return "false"
        parts = [f"{_v(c)} is not null" for c in self.table.required]
        if not any(_can_fail(c) for c in self.table.required):
            parts.append(f"not {self._is_header}")
        return " and ".join(parts) or "true"

    @property
    def reason(self) -> str:
        """SQL for why a row may not enter raw: columns and what they take, no values."""
        parts = []
        for column in self.table.required:
            missing = sql.text(f"{column.name}: required and missing")
            if column.name not in self.mapped:
                parts.append(missing)
                continue
            unread = sql.text(f"{column.name}: required, expected {values.expected(column)}")
            parts.append(
                f"case when {_v(column)} is null then "
                f"case when {_t(column)} is null then {missing} else {unread} end end"
            )
        listed = f"concat_ws('; ', {', '.join(parts)})" if parts else "''"
        return f"case when {self._is_header} then 'the header stands here again' else {listed} end"

    @property
    def extra(self) -> str:
        """SQL for `_extra`: further columns, and the text of optional values that are bad."""
        parts = []
        for column in self.table.columns:
            if column.required or column.name not in self.mapped or not _can_fail(column):
                continue
            key = sql.text(f'"{column.name}":')
            is_bad = f"{_v(column)} is null and {self._sent(column)} is not null"
            parts.append((is_bad, f"{key} || to_json({self._text(column)})"))
        for position, source in enumerate(self._extra_columns()):
            key = f"to_json({sql.text(source.name)}) || ':'"
            value = f"x_{position}"
            shown = value if source.is_json else f"to_json({value})"
            parts.append((f"{value} <> ''", f"{key} || {shown}"))
        if self.landed.rest is not None:
            parts.append(("_rest <> '{}'", "substr(_rest, 2, length(_rest) - 2)"))
        if not parts:
            return "cast(null as json)"
        listed = ", ".join(f"case when {holds} then {shown} end" for holds, shown in parts)
        # Most rows have nothing over: they are spared the putting together.
        has_any = " or ".join(f"({holds})" for holds, _ in parts)
        return (
            f"case when {has_any} then cast('{{' || concat_ws(',', {listed}) || '}}' as json) end"
        )

    @property
    def optional_typed(self) -> tuple[str, ...]:
        """Optional columns of the file whose values can be bad."""
        return tuple(
            c.name
            for c in self.table.columns
            if not c.required and c.name in self.mapped and _can_fail(c)
        )

    @property
    def has_extra(self) -> bool:
        return bool(self._extra_columns()) or self.landed.rest is not None

    def insert_good(self, source: str, file: str, row: str = "_r", join: str = "") -> str:
        """Insert the rows that may enter raw; `source`, `file`, `row` are SQL for what they carry:
        source and loading time, file id, number of the record."""
        own = [(c.name, _v(c)) for c in self.table.columns if c.name in self.mapped]
        names = "".join(f"{sql.name(name)}, " for name, _ in own)
        typed = "".join(f"{value}, " for _, value in own)
        return (
            f"insert into raw.{sql.name(self.table.identifier)} "
            f"({names}_source_id, _loaded_at, _file_id, _file_row, _extra) "
            f"select {typed}{source}, {file}, {row}, {self.extra} "
            f"from {self.relation}{join} where {_late(self.is_good)}"
        )

    def has_bad_value(self, extra: str = "_extra") -> str:
        """SQL condition on a raw row: `_extra` holds the text of an optional column's bad value."""
        if not self.optional_typed:
            return "false"
        if not self.has_extra:
            return f"{extra} is not null"
        keys = f"json_keys({extra})"
        return f"len(list_intersect({keys}, {sql.texts(self.optional_typed)})) > 0"

    def select_bad(self, file: str) -> str:
        """The rows that may not: file_row, line_number, reason, record. The others are in raw, as rows of `file`: of the few
        that are not, and of no more, values are worked out once again."""
        entered = f"select _file_row as r from raw.{sql.name(self.table.identifier)} where _file_id = {file}"
        left_over = (
            f"{self.landed.row} in (select r from (select {self.landed.row} as r from {self.landed.relation}) "
            f"anti join ({entered}) using (r))"
        )
        line, join = "_l", ""
        if self.landed.lines is not None:
            line, join = "lines.line", f" join ({self.landed.lines}) as lines on lines.r = _r"
        relation = self._relation(
            self.table.columns, self.table.required, has_record=True, condition=left_over
        )
        return (
            f"select _r as file_row, {line} as line_number, {self.reason} as reason, "
            f"_record as record from {relation}{join} "
            f"where {_late(f'not ({self.is_good})')}"
        )

    def count_unread(self, columns: Sequence[Column]) -> str:
        """How many texts of each of these columns have no value."""
        unread = (f"count(*) filter ({_t(c)} is not null and {_v(c)} is null)" for c in columns)
        return f"select {', '.join(unread)} from {self._relation(columns, columns)}"

    def count_damaged(self) -> str | None:
        """How many records hold text that is visibly damaged; None when none can."""
        if not self.landed.may_be_damaged:
            return None
        texts = [c.text for c in self.landed.columns if values.may_hold_words(c.native_type)]
        if self.landed.record is not None:
            texts = [f"cast({self.landed.record} as varchar)"]
        if not texts:
            return None
        # Damage is never plain ASCII, of which most texts are: it takes as many bytes as characters.
        damaged = (
            f"case when strlen({text}) <> length({text}) "
            f"then regexp_matches({text}, {sql.text(DAMAGED)}) end"
            for text in texts
        )
        return f"select count(*) from {self.landed.relation} where {' or '.join(damaged)}"

    def _value(self, column: Column) -> str:
        return self._of_native(column) or values.value_of_text(self._reading(column), _t(column))

    def _of_native(self, column: Column) -> str | None:
        """SQL for the value from the type that the file gives it; None where its text decides."""
        source = self.mapped[column.name]
        if source.native_type is None:
            return None
        return values.value_of_native(self._reading(column), _n(column), source.native_type)

    def _reading(self, column: Column) -> values.Reading:
        separators = self.separators.get(column.name, Separators.UNKNOWN)
        return values.Reading(column, self.timezone, separators, column.name in self.plain)

    def _sent(self, column: Column) -> str:
        """SQL for what was sent, null where nothing was."""
        return _n(column) if self._of_native(column) else _t(column)

    def _text(self, column: Column) -> str:
        """SQL for what was sent, as text, which values with a type become only where it is asked for."""
        native = self.mapped[column.name].native_type
        if native is None or not self._of_native(column):
            return _t(column)
        return values.text_of_native(_n(column), native)

    @property
    def _is_header(self) -> str:
        """SQL condition: each value is the name of its column, as where two files were joined."""
        columns = [c for c in self.table.columns if c.name in self.mapped]
        if any(self._of_native(c) for c in columns):
            return "false"  # A number, a time or a truth value is no name.
        parts = [f"lower({_t(c)}) = {sql.text(c.name.lower())}" for c in columns]
        return f"coalesce({' and '.join(parts)}, false)" if parts else "false"

    def _extra_columns(self) -> tuple[LandedColumn, ...]:
        known = set(self.mapped.values())
        return tuple(column for column in self.landed.columns if column not in known)

    def _record(self) -> str:
        pairs = ", ".join(f"{sql.text(c.name)}, {c.text}" for c in self.landed.columns)
        return f"json_object({pairs})"


def plan(
    reading: Reading,
    landed: Landed,
    timezone: str,
    separators: Mapping[str, Separators] | None = None,
) -> Pass:
    """The pass of one file: which column is which, and what its separators mean.

    `separators` are given for rows that are replayed apart from the file that showed them.
    """
    mapped = map_columns(reading.table, landed.columns)
    whole = Pass(reading.table, landed, mapped, timezone, separators or {})
    if separators is None and landed.rows >= _PROBED:
        return replace(whole, separators=_separators(reading, landed, mapped))
    if not 0 < landed.rows < _PROBED:
        return whole
    plain = _plain(reading, whole)
    if separators is None and not plain.issuperset(_numbers(reading.table, mapped)):
        # A number that is no plain one may be one with separators.
        found = _separators(reading, landed, mapped)
        settled = {n for n, meaning in found.items() if meaning not in _AS_WRITTEN}
        whole, plain = replace(whole, separators=found), plain - settled
    return replace(whole, plain=plain)


def _plain(reading: Reading, whole: Pass) -> frozenset[str]:
    """The columns of which every value is in the usual writing.

    Planning the rarer writings costs more than reading a small file; so it is asked first.
    """
    candidates = {
        c.name: c
        for c in reading.table.columns
        if c.name in whole.mapped
        and values.has_rare_writings(c)
        and whole.separators.get(c.name, Separators.UNKNOWN) in _AS_WRITTEN
    }
    if not candidates:
        return frozenset()
    usual = replace(whole, plain=frozenset(candidates))
    counts = reading.fetch(usual.count_unread(tuple(candidates.values())))[0]
    return frozenset(n for n, count in zip(candidates, counts, strict=True) if count == 0)


def _separators(
    reading: Reading, landed: Landed, mapped: Mapping[str, LandedColumn]
) -> dict[str, Separators]:
    """What commas and points mean, per number column; from the column, else from the file."""
    numbers = {n: f"trim({mapped[n].text})" for n in _numbers(reading.table, mapped)}
    if not numbers or not landed.rows:
        return {}
    has_comma = " or ".join(f"contains({text}, ',')" for text in numbers.values())
    if not reading.number(f"select count(*) from {landed.relation} where {has_comma}"):
        return {}
    counted = ", ".join(
        f"count(*) filter ({condition})"
        for text in numbers.values()
        for condition in values.evidence(text)
    )
    counts = [int(str(n)) for n in reading.fetch(f"select {counted} from {landed.relation}")[0]]
    whole = (sum(counts[0::2]), sum(counts[1::2]))
    result = {}
    for position, name in enumerate(numbers):
        own = (counts[2 * position], counts[2 * position + 1])
        result[name] = _meaning(*(own if any(own) else whole))
    return result


def _numbers(table: Table, mapped: Mapping[str, LandedColumn]) -> tuple[str, ...]:
    """The number columns that the file gives as text."""
    return tuple(
        c.name
        for c in table.columns
        if c.name in mapped and values.is_number(c) and mapped[c.name].native is None
    )


def _meaning(comma: int, point: int) -> Separators:
    if comma > _DOMINANT * point:
        return Separators.COMMA
    if point > _DOMINANT * comma:
        return Separators.POINT
    return Separators.MIXED if comma or point else Separators.UNKNOWN


def _late(condition: str) -> str:
    """A condition that the planner leaves above the level that computes the values.

    Pushed down it would compute every value it names once more for every mention: JSON was taken apart a hundred
    times. A level whose column is drawn by chance lets nothing through.
    """
    return f"({condition}) = ({_LATE} < 2)"


def _can_fail(column: Column) -> bool:
    return column.data_type != "varchar" or bool(column.accepted)


def _s(column: Column) -> str:
    return sql.name("s_" + column.name)


def _n(column: Column) -> str:
    return sql.name("n_" + column.name)


def _t(column: Column) -> str:
    return sql.name("t_" + column.name)


def _v(column: Column) -> str:
    return sql.name("v_" + column.name)
