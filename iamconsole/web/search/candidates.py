"""All kinds of mirrored rows in one query: of each what is called so, what begins so, then words, then parts.

It is written by hand, since Django takes longer to put such a query together than a database to answer it. Its text
hangs on the kinds and the number of rows alone, so that the database driver knows it again. Of each kind every way is
asked for as many rows as are wanted: so what fits better is never left out for what fits less. An index finds each, and
all of them keep to the AWS accounts that the operator may see: what is in others takes no time either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

from django.db import connection
from django.utils.dateparse import parse_datetime

from iamconsole.web.search import LAST
from iamconsole.web.search.asked import SearchQuery
from iamconsole.web.search.kinds import FoundRow, MirroredKind, Searcher, SearchScope
from iamconsole.web.trigrams import LEAST, is_among, rows_with

_COLUMNS = ", ".join(FoundRow._fields).replace("pk", "id", 1)
_SEPARATORS = "-_.+=,@:; "  # in front of a word, in names of AWS's objects
Part = tuple[str, list[Any]]


def candidates(
    kinds: Sequence[MirroredKind], searcher: Searcher, asked: SearchQuery, most: int
) -> Mapping[str, Sequence[FoundRow]]:
    """Rows by the name of their kind, each once. More than `most` of a kind where more than these fit; of what fits
    equally well one more than `most`.
    """
    scopes = {kind.name: kind.sees(searcher.operator) for kind in kinds}
    parts = [
        part
        for number, kind in enumerate(kinds)
        for part in _parts(number, kind, searcher, scopes[kind.name], asked, most + 1)
    ]
    found: dict[str, dict[int, FoundRow]] = {kind.name: {} for kind in kinds}
    for number, *row in _rows(parts):
        each = _read(FoundRow(*row))
        found[kinds[number].name].setdefault(each.pk, each)
    for kind in kinds:
        for each in _also(scopes[kind.name], searcher, asked):
            found[kind.name].setdefault(each.pk, each)
    return {name: tuple(rows.values()) for name, rows in found.items()}


def rows_at(kind: MirroredKind, searcher: Searcher, pks: Sequence[int]) -> Sequence[FoundRow]:
    """Of these rows those that the operator may see."""
    scope = kind.sees(searcher.operator)
    rows = kind.model._default_manager.filter(pk__in=pks).values_list(*FoundRow._fields)
    seen = {*_seen_in(scope, searcher)}
    found = [FoundRow(*row) for row in rows]
    also = {row.pk for row in scope.also.filter(pk__in=pks)} if scope.also is not None else set()
    return [row for row in found if row.aws_account_id in seen or row.pk in also]


def _seen_in(scope: SearchScope, searcher: Searcher) -> list[int]:
    """Primary keys, the current AWS account's first."""
    return [pk for pk in searcher.by_pk if None in scope.aws_accounts or pk in scope.aws_accounts]


def _also(scope: SearchScope, searcher: Searcher, asked: SearchQuery) -> Iterator[FoundRow]:
    if scope.also is None:
        return
    for row in scope.also.values_list(*FoundRow._fields):
        each = FoundRow(*row)
        if each.aws_account_id in searcher.by_pk and asked.fits(each.name, each.aws_id, each.arn):
            yield each


def _parts(
    number: int, kind: MirroredKind, searcher: Searcher, scope: SearchScope, asked: SearchQuery, most: int
) -> Iterator[Part]:
    seen = _seen_in(scope, searcher)
    if not seen:
        return
    table = kind.model._meta.db_table
    among, accounts = is_among(connection, "aws_account_id", seen)
    yield _part(number, table, f"{among} AND name_key = %s", [accounts, asked.key], most)
    between = f"{among} AND name_key >= %s AND name_key < %s"
    yield _part(number, table, between, [accounts, asked.key, asked.key + LAST], most)
    if not getattr(kind.model, "searched", ()) or min(map(len, asked.texts)) < LEAST:
        return
    whose = None if None in scope.aws_accounts else seen
    for behind in (_SEPARATORS, ""):
        where, params = rows_with(connection, kind.model, asked.texts, whose, most, behind=behind)
        yield _part(number, table, where, params, most)


def _part(number: int, table: str, where: str, params: list[Any], most: int) -> Part:
    """No word of what was typed is in the text."""
    text = f'SELECT {number} AS number, {_COLUMNS} FROM "{table}" WHERE {where} LIMIT {most}'  # noqa: S608
    return f"SELECT * FROM ({text}) AS found", params  # noqa: S608


def _read(row: FoundRow) -> FoundRow:
    """SQLite has times as texts, in UTC; its driver reads some."""
    at: Any = row.gone_at
    read = parse_datetime(at) if isinstance(at, str) else at
    return row._replace(gone_at=read.replace(tzinfo=UTC)) if read and read.tzinfo is None else row


def _rows(parts: Sequence[Part]) -> Sequence[Any]:
    if not parts:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(text for text, _ in parts), [param for _, params in parts for param in params]
        )
        rows: Sequence[Any] = cursor.fetchall()
    return rows
