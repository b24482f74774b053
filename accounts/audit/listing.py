"""The audit trail as a list: its columns, filters and exports, for the page, the command and the log stream."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from accounts.audit.verbs import sentence, verbs
from accounts.models import AuditEntry, AuditText, AwsAccount, Operator
from accounts.roles import SEE_IAM
from iamconsole.web.elements import NONE, format_html, full_time, joined, muted, name_link
from iamconsole.web.filters import DateFilter, Filter, TextFilter
from iamconsole.web.tables import Column, Table

MOST_OF_REASON = 120  # characters of it in the list


@dataclass(frozen=True)
class VerbFilter(Filter):
    """A verb, or all of a kind of object: "change." is every verb of changes."""

    control: ClassVar[str] = "select"

    def chip(self, scope: Any, value: str) -> str | None:
        return dict(self.options(scope)).get(value)

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(verb__startswith=value) if value.endswith(".") else rows.filter(verb=value)

    def options(self, scope: Any) -> Iterable[tuple[str, str]]:
        noun = ""
        for verb in verbs():
            if not verb.startswith(f"{noun}.") or not noun:
                noun = verb.partition(".")[0]
                yield f"{noun}.", f"{_said(noun).capitalize()}: anything"
            yield verb, f"{_said(noun).capitalize()}: {_said(verb.partition('.')[2])}"


def _said(name: str) -> str:
    return name.replace("_", " ").replace("aws ", "AWS ")


@dataclass(frozen=True)
class AwsAccountFilter(Filter):
    """`scope` is the operator: the filter knows the AWS accounts that they see. None: the command, which sees all."""

    control: ClassVar[str] = "select"

    def chip(self, scope: Operator | None, value: str) -> str | None:
        return dict(self.options(scope)).get(value)

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(aws_account__account_id=value)

    def options(self, scope: Operator | None) -> Iterable[tuple[str, str]]:
        found = AwsAccount.objects.visible_to(scope, SEE_IAM) if scope else AwsAccount.objects.all()
        return [(each.account_id, str(each)) for each in found]


def _search(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    fields = ("object_name", "object_id", "actor_name", "reason")
    return rows.filter(reduce(or_, (Q(**{f"{field}__icontains": words}) for field in fields), _with_text(words)))


def _with_text(words: str, lookup: str = "icontains") -> Q:
    """Those about an object of which a text that stands apart says this: the entries of a change by its title."""
    found = AuditText.objects.filter(**{f"text__{lookup}": words})
    return Q(object_kind="change", object_id__in=found.filter(object_kind="change").values("object_id"))


def _when(row: AuditEntry, operator: Operator) -> SafeString:
    below = "" if row.number else format_html('<span class="small muted">{}</span>', "not sealed yet")
    return name_link(row.get_absolute_url(), full_time(row.at), below)


def _who(row: AuditEntry, operator: Operator) -> SafeString:
    if row.actor is None:
        return muted(row.actor_name)
    return format_html('<span title="{}">{}</span>', row.actor_name, row.actor)


def _what(row: AuditEntry, operator: Operator) -> SafeString:
    reason = Truncator(row.said_reason).chars(MOST_OF_REASON)
    below = format_html('<span class="small muted">“{}”</span>', reason) if reason else ""
    return joined((sentence(row), below))


def _where(row: AuditEntry, operator: Operator) -> SafeString:
    if row.aws_account is None:
        return NONE
    return format_html('<span title="{}">{}</span>', row.aws_account.account_id, row.aws_account.name)


def _address(row: AuditEntry, operator: Operator) -> SafeString:
    return format_html('<span class="num">{}</span>', row.address) if row.address else NONE


AUDIT = Table(
    name="audit",
    one="entry",
    many="entries",
    columns=(
        Column("number", "Number", lambda row: row.number, only_export=True),
        Column("at", "When", lambda row: row.at, cell=_when, sort="id", newest_first=True),
        Column("actor", "Who", lambda row: row.actor_name, cell=_who),
        Column("did", "Did what", sentence, cell=_what),
        Column("verb", "Verb", lambda row: row.verb, only_export=True),
        Column("object_kind", "Kind", lambda row: row.object_kind, only_export=True),
        Column("object_id", "Object", lambda row: row.object_id, only_export=True),
        Column("object_name", "Name", lambda row: row.said_name, only_export=True),
        Column(
            "aws_account",
            "AWS account",
            lambda row: row.aws_account and row.aws_account.account_id,
            cell=_where,
            optional=True,
        ),
        Column("reason", "Reason", lambda row: row.said_reason, only_export=True),
        Column("address", "From", lambda row: row.address, cell=_address, optional=True),
        Column("data", "Details", lambda row: row.data, only_export=True),
        Column("seal", "Seal", lambda row: row.seal, only_export=True),
    ),
    default_sort="-at",
    filters=(
        AwsAccountFilter("aws_account", "AWS account"),
        VerbFilter("verb", "What was done"),
        TextFilter("operator", "Operator (e-mail)", rows=lambda value: Q(actor_name__iexact=value), words="By {}"),
        TextFilter(
            "object",
            "Object (id or name)",
            rows=lambda value: Q(object_id=value) | Q(object_name__iexact=value) | _with_text(value, "iexact"),
            words="About {}",
        ),
        DateFilter("since", "Since", lookup="at__gte", words="Since {}"),
        DateFilter("before", "Before", lookup="at__lt", words="Before {}"),
    ),
    search=_search,
    search_hint="Search names, ids, operators, reasons",
    exports=("csv", "jsonl"),
    empty_icon="scroll-text",
    empty_title="Nothing was done yet",
    empty_text="Whatever operators do here, from signing in to applying a change, is written down and sealed.",
)
