"""What a text means under the type of its column: SQL expressions, one per contract type.

Each takes trimmed text that is not empty, and gives null when the text cannot be read as that type;
the caller sees text without value and knows a bad value. Nothing is guessed: a date written
3/4/2024 has two readings and is therefore bad, a number 1,234 is read only where the other numbers
of its file show what the comma means. Amounts never pass through floating point.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orchestration import sql
from orchestration.ingestion.contracts import Column

TRUE_WORDS = ("true", "t", "yes", "y", "on", "1", "1.0", "是")
FALSE_WORDS = ("false", "f", "no", "n", "off", "0", "0.0", "否")
# What surrounds a value without belonging to it: blanks of every width, line ends, byte order mark.
BLANKS = " \t\r\n\u00a0\u3000\ufeff"
# What may stand between groups of three digits and means nothing else.
_GROUPING = "[ \u00a0\u202f\u2019'']"
# Seconds, milliseconds, microseconds; 8 digits are a day, 14 a day and time, fewer are no time.
_EPOCH = r"^-?(\d{9,13}|\d{15,16})(\.\d+)?$"
# 202403041530 is a minute of 2024 and a millisecond of 1976: two readings are none.
_TWO_READINGS = r"^(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])[0-5]\d$"


class Separators(StrEnum):
    """What commas and points mean in the numbers of one column of one file."""

    UNKNOWN = "unknown"  # No number shows it: a point is a decimal point, 1,234 stays unread.
    POINT = "point"  # 1,234.5
    COMMA = "comma"  # 1.234,5
    MIXED = "mixed"  # Both occur: only numbers with one possible reading are read.


@dataclass(frozen=True)
class Reading:
    """How the values of one column of one file are to be read."""

    column: Column
    timezone: str
    separators: Separators = Separators.UNKNOWN
    is_plain: bool = False  # Every text is in the usual writing: rarer ones need not be planned.


def trimmed(text: str) -> str:
    """SQL for a text without the blanks around it, null when nothing is left.

    The exact trim costs more than all reading; so it is spent only where a cheap comparison shows
    that the text begins with a blank or beyond ASCII, or ends with a blank.
    """
    ends = " or ".join(f"suffix({text}, {sql.text(blank)})" for blank in BLANKS)
    needed = f"{text} < '!' or {text} > '~' or {ends}"
    return f"case when {needed} then nullif(trim({text}, {sql.text(BLANKS)}), '') else {text} end"


def is_number(column: Column) -> bool:
    return column.data_type.startswith(("decimal", "double", "bigint"))


def expected(column: Column) -> str:
    """What a column takes, in the words of a message."""
    if column.accepted:
        return "one of " + ", ".join(column.accepted)
    return {
        "timestamp": "a time (ISO 8601, or epoch seconds or milliseconds)",
        "date": "a date (ISO 8601: YYYY-MM-DD)",
        "boolean": "true or false",
        "bigint": "a whole number",
        "double": "a number",
        "json": "JSON",
        "varchar": "text",
    }.get(column.data_type, f"a number that fits {column.data_type}")


def value_of_text(reading: Reading, text: str) -> str:
    """SQL for the typed value of the SQL expression `text` (trimmed, null when empty)."""
    column = reading.column
    if column.data_type == "varchar":
        if not column.accepted:
            return text
        cases = " ".join(
            f"when {sql.text(word.lower())} then {sql.text(word)}" for word in column.accepted
        )
        return f"case lower({text}) {cases} end"
    if column.data_type == "timestamp":
        plain = iso_timestamp(text, reading.timezone)
        return plain if reading.is_plain else timestamp(text, reading.timezone)
    if column.data_type == "date":
        return iso_date(text) if reading.is_plain else date(text)
    if column.data_type == "boolean":
        words = " ".join(
            [f"when {sql.text(word)} then true" for word in TRUE_WORDS]
            + [f"when {sql.text(word)} then false" for word in FALSE_WORDS]
        )
        return f"case lower({text}) {words} end"
    if column.data_type == "json":
        return f"case when json_valid({text}) then cast({text} as json) end"
    if reading.is_plain:
        return plain_number(text, column.data_type)
    return number(text, column.data_type, reading.separators)


def has_rare_writings(column: Column) -> bool:
    """Whether values of the column may be written in ways beyond the usual one."""
    return is_number(column) or column.data_type in ("timestamp", "date")


def value_of_native(reading: Reading, value: str, native_type: str) -> str | None:
    """SQL for the typed value of an expression that already has a type; None: go by its text."""
    wanted, native = reading.column.data_type, native_type.upper()
    if native.startswith("TIMESTAMP"):
        has_zone = "TIME ZONE" in native
        if wanted == "timestamp":
            if has_zone:
                return _finite(f"timezone('UTC', {value})")
            return _finite(_to_utc(f"cast({value} as timestamp)", reading.timezone))
        if wanted == "date":
            local = f"timezone('UTC', {value})" if has_zone else value
            return f"cast({local} as date)"
    if native == "DATE" and wanted == "date":
        return value
    if native == "DATE" and wanted == "timestamp":
        return _finite(_to_utc(f"cast({value} as timestamp)", reading.timezone))
    if native == "BOOLEAN" and wanted == "boolean":
        return value
    if _is_exact(native) and (wanted.startswith("decimal") or wanted == "double"):
        return f"try_cast({value} as {wanted})"
    if _is_exact(native) and wanted == "bigint" and not native.startswith("DECIMAL"):
        return f"try_cast({value} as bigint)"
    return None


def text_of_native(value: str, native_type: str) -> str:
    """SQL for the text of a typed value: what an identifier or the record shows."""
    native = native_type.upper()
    if native == "VARCHAR":
        return value
    if native in ("DOUBLE", "FLOAT"):
        # A whole-number key that a writer stored as 12345.0 is the key 12345.
        whole = f"{value} = floor({value}) and abs({value}) < 1e15"
        return (
            f"case when {whole} then cast(cast({value} as bigint) as varchar) "
            f"else cast({value} as varchar) end"
        )
    if native == "BLOB":
        return f"coalesce(try(decode({value})), cast({value} as varchar))"
    if is_nested(native):
        return f"cast(to_json({value}) as varchar)"
    return f"cast({value} as varchar)"


def _is_exact(native: str) -> bool:
    return native.startswith(
        (
            "TINYINT",
            "SMALLINT",
            "INTEGER",
            "BIGINT",
            "HUGEINT",
            "DECIMAL",
            "UTINYINT",
            "USMALLINT",
            "UINTEGER",
            "UBIGINT",
            "UHUGEINT",
        )
    )


def is_nested(native_type: str) -> bool:
    native = native_type.upper()
    return native.endswith("]") or native.startswith(("STRUCT", "MAP", "UNION", "JSON", "VARIANT"))


def may_hold_words(native_type: str | None) -> bool:
    """Whether values of that type of a file (None: text) can hold letters that a person wrote."""
    native = (native_type or "").upper()
    plain = ("DOUBLE", "FLOAT", "BOOLEAN", "DATE", "TIME", "UUID", "INTERVAL")
    return not (_is_exact(native) and not is_nested(native)) and not native.startswith(plain)


def iso_timestamp(text: str, timezone: str) -> str:
    """ISO 8601 as most systems write it."""
    # The cast to a zoneless timestamp drops an offset silently, so zoned text takes its own branch. Most texts are whole
    # seconds without a zone, which a pattern shows in a third of the time.
    is_local = (
        f"{text} like '____-__-_____:__:__' and {text} between '0001' and ':' "
        f"and not suffix({text}, 'Z') and not suffix({text}, 'z')"
    )
    local = _to_utc(f"try_cast({text} as timestamp)", timezone)
    zoned = rf"regexp_matches({text}, ':.*([zZ]|UTC|GMT|[+-]\d\d(:?\d\d)?)$')"
    return (
        f"case when {is_local} then {local} when {_starts_with_day(text)} then case when {zoned} "
        f"then timezone('UTC', try_cast({text} as timestamptz)) else {local} end end"
    )


def timestamp(text: str, timezone: str) -> str:
    """ISO 8601 with or without a zone; epoch seconds, milliseconds or microseconds by magnitude."""
    tidy = _tidy_iso(text)
    zoned = rf"regexp_matches({tidy}, ':.*(Z|[+-]\d\d:\d\d)$')"
    other = (
        f"case when regexp_matches({text}, '{_TWO_READINGS}') then null "
        f"when regexp_matches({text}, '{_EPOCH}') then {_epoch(text)} "
        f"when {_starts_with_day(tidy)} then case when {zoned} "
        f"then timezone('UTC', try_cast({tidy} as timestamptz)) "
        f"else {_to_utc(f'try_cast({tidy} as timestamp)', timezone)} end end"
    )
    return f"coalesce({iso_timestamp(text, timezone)}, {other})"


def iso_date(text: str) -> str:
    """ISO 8601, a day and nothing else."""
    return (
        f"case when {_starts_with_day(text)} and length({text}) <= 10 "
        f"then try_cast({text} as date) end"
    )


def date(text: str) -> str:
    """ISO 8601; of a time its day as written, whatever the zone; epoch by magnitude in UTC."""
    day = f"regexp_extract({_tidy_iso(text)}, '^\\d{{4}}[-/]\\d{{1,2}}[-/]\\d{{1,2}}')"
    of_time = (
        f"case when regexp_matches({text}, '{_TWO_READINGS}') then null "
        f"when regexp_matches({text}, '{_EPOCH}') then cast({_epoch(text)} as date) "
        f"when {timestamp(text, 'UTC')} is not null then try_cast({day} as date) end"
    )
    return f"coalesce({iso_date(text)}, {of_time})"


def plain_number(text: str, data_type: str) -> str:
    """Digits and at most a decimal point."""
    if data_type == "bigint":
        digits = f"regexp_matches({text}, '^[+-]?\\d{{1,19}}$')"
        return f"case when {digits} then try_cast({text} as bigint) end"
    if data_type == "double":
        value = f"try_cast({text} as double)"
        return f"case when isfinite({value}) then {value} end"
    return f"try_cast({text} as {data_type})"


def number(text: str, data_type: str, separators: Separators) -> str:
    """Plain decimals; separators of thousands and decimal commas where only one reading exists."""
    if data_type == "bigint":
        exact = _number(text, "decimal(38,9)", separators)
        # Named once: what `coalesce` holds twice, DuckDB works out for every row, and this takes 2 microseconds each.
        whole = f"regexp_extract(cast({exact} as varchar), '^(-?\\d+)\\.0+$', 1)"
        return f"coalesce({plain_number(text, data_type)}, try_cast({whole} as bigint))"
    if data_type == "double":
        value = _number(text, "double", separators)
        return f"case when isfinite({value}) then {value} end"
    return _number(text, data_type, separators)


def evidence(text: str) -> tuple[str, str]:
    """Two SQL conditions: this number shows a decimal comma; this number shows a decimal point."""
    comma = (
        rf"regexp_matches({text}, '^[+-]?(\d+,(\d{{1,2}}|\d{{4,}})|0,\d+|\d{{4,}},\d+"
        rf"|\d{{1,3}}(\.\d{{3}})+,\d*|\d{{1,3}}(\.\d{{3}}){{2,}})$')"
    )
    point = (
        rf"regexp_matches({text}, '^[+-]?(\d+\.(\d{{1,2}}|\d{{4,}})|0\.\d+|\d{{4,}}\.\d+"
        rf"|\d{{1,3}}(,\d{{3}})+\.\d*|\d{{1,3}}(,\d{{3}}){{2,}})$')"
    )
    return comma, point


def _number(text: str, data_type: str, separators: Separators) -> str:
    def cast(expression: str) -> str:
        return f"try_cast({expression} as {data_type})"

    def matches(pattern: str) -> str:
        return f"regexp_matches({text}, '^[+-]?{pattern}$')"

    no_commas = cast(f"replace({text}, ',', '')")
    to_point = cast(f"replace(replace({text}, '.', ''), ',', '.')")
    branches = [
        (matches(r"\d{1,3}(,\d{3})+\.\d*"), no_commas),
        (matches(r"\d{1,3}(,\d{3}){2,}"), no_commas),
        (matches(r"\d{1,3}(\.\d{3})+,\d*"), to_point),
        (matches(r"\d{1,3}(\.\d{3}){2,}"), cast(f"replace({text}, '.', '')")),
        (matches(r"(\d+,(\d{1,2}|\d{4,})|0,\d+|\d{4,},\d+)"), to_point),
    ]
    if separators is Separators.COMMA:
        branches.append((matches(r"\d+,\d+"), to_point))
    if separators is Separators.POINT:
        branches.append((matches(r"\d{1,3},\d{3}"), no_commas))
    # Blanks and apostrophes between groups of three have one meaning everywhere.
    grouped = f"replace(regexp_replace({text}, '{_GROUPING}', '', 'g'), ',', '.')"
    branches.append((matches(rf"\d{{1,3}}({_GROUPING}\d{{3}})+([.,]\d+)?"), cast(grouped)))
    special = "case " + " ".join(f"when {a} then {b}" for a, b in branches) + " end"
    plain = f"coalesce({cast(text)}, {special})"
    ambiguous = matches(r"[1-9]\d{0,2}\.\d{3}")
    if separators is Separators.COMMA:
        no_points = cast(f"replace({text}, '.', '')")
        return f"case when {ambiguous} then {no_points} else {plain} end"
    if separators is Separators.MIXED:
        return f"case when not {ambiguous} then {plain} end"
    return plain


def _starts_with_day(text: str) -> str:
    # Keeps out what the cast would take: 'infinity', 'epoch', years of five digits or before 1.
    return (
        f"(substr({text}, 5, 1) in ('-', '/') and right({text}, 1) <> ')' "
        f"and left({text}, 4) <> '0000')"
    )


def _to_utc(value: str, timezone: str) -> str:
    if timezone.upper() in ("UTC", "ETC/UTC", "GMT", "Z"):
        return value
    # The year 9999 means "for ever" and must not become the year 10000.
    moved = f"timezone('UTC', timezone({sql.text(timezone)}, {value}))"
    return f"case when year({value}) >= 9999 then {value} else {moved} end"


def _finite(value: str) -> str:
    return f"case when isfinite({value}) and year({value}) between 1 and 9999 then {value} end"


def _tidy_iso(text: str) -> str:
    """Rarer writings of ISO 8601, and the compact form, in the writing that the cast takes."""
    upper = f"replace(upper({text}), ',', '.')"
    compact = (
        rf"regexp_replace({upper}, '^(\d{{4}})(\d\d)(\d\d)[T ]?(\d\d)(\d\d)(\d\d)?', "
        rf"'\1-\2-\3 \4:\5:\6')"
    )
    day = rf"regexp_replace({compact}, '^(\d{{4}})(\d\d)(\d\d)$', '\1-\2-\3')"
    # A missing minute or second is zero: `T10`, `10:00+05:30`, `14:05:`.
    hour = rf"regexp_replace({day}, '^([^ T]+[ T]\d\d)(Z|[+-]|$)', '\1:00\2')"
    full = rf"regexp_replace({hour}, '^([^ T]+[ T]\d\d?:\d\d):?([Z +-]|$)', '\1:00\2')"
    zone = rf"regexp_replace({full}, ' *(UTC|GMT|Z)$', 'Z')"
    hours = rf"regexp_replace({zone}, '(:\d\d(\.\d+)?) *([+-]\d\d)$', '\1\3:00')"
    return rf"regexp_replace({hours}, '(:\d\d(\.\d+)?) *([+-]\d\d):?(\d\d)$', '\1\3:\4')"


def _epoch(text: str) -> str:
    # Of a whole number without the detour: a text takes a thousand times longer to become a decimal of 38 digits.
    whole, exact = f"try_cast({text} as bigint)", f"try_cast({text} as decimal(38,6))"
    of_whole = (
        f"case when abs({whole}) < 100000000000 then {whole} * 1000000 "
        f"when abs({whole}) < 100000000000000 then {whole} * 1000 else {whole} end"
    )
    of_exact = (
        f"cast(case when abs({exact}) < 1e11::decimal(38,0) then {exact} * 1000000 "
        f"when abs({exact}) < 1e14::decimal(38,0) then {exact} * 1000 else {exact} end as bigint)"
    )
    micros = f"case when contains({text}, '.') then {of_exact} else {of_whole} end"
    return f"make_timestamp({micros})"
