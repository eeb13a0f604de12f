"""Phone numbers to one form. Only parsing lives here; which numbers may join records is decided in SQL."""

from __future__ import annotations

import re

import phonenumbers
import pyarrow as pa

_TOO_SHORT = 7
_NOT_A_DIGIT = re.compile(r"\D+")


def phone_key(text: str, country: str | None) -> str | None:
    """E.164 of `text` read in `country` (ISO 3166 alpha-2), or null when it is no number.

    A number that names no country, in a row without one, becomes `national:<digits>`: it can still be equal
    to another, though nobody could dial it. "Possible" is enough: number plans change faster than
    libraries, and a wrong length is what typing errors look like.
    """
    for candidate in (text, "+" + text.strip()[2:] if text.strip().startswith("00") else None):
        if candidate is None:
            continue
        try:
            number = phonenumbers.parse(candidate, country)
        except phonenumbers.NumberParseException:
            continue
        reason = phonenumbers.is_possible_number_with_reason(number)
        if reason == phonenumbers.ValidationResult.IS_POSSIBLE:
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    digits = _NOT_A_DIGIT.sub("", text)
    if country is None and not text.strip().startswith("+") and len(digits) >= _TOO_SHORT:
        return f"national:{digits}"
    return None


def normalise_phones(texts: pa.Table) -> pa.Table:
    """`raw_value, country` → the same with `phone_key`. Called with distinct values: parsing is the slow part."""
    raw_values = texts.column("raw_value").to_pylist()
    countries = texts.column("country").to_pylist()
    keys = [
        phone_key(raw, country or None) for raw, country in zip(raw_values, countries, strict=True)
    ]
    return texts.append_column("phone_key", pa.array(keys, pa.string()))
