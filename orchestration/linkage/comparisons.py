"""What two profiles are compared by, and in which degrees; the weights of the degrees are learned, not written here.

Every comparison is a list of levels, the strongest agreement first; the last, "different", is implied. A missing
value on either side is no evidence. A comparison is used only where enough profiles carry its column, so a source
with few columns is compared by what it has.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True)
class Level:
    """One degree of agreement. `words` completes "the … is/are"; `condition` is SQL over `<column>_l`, `<column>_r`."""

    name: str
    words: str
    condition: str
    # Agreement on a rare value says more than on a common one; only for equality.
    frequency_of: str | None = None


@dataclass(frozen=True)
class Comparison:
    """One thing compared.

    is_personal: people who share a home or a family do not share it by that; the others (surname, address,
    telephone, e-mail) relatives may well share.
    """

    name: str
    label: str
    column: str
    levels: tuple[Level, ...]
    is_personal: bool
    # Where it says nothing: by default where its column is null on either side.
    missing: str | None = None
    # What must be filled in enough profiles for it to be used: by default its column.
    filled: str | None = None
    # Whose it is, where only persons or only organisations have it: it is counted among these.
    party: str | None = None

    @property
    def is_missing(self) -> str:
        """SQL condition over a pair: nothing can be compared."""
        return self.missing or _either_null(self.column)


def _where(cheap: str, costly: str) -> str:
    """Both hold. The engine works out every part of an `and` for every pair, of a `case` only where it comes to it."""
    return f"case when {cheap} then {costly} else false end"


def _is_edit(column: str, most: int) -> str:
    """Texts that differ by few keystrokes: a letter more, less, another one, or two that changed places.

    Most pairs are far apart, and the distance that knows of changed places (Damerau's) costs ten times what the others
    do, so it is asked last: one keystroke changes at most two letters at their places, and where it is two the letters
    are the same; two keystrokes are at most four without it.
    """
    left, right = f"{column}_l", f"{column}_r"
    apart = f"abs(strlen({left}) - strlen({right}))"
    is_near = f"damerau_levenshtein({left}, {right}) <= {most}"
    if most == 1:
        differ = f"hamming({left}, {right})"
        return (
            f"case when strlen({left}) = strlen({right}) then case when {differ} > 2 then false when {differ} < 2 then true "
            f"else {_where(f'jaccard({left}, {right}) = 1', is_near)} end "
            f"when {apart} = 1 then levenshtein({left}, {right}) = 1 else false end"
        )
    return _where(
        f"{apart} <= {most}", _where(f"levenshtein({left}, {right}) <= {2 * most}", is_near)
    )


def _is_alike(column: str, least: float) -> str:
    return f"jaro_winkler_similarity({column}_l, {column}_r) >= {least}"


def _same(column: str, words: str = "the same") -> Level:
    return Level("same", words, f"{column}_l = {column}_r", frequency_of=column)


def _either_null(column: str) -> str:
    return f"{column}_l is null or {column}_r is null"


def _both(column: str) -> str:
    return f"({column}_l is not null and {column}_r is not null)"


_SWAPPED = "given_l = family_r and family_l = given_r"
_COMPARABLE_PLACE = " or ".join(_both(c) for c in ("address", "postal", "city", "region"))
_MISSPELT_EMAIL = _where(
    "email_digits_l = email_digits_r and email_domain_l = email_domain_r",
    _is_edit("email_name", 1),
)
_SAME_PLACE = "(postal_l = postal_r or city_l = city_r)"

COMPARISONS: tuple[Comparison, ...] = (
    Comparison(
        "given_name",
        "given name",
        "given",
        (
            _same("given"),
            Level("swapped", "the surname of the other, and the other way round", _SWAPPED),
            Level("nickname", "a known short form of it", "given_root_l = given_root_r"),
            Level("very_alike", "nearly the same", _is_alike("given", 0.92)),
            Level(
                "initial",
                "the same as far as an initial tells",
                "(length(given_l) = 1 or length(given_r) = 1) and given_l[1] = given_r[1]",
            ),
            Level(
                "elsewhere",
                "found elsewhere in the name",
                # A word that is the other's surname tells of the family only.
                "(given_r != family_l and contains(name_words_l, given_word_r)) "
                "or (given_l != family_r and contains(name_words_r, given_word_l))",
            ),
            Level("alike", "similar", _is_alike("given", 0.8)),
        ),
        is_personal=True,
        party="person",
    ),
    Comparison(
        "family_name",
        "surname",
        "family",
        (
            _same("family"),
            Level(
                "spelling",
                "the same in another spelling",
                "surnames_l is not null and list_has_any(surnames_l, surnames_r)",
            ),
            Level("very_alike", "nearly the same", _is_alike("family", 0.92)),
            Level(
                "elsewhere",
                "found elsewhere in the name",
                "(family_r != given_l and contains(name_words_l, family_word_r)) "
                "or (family_l != given_r and contains(name_words_r, family_word_l))",
            ),
            Level("alike", "similar", _is_alike("family", 0.8)),
        ),
        is_personal=False,
        party="person",
        # Names in the other order are counted with the given name.
        missing=f"{_either_null('family')} or ({_SWAPPED})",
    ),
    Comparison(
        "organization_name",
        "name of the organisation",
        "organization",
        (
            _same("organization"),
            Level("very_alike", "nearly the same", _is_alike("organization", 0.92)),
            Level("alike", "similar", _is_alike("organization", 0.8)),
        ),
        is_personal=True,
        party="organization",
    ),
    # Characters tell apart what sounds alike.
    Comparison(
        "given_characters",
        "given name in characters",
        "given_han",
        (Level("same", "the same", "given_han_l = given_han_r"),),
        is_personal=True,
        party="person",
        missing=f"{_either_null('given_han')} or given_l != given_r",
    ),
    Comparison(
        "other_names",
        "further name",
        "other_names",
        (
            Level("shared", "shared", "list_has_any(other_names_l, other_names_r)"),
            Level(
                "crossed",
                "found elsewhere in the name",
                "list_has_any(other_names_l, string_split(trim(name_words_r), ' ')) "
                "or list_has_any(other_names_r, string_split(trim(name_words_l), ' '))",
            ),
        ),
        is_personal=True,
        party="person",
    ),
    Comparison(
        "birth_date",
        "birth date",
        "birth_year",
        (
            Level("same", "the same", "birth_l = birth_r"),
            Level("one_edit", "one keystroke apart", _is_edit("birth", 1)),
            Level(
                "swapped",
                "the same with day and month swapped",
                "birth_year_l = birth_year_r and birth_l[5:6] = birth_r[7:8] and birth_l[7:8] = birth_r[5:6]",
            ),
            Level(
                "same_year",
                "the same as far as the year tells",
                "birth_year_l = birth_year_r and (birth_l is null or birth_r is null)",
            ),
            Level(
                "two_parts",
                "the same in two of day, month and year",
                "(birth_day_l = birth_day_r or (birth_year_l = birth_year_r "
                "and (birth_l[5:6] = birth_r[5:6] or birth_l[7:8] = birth_r[7:8])))",
            ),
            Level("two_edits", "two keystrokes apart", _is_edit("birth", 2)),
            Level(
                "near_year",
                "one keystroke apart as far as the year tells",
                _where("birth_l is null or birth_r is null", _is_edit("birth_year", 1)),
            ),
            Level("year_only", "in the same year", "birth_year_l = birth_year_r"),
        ),
        is_personal=True,
        party="person",
    ),
    Comparison(
        "gender",
        "gender",
        "gender",
        (Level("same", "the same", "gender_l = gender_r"),),
        is_personal=True,
        party="person",
    ),
    Comparison(
        "email",
        "e-mail",
        "email",
        (
            _same("email"),
            # Names make mailboxes: people of one name have alike ones, and a number then tells them apart.
            Level("misspelt", "one letter apart", _MISSPELT_EMAIL),
            Level(
                "alike",
                "nearly the same at the same rare provider",
                _where("rare_domain_l = rare_domain_r", _is_edit("email_name", 2)),
            ),
            Level(
                "same_mailbox",
                "the same before the @",
                "email_name_l = email_name_r",
                frequency_of="email_name",
            ),
        ),
        is_personal=False,
        # The mailboxes of Ben and Bea differ by what their names differ by: that tells nothing once more.
        missing=f"{_either_null('email')} or "
        + _where(
            "given_l != given_r and email_l != email_r and contains(email_name_l, given_l) "
            "and contains(email_name_r, given_r)",
            _MISSPELT_EMAIL,
        ),
    ),
    Comparison(
        "phone",
        "telephone",
        "phone",
        (_same("phone"), Level("one_edit", "one digit apart", _is_edit("phone", 1))),
        is_personal=False,
    ),
    # Street, code, town and region say one thing in more and more detail: they count once, by the finest that agrees.
    Comparison(
        "address",
        "address",
        "address",
        (
            Level(
                "same",
                "the same",
                f"address_l = address_r and {_SAME_PLACE}",
                frequency_of="address",
            ),
            Level(
                "very_alike",
                "nearly the same, in the same place",
                _where(_SAME_PLACE, _is_alike("address", 0.9)),
            ),
            Level("street", "nearly the same", _is_alike("address", 0.9)),
            Level(
                "postal_and_city",
                "in the same place",
                "postal_l = postal_r and city_l = city_r",
                frequency_of="postal",
            ),
            Level(
                "postal_code",
                "under the same postal code",
                "postal_l = postal_r",
                frequency_of="postal",
            ),
            Level(
                "near_code_and_city",
                "in the same town, with the code one keystroke apart",
                _where("city_l = city_r", _is_edit("postal", 1)),
            ),
            Level("city", "in the same town", "city_l = city_r", frequency_of="city"),
            Level("near_code", "one keystroke apart in the code", _is_edit("postal", 1)),
            Level("near_city", "in nearly the same town", _is_alike("city", 0.9)),
            Level("area", "in the same postal area", "postal_area_l = postal_area_r"),
            Level("region", "in the same region", "region_l = region_r", frequency_of="region"),
        ),
        is_personal=False,
        missing=f"not ({_COMPARABLE_PLACE})",
        filled="coalesce(address, postal, city, region)",
    ),
    Comparison(
        "job_title",
        "occupation",
        "job",
        (_same("job"),),
        is_personal=True,
        party="person",
    ),
    Comparison(
        "national_id",
        "national id",
        "national_id",
        (
            Level("same", "the same", "national_id_l = national_id_r"),
            Level("one_edit", "one keystroke apart", _is_edit("national_id", 1)),
            Level("two_edits", "two keystrokes apart", _is_edit("national_id", 2)),
        ),
        is_personal=True,
    ),
)

BY_NAME = {comparison.name: comparison for comparison in COMPARISONS}
DIFFERENT = "different"
# Columns of the features that no comparison is named after, but that conditions read.
HELPERS = (
    *("given_root", "given_word", "family_word", "surnames", "name_words", "birth", "birth_day"),
    *("email_name", "email_digits", "email_domain", "rare_domain"),
    *("postal", "postal_area", "city", "region"),
)


def feature_columns() -> tuple[str, ...]:
    """Every column of `int_match_features` besides its node and party."""
    return tuple(dict.fromkeys((*(c.column for c in COMPARISONS), *HELPERS)))


def gamma(comparison: Comparison) -> str:
    """SQL for the level of one pair: the number of weaker levels, 0 for different, -1 for missing."""
    last = len(comparison.levels)
    levels = " ".join(
        f"when {level.condition} then {last - position}"
        for position, level in enumerate(comparison.levels)
    )
    return f"case when {comparison.is_missing} then -1 {levels} else 0 end"


def levels_in_words() -> pa.Table:
    """What `int_comparison_levels` holds: the words for every level of `gamma`."""
    rows = [
        {"comparison": c.name, "gamma": place, "words": f"{c.label} {words}"}
        for c in COMPARISONS
        for place, words in enumerate([DIFFERENT, *(level.words for level in c.levels[::-1])])
    ]
    return pa.Table.from_pylist(rows)
