"""Phone numbers: one form for one number, and nothing for what is none."""

import phonenumbers
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.linkage.phones import _parsed_key, normalise_phones, phone_key


@pytest.mark.parametrize(
    ("text", "country", "key"),
    [
        ("+44 20 7946 0958", None, "+442079460958"),
        ("0044 20 7946 0958", "US", "+442079460958"),
        ("(020) 7946 0958", "GB", "+442079460958"),
        ("020-7946-0958 ext. 12", "GB", "+442079460958"),
        ("138 0013 8000", "CN", "+8613800138000"),
        ("+86 138 0013 8000", "US", "+8613800138000"),
        ("１３８００１３８０００", "CN", "+8613800138000"),
        ("983.566.0706x9509", "US", "+19835660706"),
        ("020 7946 0958", None, "national:02079460958"),
        ("555-1234", "US", None),
        ("12", None, None),
        ("n/a", "US", None),
        ("", None, None),
    ],
)
def test_one_number_has_one_form(text: str, country: str | None, key: str | None) -> None:
    assert phone_key(text, country) == key


@given(
    st.integers(min_value=13000000000, max_value=13999999999), st.sampled_from(["", " ", "-", "."])
)
def test_the_way_a_number_is_written_does_not_matter(number: int, blank: str) -> None:
    digits = str(number)
    written = blank.join([digits[:3], digits[3:7], digits[7:]])
    assert phone_key(written, "CN") == phone_key("+86" + digits, None) == "+86" + digits


@given(st.text(max_size=40), st.sampled_from(["US", "CN", "GB", None, "XX", ""]))
def test_no_text_breaks_the_parser(text: str, country: str | None) -> None:
    key = phone_key(text, country)
    assert key is None or key.startswith(("+", "national:"))


@settings(max_examples=2000, deadline=None)
@given(
    st.sampled_from(["+", "", "(", "00"]),
    st.sampled_from(["", *map(str, phonenumbers.COUNTRY_CODE_TO_REGION_CODE)]),
    st.text("0123456789 -()", max_size=14) | st.text("0123456789", min_size=4, max_size=12),
    st.sampled_from([None, "XX", "us", *sorted(phonenumbers.SUPPORTED_REGIONS)]),
)
def test_plain_numbers_are_what_the_parser_makes_of_them(
    sign: str, code: str, rest: str, country: str | None
) -> None:
    text = sign + code + rest
    assert phone_key(text, country) == _parsed_key(text, country)


def test_a_table_keeps_its_rows_in_order() -> None:
    texts = pa.table({"raw_value": ["nonsense", "020 7946 0958"], "country": ["GB", "GB"]})
    result = normalise_phones(texts)
    assert result.column("raw_value").to_pylist() == ["nonsense", "020 7946 0958"]
    assert result.column("phone_key").to_pylist() == [None, "+442079460958"]
