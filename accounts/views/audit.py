"""The audit trail: who did what to what, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.views.decorators.http import require_GET

from accounts import audit
from accounts.access import signed_in
from accounts.models import AuditEntry, AuditHead, AwsAccount, Operator
from accounts.roles import SEE_IAM
from iamconsole.web.cells import NONE, name_link
from iamconsole.web.elements import full_time, joined, muted
from iamconsole.web.filters import DateFilter, Filter, TextFilter
from iamconsole.web.tables import Column, Table, list_response

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
        for verb in audit.verbs():
            if not verb.startswith(f"{noun}.") or not noun:
                noun = verb.partition(".")[0]
                yield f"{noun}.", f"{_said(noun).capitalize()}: anything"
            yield verb, f"{_said(noun).capitalize()}: {_said(verb.partition('.')[2])}"


def _said(name: str) -> str:
    return name.replace("_", " ").replace("aws ", "AWS ")


@dataclass(frozen=True)
class AwsAccountFilter(Filter):
    """`scope` is the operator: the filter knows the AWS accounts that they see."""

    control: ClassVar[str] = "select"

    def chip(self, scope: Operator, value: str) -> str | None:
        return dict(self.options(scope)).get(value)

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(aws_account__account_id=value)

    def options(self, scope: Operator) -> Iterable[tuple[str, str]]:
        return [(found.account_id, str(found)) for found in AwsAccount.objects.visible_to(scope, SEE_IAM)]


def _search(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    fields = ("object_name", "object_id", "actor_name", "reason")
    return rows.filter(reduce(or_, (Q(**{f"{field}__icontains": words}) for field in fields)))


def _when(row: AuditEntry, operator: Operator) -> SafeString:
    below = "" if row.number else format_html('<span class="small muted">{}</span>', "not sealed yet")
    return name_link(row.get_absolute_url(), full_time(row.at), below)


def _who(row: AuditEntry, operator: Operator) -> SafeString:
    if row.actor is None:
        return muted(row.actor_name)
    return format_html('<span title="{}">{}</span>', row.actor_name, row.actor)


def _what(row: AuditEntry, operator: Operator) -> SafeString:
    reason = Truncator(row.reason).chars(MOST_OF_REASON)
    below = format_html('<span class="small muted">“{}”</span>', reason) if reason else ""
    return joined((audit.sentence(row), below))


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
        Column("did", "Did what", audit.sentence, cell=_what),
        Column("verb", "Verb", lambda row: row.verb, only_export=True),
        Column("object_kind", "Kind", lambda row: row.object_kind, only_export=True),
        Column("object_id", "Object", lambda row: row.object_id, only_export=True),
        Column("object_name", "Name", lambda row: row.object_name, only_export=True),
        Column(
            "aws_account", "AWS account", lambda row: row.aws_account and row.aws_account.account_id,
            cell=_where, optional=True,
        ),
        Column("reason", "Reason", lambda row: row.reason, only_export=True),
        Column("address", "From", lambda row: row.address, cell=_address, optional=True),
        Column("seal", "Seal", lambda row: row.seal, only_export=True),
    ),
    default_sort="-at",
    filters=(
        AwsAccountFilter("aws_account", "AWS account"),
        VerbFilter("verb", "What was done"),
        TextFilter(
            "operator", "Operator (e-mail)", rows=lambda value: Q(actor_name__iexact=value), words="By {}"
        ),
        TextFilter(
            "object", "Object (id or name)",
            rows=lambda value: Q(object_id=value) | Q(object_name__iexact=value), words="About {}",
        ),
        DateFilter("since", "Since", lookup="at__gte", words="Since {}"),
        DateFilter("before", "Before", lookup="at__lt", words="Before {}"),
    ),
    search=_search,
    search_hint="Search names, ids, operators, reasons",
    empty_icon="scroll-text",
    empty_title="Nothing was done yet",
    empty_text="Whatever operators do here, from signing in to applying a change, is written down and sealed.",
)  # fmt: skip


def _visible(operator: Operator) -> QuerySet[AuditEntry]:
    """Raises Http404 for strangers and PermissionDenied for those who may see no IAM anywhere (helpdesk)."""
    if operator.is_stranger:
        raise Http404
    if not operator.owns_all() and not AwsAccount.objects.visible_to(operator, SEE_IAM).exists():
        raise PermissionDenied
    return AuditEntry.objects.visible_to(operator).select_related("actor", "aws_account")


@require_GET
def audit_trail(request: HttpRequest) -> HttpResponseBase:
    operator = signed_in(request)
    context = {"head": AuditHead.objects.filter(pk=1, number__gt=0).first()}
    return list_response(request, AUDIT, _visible(operator), operator, "accounts/audit.html", context=context)


@require_GET
def audit_entry(request: HttpRequest, pk: int) -> HttpResponseBase:
    entry = get_object_or_404(_visible(signed_in(request)), pk=pk)
    data = dict(entry.data)
    changes = data.pop("changes", {})
    context = {"entry": entry, "sentence": audit.sentence(entry), "changes": changes, "data": data}
    return render(request, "accounts/audit_entry.html", context)
