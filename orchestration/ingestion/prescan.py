"""One look at a file's bytes: its hash, and what a text file is made of.

Streams with constant memory. The counts are what a reader's result is checked against afterwards;
a text file that is not plain UTF-8 leaves a clean UTF-8 copy in the scratch folder, which is read
instead of it.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.ingestion import encoding as encodings
from orchestration.ingestion.refusal import Refusal

CHUNK = 4 << 20
# Above DuckDB's 2 MB a line needs a larger buffer; above this it is no line of a table.
LONGEST_LINE = 64 << 20


@dataclass
class TextShape:
    """What a text is made of, counted while it streams by."""

    size: int = 0
    has_quotes: bool = False
    newlines: int = 0
    crlf: int = 0
    carriage_returns: int = 0
    longest_line: int = 0
    has_nul: bool = False
    has_inner_mark: bool = False
    damage: bool = False
    last_content: int = 0
    newlines_before_content_end: int = 0
    _line_start: int = 0
    _end: bytes = b""

    def feed(self, chunk: bytes) -> None:
        if not chunk:
            return
        start = self.size
        self.has_quotes = self.has_quotes or b'"' in chunk
        self.has_nul = self.has_nul or b"\x00" in chunk
        if b"\r" in chunk:
            self.carriage_returns += chunk.count(b"\r")
            self.crlf += chunk.count(b"\r\n")
        seam = self._end + chunk[:3]
        if self._end.endswith(b"\r") and chunk.startswith(b"\n"):
            self.crlf += 1
        self._end = (self._end + chunk[-3:])[-3:]
        trailing = len(chunk) - len(chunk.rstrip(b"\r\n")) if chunk[-1] in b"\r\n" else 0
        newlines = chunk.count(b"\n")
        if trailing < len(chunk):
            self.last_content = start + len(chunk) - trailing
            after = chunk.count(b"\n", len(chunk) - trailing) if trailing else 0
            self.newlines_before_content_end = self.newlines + newlines - after
        self.newlines += newlines
        self._longest(chunk, start)
        if not chunk.isascii():
            self.damage = (
                self.damage
                or any(mark in chunk for mark in _DAMAGE)
                or _ODD.search(chunk) is not None
            )
            self.has_inner_mark = self.has_inner_mark or _MARK in chunk or _MARK in seam
        self.size += len(chunk)

    def _longest(self, chunk: bytes, start: int) -> None:
        # Line ends every half megabyte prove that no line is long, without looking at each.
        at = 0
        while at < len(chunk):
            found = chunk.rfind(b"\n", at, at + (1 << 19))
            if found >= 0:
                first = chunk.find(b"\n", at)
                self.longest_line = max(self.longest_line, start + first - self._line_start)
                self.longest_line = max(self.longest_line, found - first)
                self._line_start = start + found + 1
            at += 1 << 19
        self.longest_line = max(self.longest_line, start + len(chunk) - self._line_start)

    @property
    def lines(self) -> int:
        """Physical lines up to the last that holds anything."""
        return self.newlines_before_content_end + 1 if self.last_content else 0

    @property
    def is_carriage_return_only(self) -> bool:
        return self.carriage_returns > 0 and self.newlines == 0


# A byte order mark at the start of a line: files that were put one after the other.
_MARK = b"\n\xef\xbb\xbf"
# The replacement character, and UTF-8 that was read as Latin or GBK and saved again.
# Control characters of Latin-1, private ones and the letters that begin Cyrillic read as Latin, all in UTF-8.
_ODD = re.compile(rb"\xc2[\x80-\x84\x86-\x9f]|\xc3[\x90\x91]|\xee[\x80-\xbf]|\xef[\x80-\xa3]")
_DAMAGE = tuple(
    mark.encode() for mark in ("\ufffd", "Ã", "Â", "â€", "ï»¿", "ï¿½", "锟斤拷", "烫烫烫")
)


@dataclass(frozen=True)
class Prescan:
    """What one look at the bytes found. `text` is None for formats that are no text."""

    content_hash: str
    encoding: str | None = None
    text: Path | None = None
    shape: TextShape = field(default_factory=TextShape)


def content_hash(path: Path, progress: Callable[[int], None]) -> str:
    """The SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    for chunk in _hashed(path, digest, progress):
        del chunk
    return digest.hexdigest()


def prescan_text(
    path: Path,
    is_compressed: bool,
    scratch: Path,
    progress: Callable[[int], None],
    mark_may_stay: bool = False,
) -> Prescan:
    """Hash the file, count what it holds, and leave clean UTF-8 (in place where it already is)."""
    digest = hashlib.sha256()
    shape, evidence = TextShape(), encodings.Evidence()
    raw: Iterable[bytes] = _hashed(path, digest, progress)
    text = path
    if is_compressed:
        text = scratch / "unpacked"
        raw = _saved(_unpacked(raw), text)
    mark: tuple[str, int] | None = None
    for position, chunk in enumerate(raw):
        if position == 0:
            mark = encodings.mark_of(chunk)
        content = chunk[mark[1] :] if position == 0 and mark is not None else chunk
        evidence.feed(content)
        shape.feed(content)
    evidence.finish()
    is_marked = mark is not None and mark[0] != encodings.UTF8
    found = mark[0] if mark and is_marked else evidence.encoding(_chunks(text))
    is_clean = found == encodings.UTF8 and evidence.is_utf8 and (mark_may_stay or not mark)
    is_clean = is_clean and not (shape.has_nul or shape.has_inner_mark)
    if not is_clean or shape.is_carriage_return_only:
        source, text = text, scratch / "utf8"
        texts = encodings.decoded(_chunks(source), found)
        if shape.is_carriage_return_only:
            texts = (piece.replace(b"\r", b"\n") for piece in texts)
        shape = TextShape()
        for chunk in _saved(texts, text):
            shape.feed(chunk)
        if is_compressed:
            source.unlink()
    if shape.longest_line > LONGEST_LINE:
        raise Refusal(
            f"a line is longer than {LONGEST_LINE >> 20} MB: this is no table of lines. "
            "Check how the file was written."
        )
    return Prescan(digest.hexdigest(), found, text, shape)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _hashed(path: Path, digest: hashlib._Hash, progress: Callable[[int], None]) -> Iterator[bytes]:
    """The chunks of a file, hashed on a second core while the caller looks at them."""
    done = 0
    with ThreadPoolExecutor(1) as hasher:
        for chunk in _chunks(path):
            hashed = hasher.submit(digest.update, chunk)
            yield chunk
            hashed.result()
            done += len(chunk)
            progress(done)


def _unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The content of a gzip file of one or several members."""
    member: zlib._Decompress | None = None
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                if member is None or member.eof:
                    rest = rest.lstrip(b"\x00")  # Padding that some writers leave at the end.
                    if not rest:
                        break
                    member = zlib.decompressobj(wbits=31)
                yield member.decompress(rest, CHUNK)
                rest = member.unused_data if member.eof else member.unconsumed_tail
        while member is not None and not member.eof and (piece := member.decompress(b"", CHUNK)):
            yield piece
    except zlib.error:
        raise Refusal(
            "the gzip file is damaged and cannot be unpacked. Deliver it again."
        ) from None
    if member is None or not member.eof:
        raise Refusal(
            "the gzip file is truncated: it ends before its own end mark. Deliver it again, whole."
        )


def _saved(chunks: Iterable[bytes], path: Path) -> Iterator[bytes]:
    with path.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
            yield chunk
