"""Names come to one form from any script."""

import pytest

from orchestration.linkage.names import name_form


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("José Núñez-García", "jose nunez garcia"),
        ("Müller", "muller"),
        ("Weiß", "weiss"),
        ("Søren Ærø", "soren aero"),
        ("Wàng\u200b Fāng", "wang fang"),
        ("Ｊｏｈｎ　Ｓｍｉｔｈ", "john smith"),
        # Cyrillic letters inside a Latin name are meant to look like Latin ones.
        ("Аnnа Kоwаlski", "anna kowalski"),
        ("Анна", "анна"),
        ("\u200b", None),
    ],
)
def test_writing_is_folded(text: str, folded: str | None) -> None:
    assert name_form(text)["folded"] == folded


@pytest.mark.parametrize(
    ("text", "family", "given"),
    [
        ("张伟", "zhang", "wei"),
        ("張偉", "zhang", "wei"),
        ("歐陽娜娜", "ouyang", "nana"),
        ("单雄信", "shan", "xiongxin"),
        ("曾国藩", "zeng", "guofan"),
        ("解小东", "xie", "xiaodong"),
        ("王芳女士", "wang", "fang"),
        ("李 娜", "li", "na"),
    ],
)
def test_chinese_names_become_their_sound(text: str, family: str, given: str) -> None:
    form = name_form(text)
    assert (form["family"], form["given"]) == (family, given)
    assert form["folded"] == f"{family} {given}"


def test_traditional_and_simplified_are_the_same_characters() -> None:
    assert name_form("張偉")["han"] == name_form("张伟")["han"] == "张伟"
    assert name_form("張偉")["given_han"] == "伟"
