"""The columns and filters that all lists of mirrored rows share."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.lookups import Exact
from django.utils.safestring import SafeString

from accounts.models import AwsAccount
from iamconsole.web.elements import created, flag, format_html, joined, named
from iamconsole.web.filters import ChoiceFilter, Filter, FilterChoice, TextFilter
from iamconsole.web.search import narrowed
from iamconsole.web.tables import Column, Table
from objects.kinds import AwsKind
from sync.models import Ownership
from sync.pending import pending_mark


def name_column(url_name: str) -> Column:
    """`url_name`: of the page of a row."""
    return Column("name", "Name", lambda row: row.name, cell=named(url_name, _marks), sort="name_key")


def _marks(row: Any, aws_account: AwsAccount) -> SafeString:
    """`in_code` and `power_mark` are of rows of which a page asked for it."""
    owned = _OWNED_MARK if getattr(row, "in_code", False) else ""
    return joined((pending_mark(row, aws_account), getattr(row, "power_mark", ""), owned))


_OWNED_MARK = flag(format_html('<span class="visually-hidden">{} </span>Code', "Owned by"), "", "git-branch")


def object_table(
    of: AwsKind,
    *columns: Column,
    filters: tuple[Filter, ...],
    search_hint: str = "Name, ARN or unique id",
    empty_text: str = "This AWS account has none, or they were never pulled.",
) -> Table:
    """The list of a kind: the name first, then `columns`."""
    return Table(
        name=of.list_name,
        one=of.word,
        term=of.term,
        many=of.several,
        default_sort="name",
        search=narrowed,
        search_hint=search_hint,
        columns=(name_column(of.name), *columns),
        filters=filters,
        empty_icon=of.icon,
        empty_title=f"No {of.several}",
        empty_text=empty_text,
    )


def yes_or_no(name: str, label: str, has: Q, chip: str) -> Filter:
    """Whether a row has something. `chip` says that it does: "Has a boundary" and "Not: has a boundary"."""
    no = f"Not: {chip[0].lower()}{chip[1:]}"
    return ChoiceFilter(
        name, label, choices=(FilterChoice("yes", "Yes", has, chip), FilterChoice("no", "No", ~has, no))
    )


def tag_filter(field: str) -> Filter:
    """By tag: `team` or `team=platform`."""

    def rows(value: str) -> Q:
        key, found, wanted = value.partition("=")
        has = Q(**{f"{field}__has_key": key})
        return has & Q(Exact(KeyTextTransform(key, field), wanted)) if found else has

    return TextFilter("tag", "Tag (key, or key=value)", rows=rows, written=_rarest, written_in=field, words="Tag {}")


def _rarest(value: str) -> str:
    """Of a tag the longer of key and value, if it is the same in JSON."""
    key, _, wanted = value.partition("=")
    longer = max(key, wanted, key=len)
    return longer if json.dumps(longer) == f'"{longer}"' else ""


PATH = TextFilter(
    "path",
    "Path begins with",
    rows=lambda value: Q(path__startswith=value),
    written=lambda value: value,  # ARNs have it
    written_in="arn",
    words="Path {}",
)
GONE = ChoiceFilter(
    "gone",
    "No longer in AWS",
    unless=Q(gone_at__isnull=True),
    choices=(
        FilterChoice("only", "Only what is gone", Q(gone_at__isnull=False), "Gone from AWS"),
        FilterChoice("with", "Show it too", Q(), "With what is gone"),
    ),
)
# In the words of the index of them, or SQLite doesn't see that it fits.
_LEFT_TO_OTHERS = ~Q(ownership=Ownership.MANAGED)
OWNERSHIP = ChoiceFilter(
    "ownership",
    "Looked after",
    unless=~Q(ownership=Ownership.IGNORED),
    choices=(
        FilterChoice("managed", "Managed here", Q(ownership=Ownership.MANAGED)),
        FilterChoice("read_only", "Read-only", _LEFT_TO_OTHERS & Q(ownership=Ownership.READ_ONLY)),
        FilterChoice("ignored", "Ignored", _LEFT_TO_OTHERS & Q(ownership=Ownership.IGNORED)),
        FilterChoice("all", "All, ignored too", Q(), "With what is ignored"),
    ),
)
IN_CODE = ChoiceFilter(
    "in_code",
    "Owned by code",
    choices=(
        FilterChoice("yes", "Yes", Q(in_code=True), "Owned by code"),
        FilterChoice("no", "No", Q(in_code=False), "Not owned by code"),
    ),
)
IN_CODE_COLUMN = Column("in_code", "Owned by code", lambda row: "Yes" if row.in_code else "No", only_export=True)
CREATED = Column(
    "created",
    "Created",
    lambda row: row.created_at,
    cell=created,
    sort="created_at",
    newest_first=True,
    css="num nowrap",
)
ARN = Column("arn", "ARN", lambda row: row.arn, only_export=True)
UNIQUE_ID = Column("unique_id", "Unique id", lambda row: row.aws_id, only_export=True)
DESCRIPTION = Column("description", "Description", lambda row: row.description, only_export=True)
