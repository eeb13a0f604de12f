"""The Chinese guides say what the English ones say now, and lead where those lead."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from orchestration.settings import REPOSITORY

_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]*))?\)")
_CODE = re.compile(r"`[^`]*`")


@pytest.fixture
def translate() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("translate", REPOSITORY / "docs/translate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["translate"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["translate"]


def test_everything_is_translated_and_written(
    translate: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert translate.main(only_check=True) == 0, capsys.readouterr().out


def test_code_is_the_same_in_both_languages(translate: ModuleType) -> None:
    for guide in translate.GUIDES:
        said = translate._reader(guide)
        for unit in translate.units((REPOSITORY / guide).read_text()):
            if unit.is_message:
                assert sorted(_CODE.findall(unit.text)) == sorted(_CODE.findall(said(unit.text)))
        blocks = [
            re.findall(r"^```.*?^```", (REPOSITORY / page).read_text(), re.DOTALL | re.MULTILINE)
            for page in (guide, translate.translated(guide))
        ]
        assert blocks[0] == blocks[1]


def test_chinese_has_its_own_signs(translate: ModuleType) -> None:
    for path in translate.LOCALE.rglob("*.po"):
        for message in translate.read(path):
            said = re.sub(r"`[^`]*`|\]\([^)]*\)|{[^}]*}|<[^>]*>", "", str(message.string))
            assert not re.search(r"[\u4e00-\u9fff][,:;?!(]|[,:;?!)][\u4e00-\u9fff]", said), said


def test_places_for_values_are_the_same(translate: ModuleType) -> None:
    for message in translate.read(translate.LOCALE / "pages.po"):
        places = [sorted(re.findall(r"{(\w+)", str(text))) for text in (message.id, message.string)]
        assert places[0] == places[1], message.id


def test_every_link_leads_somewhere(translate: ModuleType) -> None:
    for guide in translate.GUIDES:
        for page in (REPOSITORY / guide, REPOSITORY / translate.translated(guide)):
            for path, part in _LINK.findall(page.read_text()):
                target = page.parent / path if path else page
                assert target.exists(), f"{page.name}: {path}"
                if part:
                    headings = re.findall(r"^#+ (.*)", target.read_text(), re.MULTILINE)
                    assert part in map(translate._anchor, headings), f"{page.name}: {path}#{part}"


def test_a_changed_paragraph_is_noticed(
    translate: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for part in ("docs", "locale", "orchestration/pages", "orchestration/customer"):
        shutil.copytree(REPOSITORY / part, tmp_path / part)
    for part in ("README.md", "README.zh.md"):
        shutil.copyfile(REPOSITORY / part, tmp_path / part)
    monkeypatch.setattr(translate, "ROOT", tmp_path)
    monkeypatch.setattr(translate, "LOCALE", tmp_path / "locale" / "zh_CN")
    guide = tmp_path / "docs" / "connect.md"
    english = guide.read_text()
    guide.write_text(english.replace("swapped in one step", "exchanged in one step", 1))
    assert translate.main(only_check=True) == 1
    assert "exchanged in one step" in capsys.readouterr().out
    # Written, it stands in English until somebody looks at the old translation, which is kept as fuzzy.
    assert translate.main(only_check=False) == 1
    assert "exchanged in one step" in (tmp_path / "docs/zh/connect.md").read_text()
    catalogue = (tmp_path / "locale/zh_CN/guides/connect.po").read_text()
    assert "#, fuzzy" in catalogue
    assert translate.main(only_check=True) == 1
    # Put back, all is as before.
    guide.write_text(english)
    shutil.copytree(REPOSITORY / "locale", tmp_path / "locale", dirs_exist_ok=True)
    assert translate.main(only_check=False) == 0
    assert (tmp_path / "docs/zh/connect.md").read_bytes() == (
        REPOSITORY / "docs/zh/connect.md"
    ).read_bytes()
