"""Which encoding a text file is in, decided by evidence, and its bytes as clean UTF-8.

Known are UTF-8, UTF-16 (with or without mark), GB18030 and Windows-1252. What a byte cannot mean in
the decided encoding becomes U+FFFD: kept, seen and counted, never dropped.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

UTF8 = "utf-8"
GB18030 = "gb18030"
WINDOWS = "cp1252"
_MARKS = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# A lead and trail byte of GB 2312: its symbols and full-width letters, and its hanzi.
_HANZI = re.compile(rb"[\xa1-\xa3\xb0-\xf7][\xa1-\xfe]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_UTF8_CHARACTER = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)


_MARK = re.compile("(?<=[\r\n])\ufeff+")

# Bytes at the start that show UTF-16 without a mark.
_HEAD = 64
# Bytes above ASCII after which the verdict no longer changes.
_ENOUGH = 4_000_000


def mark_of(head: bytes) -> tuple[str, int] | None:
    """Encoding and length of the byte order mark at the start of a file."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    return None


@dataclass
class Evidence:
    """What the bytes of a file without mark say, gathered while they stream by."""

    head: bytes = b""
    is_utf8: bool = True
    is_cut: bool = False

    def __post_init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder(UTF8)("strict")

    def feed(self, chunk: bytes) -> None:
        if len(self.head) < _HEAD:
            self.head += chunk[: _HEAD - len(self.head)]
        if not self.is_utf8:
            return
        if chunk.isascii():
            # A character begun in the chunk before cannot go on with plain ASCII.
            self.is_utf8 = not (chunk and self._decoder.getstate()[0])
            return
        try:
            self._decoder.decode(chunk)
        except UnicodeDecodeError:
            self.is_utf8 = False

    def finish(self) -> None:
        """No more bytes: a character that is still open is damage."""
        if self.is_utf8 and (begun := self._decoder.getstate()[0]):
            self.is_utf8 = False
            # One open byte at the end may be a western letter; two are the torso of a character.
            self.is_cut = len(begun) > 1

    def encoding(self, again: Iterable[bytes]) -> str:
        """The encoding that the evidence speaks for; `again` streams the bytes a second time."""
        # Column names and brackets are ASCII: in UTF-16 every other byte of them is NUL.
        even, odd = self.head[::2].count(0), self.head[1::2].count(0)
        if odd * 3 >= len(self.head) > 1 and not even:
            return "utf-16-le"
        if even * 3 >= len(self.head) > 1 and not odd:
            return "utf-16-be"
        return UTF8 if self.is_utf8 or self.is_cut else _by_high_bytes(again)


def _by_high_bytes(chunks: Iterable[bytes]) -> str:
    """UTF-8 with damage, GB18030 or Windows-1252, from how the bytes above ASCII stand together.

    Chinese stands in pairs from the common part of GB 2312; western letters stand alone among
    ASCII; UTF-8 with a few broken places is damaged UTF-8 and not another encoding.
    """
    high = utf8 = hanzi = 0
    for chunk in chunks:
        if chunk.isascii():
            continue
        for run in _HIGH_RUN.findall(chunk):
            high += len(run)
            utf8 += sum(map(len, _UTF8_CHARACTER.findall(run)))
            if len(run) % 2 == 0:
                hanzi += 2 * len(_HANZI.findall(run))
        if high > _ENOUGH:
            break
    if utf8 >= 0.7 * high:
        return UTF8
    return GB18030 if 2 * hanzi > high else WINDOWS


def decoded(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The same text in UTF-8; NUL and undecodable bytes as U+FFFD.

    Marks go, also those that files put one after the other have in the middle.
    """
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    before = "\n"
    for text in _texts(chunks, decoder):
        kept = text
        if "\ufeff" in text:
            kept = _MARK.sub("", text)
            if before in "\r\n":
                kept = kept.lstrip("\ufeff")
        before = text[-1:] or before
        yield kept.replace("\x00", "\ufffd").encode(UTF8, "replace")


def _texts(chunks: Iterable[bytes], decoder: codecs.IncrementalDecoder) -> Iterator[str]:
    for chunk in chunks:
        yield decoder.decode(chunk)
    yield decoder.decode(b"", True)
