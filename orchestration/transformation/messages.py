"""Error texts of the engine, made fit for people: without the values that were in the rows."""

from __future__ import annotations

import re

# Errors about data quote the value itself; errors about SQL quote names, which are needed to act.
_ABOUT_DATA = re.compile(
    r"\b(Conversion|Invalid Input|Constraint|Out of Range|Invalid) Error", re.IGNORECASE
)
_QUOTED = re.compile(r"\"[^\"\n]*\"|'(?:[^'\n]|'')*'")
_KEY = re.compile(r"(Duplicate key|duplicate key)[^\n]*")
_NUMBER = re.compile(r"(value|number|key)s? \S*\d\S*", re.IGNORECASE)
_SQL = re.compile(r"\n\s*LINE \d+:.*", re.DOTALL)


def without_values(message: str) -> str:
    """The message with every quoted value of a data error taken out; errors about SQL stay whole."""
    if not _ABOUT_DATA.search(message):
        return message.strip()
    cleaned = _SQL.sub("", message)
    cleaned = _KEY.sub(r"\1 (value left out)", cleaned)
    cleaned = _QUOTED.sub("'…'", cleaned)
    return _NUMBER.sub(r"\1 …", cleaned).strip()
