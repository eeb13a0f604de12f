"""How names, texts and paths are written into SQL so that none of them can be anything else."""

from __future__ import annotations

from pathlib import Path


def name(identifier: str) -> str:
    """A quoted identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def relation(qualified: str) -> str:
    """`schema.name`, both quoted."""
    schema, _, table = qualified.partition(".")
    return f"{name(schema)}.{name(table)}"


def text(value: str) -> str:
    """A text literal."""
    return "'" + value.replace("'", "''") + "'"


def texts(values: tuple[str, ...] | list[str]) -> str:
    """A list of text literals."""
    return "[" + ", ".join(text(value) for value in values) + "]"


def path(value: Path) -> str:
    """A path literal for a reader, which would take `*?[` in a name for a pattern."""
    escaped = "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(value))
    return text(escaped)


def pointer(key: str) -> str:
    """The JSON pointer of a top-level key."""
    return "/" + key.replace("~", "~0").replace("/", "~1")
