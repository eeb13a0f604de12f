"""Phone numbers to one form. Only parsing lives here; which numbers may join records is decided in SQL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import phonenumbers
import pyarrow as pa
from phonenumbers import PhoneMetadata

_TOO_SHORT = 7
_NOT_A_DIGIT = re.compile(r"\D+")
_PLAIN = re.compile(r"\+?[0-9() -]{4,40}")
_LONGEST_CALLING_CODE = 3
_NEVER = "(?!)"


@dataclass(frozen=True)
class _Plan:
    """What numbers of one calling code look like, and what may stand before them at home."""

    region: str
    lengths: frozenset[int]
    prefix: re.Pattern[str]
    # The calling code itself, and what is dialled to call abroad.
    from_there: re.Pattern[str]


@cache
def _plan(code: str) -> _Plan | None:
    """Of the main region of a calling code, in which numbers that name the code are read; null where it is none."""
    region = phonenumbers.region_code_for_country_code(int(code or 0))
    of_code = PhoneMetadata.metadata_for_region_or_calling_code(int(code or 0), region)
    if code.startswith("0") or of_code is None or of_code.general_desc is None:
        return None
    lengths = of_code.general_desc
    return _Plan(
        region,
        frozenset(lengths.possible_length) - frozenset(lengths.possible_length_local_only),
        re.compile(of_code.national_prefix_for_parsing or _NEVER),
        re.compile(f"{code}|{of_code.international_prefix or _NEVER}"),
    )


def phone_key(text: str, country: str | None) -> str | None:
    """E.164 of `text` read in `country` (ISO 3166 alpha-2), or null when it is no number.

    A number that names no country, in a row without one, becomes `national:<digits>`: it can still be equal
    to another, though nobody could dial it. "Possible" is enough: number plans change faster than
    libraries, and a wrong length is what typing errors look like.
    """
    return _plain_key(text, country) or _parsed_key(text, country)


def _plain_key(text: str, country: str | None) -> str | None:
    """The same where digits alone decide: nothing but signs between them, and no prefix that the parser might take off.

    Most numbers are so, and the parser takes ten times as long to find out.
    """
    if not _PLAIN.fullmatch(text):
        return None
    digits = _NOT_A_DIGIT.sub("", text)
    if text[0] == "+":
        codes = (digits[:width] for width in range(1, _LONGEST_CALLING_CODE + 1))
        code = next((code for code in codes if _plan(code)), "")
        digits = digits[len(code) :]
    else:
        code = str(phonenumbers.country_code_for_region(country or ""))
    plan = _plan(code)
    if plan is None or len(digits) not in plan.lengths or plan.prefix.match(digits):
        return None
    if text[0] != "+" and (plan.region != country or plan.from_there.match(digits)):
        return None
    return f"+{code}{digits}"


def _parsed_key(text: str, country: str | None) -> str | None:
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
