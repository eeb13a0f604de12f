"""Names to one form whatever script they came in. What counts as alike is decided in SQL; here only writing is folded.

Chinese names become their simplified characters and their sound: 張偉, 张伟 and Wei Zhang can then be compared.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

import pyarrow as pa

_PARTS = ("folded", "family", "given", "han", "given_han")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_LATIN = re.compile(r"[a-z]")
_NOT_A_LETTER = re.compile(r"[^\w]+|_")
_TITLES = re.compile("(先生|女士|小姐|太太|夫人|老师|教授|博士|同学|师傅)$")
# Letters that look like Latin ones: in a name that is Latin otherwise, they are meant to be.
_LOOKALIKES = str.maketrans(
    "авекмнорстухіјѕԁԛԝһɡαβεικνορτυχ",
    "abekmhopctyxijsdqwhgabeiknoptux",
)
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
_DOUBLE_SURNAMES = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "司徒",
        "东方",
        "独孤",
        "南宫",
        "万俟",
        "闻人",
        "夏侯",
        "尉迟",
        "公孙",
        "慕容",
        "长孙",
        "宇文",
        "令狐",
        "皇甫",
        "轩辕",
        "端木",
        "百里",
        "呼延",
        "东郭",
        "西门",
        "第五",
    ]
)
# How a character is read as a surname, where that differs from its common reading.
_SURNAME_SOUNDS = {
    **{"单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "区": "ou", "查": "zha", "任": "ren"},
    **{
        "盖": "ge",
        "朴": "piao",
        "翟": "zhai",
        "尉迟": "yuchi",
        "万俟": "moqi",
        "繁": "po",
        "冼": "xian",
    },
    **{
        "种": "chong",
        "折": "she",
        "黑": "he",
        "秘": "bi",
        "员": "yun",
        "乐": "yue",
        "覃": "qin",
        "召": "shao",
    },
    **{
        "長孙": "zhangsun",
        "长孙": "zhangsun",
        "令狐": "linghu",
        "缪": "miao",
        "谌": "chen",
        "卜": "bu",
    },
}


@cache
def _to_simplified() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


def name_form(text: str) -> dict[str, str | None]:
    """`folded` (lower-case Latin words); for Chinese names also `family` and `given` as they sound, and in characters
    the whole (`han`) and the given name (`given_han`)."""
    clean = unicodedata.normalize("NFKC", text)
    clean = "".join(c for c in clean if unicodedata.category(c) != "Cf").strip()
    han = "".join(_HAN.findall(clean))
    if han:
        return _chinese(han)
    folded = unicodedata.normalize("NFKD", clean.casefold().translate(_LETTERS))
    folded = "".join(c for c in folded if not unicodedata.combining(c))
    if _LATIN.search(folded):
        folded = folded.translate(_LOOKALIKES)
    folded = _NOT_A_LETTER.sub(" ", folded).strip()
    return {**dict.fromkeys(_PARTS), "folded": folded or None}


def _chinese(characters: str) -> dict[str, str | None]:
    from pypinyin import lazy_pinyin

    han = _TITLES.sub("", _to_simplified().convert(characters)) or characters
    width = 2 if len(han) > 2 and han[:2] in _DOUBLE_SURNAMES else 1
    surname, rest = han[:width], han[width:]
    family = _SURNAME_SOUNDS.get(surname) or "".join(lazy_pinyin(surname))
    given = "".join(lazy_pinyin(rest)) or None
    folded = " ".join(part for part in (family, given) if part)
    return dict(zip(_PARTS, (folded, family, given, han, rest or None), strict=True))


def name_forms(texts: pa.Table) -> pa.Table:
    """`name_text` → the same with the parts of `name_form`. Called with distinct values."""
    forms = [name_form(text) for text in texts.column("name_text").to_pylist()]
    for part in _PARTS:
        texts = texts.append_column(part, pa.array([form[part] for form in forms], pa.string()))
    return texts
