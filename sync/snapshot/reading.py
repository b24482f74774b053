"""Reading a file that `aws iam get-account-authorization-details` printed, in memory that doesn't grow with it.

It is one JSON document or several, one after the other (a page each), plain or gzipped. A document is an object with
lists of objects in it. ijson parses it piece by piece; one pass over the file is quick, so each question is one.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NoReturn

import ijson

from sync.aws.errors import AwsError


class SnapshotError(AwsError):
    """The text is a sentence for the operator who gave the file. An AwsError, so that a run ends on it as on AWS's."""

    what = ""
    advice = ""


_MB = 1024 * 1024
PIECE = 64 * 1024  # bytes read at once
# Far above all that AWS's quotas let an object be. What is larger would be held in memory whole, so it is refused.
LONGEST_OBJECT = 8 * _MB
DEEPEST = 100

# How the file says, at the end of its last document, that there was more to list: AWS's own word, and the AWS CLI's.
_MORE = ("IsTruncated", "NextToken")
_GZIP = b"\x1f\x8b"
_UTF8_BOM = b"\xef\xbb\xbf"
_OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"{\x00", b"\x00{")


@dataclass(frozen=True)
class SnapshotOutline:
    """What stands in a file: how many documents, and whether the last one says that it isn't the end."""

    documents: int
    is_cut_off: bool


def outline(path: Path, lists: Collection[str], *, longest: int | None = None) -> SnapshotOutline:
    """Parses the file from end to end. Raises SnapshotError with the place where it isn't such a file.

    `lists`: the keys, of which each document must have at least one. `longest`: bytes that it may have, unpacked.
    """
    with _opened(path) as file:
        file.longest, file.longest_object = longest, LONGEST_OBJECT
        try:
            return _Outliner(file, lists).run()
        except ijson.JSONError as error:
            _point_to(path, file, error)


def items(path: Path, key: str) -> Iterator[Any]:
    """What stands in the list `key`, of all documents; for a file of which `outline` had nothing to say."""
    with _opened(path) as file:
        yield from ijson.items(file, f"{key}.item", multiple_values=True, use_float=True)


class _Pieces:
    """A file as ijson reads it, which knows how far it has got."""

    longest: int | None = None  # bytes that it may have, unpacked
    longest_object: int | None = None  # … and one object of it, as long as `since` is kept

    def __init__(self, file: IO[bytes], begin: bytes) -> None:
        self._file, self._begin = file, begin
        self.total = self.piece_at = 0  # bytes handed out; where the last piece began
        self.since = 0  # where the object began that is being read

    def read(self, size: int = -1) -> bytes:
        if size == 0:  # ijson looks what kind of file it is
            return b""
        piece = self._begin or self._file.read(PIECE)
        self._begin = b""
        self.piece_at = self.total
        self.total += len(piece)
        if self.longest_object is not None and self.total - self.since > self.longest_object:
            limit = self.longest_object // _MB
            raise SnapshotError(f"The object near byte {self.since:,} is larger than {limit} MB: none of AWS’s is.")
        if self.longest is not None and self.total > self.longest:
            raise SnapshotError(f"The file is larger than {self.longest // _MB} MB, unpacked.")
        return piece


@contextmanager
def _opened(path: Path) -> Iterator[_Pieces]:
    with path.open("rb") as packed:
        is_packed = packed.read(2) == _GZIP
        packed.seek(0)
        file: IO[bytes] = gzip.GzipFile(fileobj=packed) if is_packed else packed  # type: ignore[assignment]
        try:
            begin = file.read(PIECE)
            if begin.startswith(_OTHER_ENCODINGS):
                raise SnapshotError(
                    "The file is UTF-16, as Windows PowerShell writes it with “>”. Let the AWS CLI’s output go through "
                    "“Out-File -Encoding utf8”, or convert the file to UTF-8."
                )
            yield _Pieces(file, begin.removeprefix(_UTF8_BOM))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise SnapshotError("The gzip file is damaged or cut off: it can’t be unpacked to its end.") from error


class _Outliner:
    """One pass over the events of a file."""

    def __init__(self, file: _Pieces, lists: Collection[str]) -> None:
        self._file, self._lists = file, lists
        self._documents = 0
        self._key = ""
        self._found: set[str] = set()  # which of the lists this document has
        self._is_cut_off = False

    def run(self) -> SnapshotOutline:
        depth = 0
        for event, value in ijson.basic_parse(self._file, multiple_values=True, use_float=True):
            if event in ("end_map", "end_array"):
                depth -= 1
            if depth < 2:
                self._outside(depth, event, value)
            elif depth == 2 and event == "start_map":
                self._file.since = self._file.piece_at
            elif event == "string" and "\x00" in value:
                self._refuse("There is a NUL character in a text: AWS has none")
            if event in ("start_map", "start_array"):
                depth += 1
                if depth > DEEPEST:
                    self._refuse(f"It is nested more than {DEEPEST} levels deep: no answer of AWS’s is")
        if not self._documents:
            raise SnapshotError("The file is empty.")
        return SnapshotOutline(self._documents, self._is_cut_off)

    def _outside(self, depth: int, event: str, value: Any) -> None:
        """What is not in a list: the documents themselves, their keys and single values."""
        if depth == 0:
            if event == "start_map":
                self._found, self._is_cut_off = set(), False
            elif event == "end_map":
                self._end_document()
            else:
                raise SnapshotError(f"{_NOT_IT} It holds JSON, but not an object of lists.")
        elif event == "map_key":
            self._key = value
            if value in self._lists:
                self._found.add(value)
        elif self._key in self._lists and event not in ("start_array", "end_array"):
            raise SnapshotError(f"{_NOT_IT} Its “{self._key}” isn’t a list.")
        elif self._key in _MORE and value:
            self._is_cut_off = True

    def _end_document(self) -> None:
        self._documents += 1
        self._file.since = self._file.piece_at
        if not self._found:
            raise SnapshotError(f"{_NOT_IT} It has none of {', '.join(self._lists)}.")

    def _refuse(self, what: str) -> NoReturn:
        raise SnapshotError(f"{what} (between byte {self._file.piece_at:,} and {self._file.total:,}).")


_NOT_IT = "This isn’t what “aws iam get-account-authorization-details” prints."


# ---- Where it isn't JSON -------------------------------------------------------------------------------------
class _ByteByByte(_Pieces):
    """… hands out its last piece byte by byte, so that the parser stops at the very byte it doesn't like."""

    def __init__(self, pieces: _Pieces, slow_from: int) -> None:
        super().__init__(pieces._file, pieces._begin)
        self._slow_from = slow_from
        self._rest = b""
        self.line = 1
        self._line_begins = 0

    def read(self, size: int = -1) -> bytes:
        if not self._rest and size:
            self._rest = super().read(size)
            self.total -= len(self._rest)
        length = len(self._rest) if self.total < self._slow_from else 1
        piece, self._rest = self._rest[:length], self._rest[length:]
        if newlines := piece.count(b"\n"):
            self.line += newlines
            self._line_begins = self.total + piece.rindex(b"\n") + 1
        self.total += len(piece)
        return piece

    @property
    def column(self) -> int:
        """In bytes, of the last byte handed out."""
        return max(1, self.total - self._line_begins)


def _point_to(path: Path, at: _Pieces, error: ijson.JSONError) -> NoReturn:
    """Raises SnapshotError that names the place; `at` is where the parser gave up, to the piece."""
    with _opened(path) as file:
        slowly = _ByteByByte(file, at.piece_at)
        with suppress(ijson.JSONError):
            for _ in ijson.basic_parse(slowly, multiple_values=True, use_float=True):
                pass
    if not slowly.total:
        raise SnapshotError("The file is empty.")
    place = f"line {slowly.line:,}, byte {slowly.column:,} of it (byte {slowly.total:,} of the file)"
    reason = _reason(error)
    if "premature EOF" in reason:
        raise SnapshotError(f"The file is cut off: it ends in {place}, in the middle of its JSON.")
    raise SnapshotError(f"The file isn’t JSON: {reason} in {place}.")


def _reason(error: ijson.JSONError) -> str:
    """What the parser says, without the piece of the file that it prints below: bytes where they aren't UTF-8."""
    reason = error.args[0]
    return (
        (reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)).partition("\n")[0].rstrip(".")
    )
