"""What the pages of guard rails and of saved tests have in common: both are safeguards (sync/safeguards)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.access import fetch_aws_account, may, signed_in
from accounts.models import AccountLabel, AwsAccount, Operator
from accounts.roles import ADMINISTER, APPROVE, SEE_IAM
from sync.models import Safeguard, SafeguardVersion
from sync.safeguards import services
from sync.safeguards.in_force import versions_in_force, versions_of
from sync.safeguards.scopes import Scope, accounts_in, owns
from sync.safeguards.services import SafeguardError
from sync.views.labels import fetch_label

State = SafeguardVersion.State
LONGEST_REASON = 2_000


@dataclass(frozen=True)
class PageScope:
    """Of what such a page is: an AWS account, or a label. Addresses of a label are named as the others, with `label_`
    before them.
    """

    of: Scope

    @property
    def aws_account(self) -> AwsAccount | None:
        return self.of if isinstance(self.of, AwsAccount) else None

    @property
    def label(self) -> AccountLabel | None:
        return self.of if isinstance(self.of, AccountLabel) else None

    def url(self, name: str, *args: Any) -> str:
        if isinstance(self.of, AwsAccount):
            return reverse(name, args=[self.of.account_id, *args])
        return reverse(f"label_{name}", args=[self.of.pk, *args])

    def versions(self, kind: str) -> list[SafeguardVersion]:
        """Those in force, in an AWS account those of its labels, too."""
        found = versions_in_force(self.of, kind) if isinstance(self.of, AwsAccount) else versions_of(self.of, kind)
        return list(found)

    def seen_by(self, operator: Operator) -> QuerySet[AwsAccount]:
        """Its AWS accounts in which they may see IAM."""
        return AwsAccount.objects.visible_to(operator, SEE_IAM).filter(
            pk__in=[each.pk for each in accounts_in(self.of)]
        )

    def context(self) -> dict[str, Any]:
        return {"aws_account": self.aws_account, "label": self.label}


def fetch_scope(request: HttpRequest, account_id: str, label: int) -> PageScope:
    """What the address names. Raises Http404 and PermissionDenied."""
    return PageScope(fetch_label(request, label) if label else fetch_aws_account(request, account_id))


def fetch_safeguard(scope: PageScope, kind: str, pk: int) -> tuple[Safeguard, SafeguardVersion | None]:
    """With the version in force; None where it was deleted. In an AWS account also of its labels. Raises Http404."""
    rows = Safeguard.objects.filter(kind=kind).select_related("aws_account", "label")
    of = scope.of
    held = rows.holding_in(of) if isinstance(of, AwsAccount) else rows.filter(label=of)
    safeguard = get_object_or_404(held, pk=pk)
    version = safeguard.versions.filter(state=State.IN_FORCE).first() if safeguard.deleted_at is None else None
    return safeguard, version


def fetch_own(scope: PageScope, kind: str, pk: int) -> tuple[Safeguard, SafeguardVersion | None]:
    """One that is set there, and so is changed there. Raises Http404."""
    get_object_or_404(Safeguard, pk=pk, kind=kind, aws_account=scope.aws_account, label=scope.label)
    return fetch_safeguard(scope, kind, pk)


def waiting(versions: list[SafeguardVersion]) -> set[int]:
    """The ids of the safeguards of which a version waits for a second person."""
    pending = SafeguardVersion.objects.filter(
        safeguard__in=[each.safeguard_id for each in versions], state=State.PENDING
    )
    return set(pending.values_list("safeguard_id", flat=True))


def versions_context(safeguard: Safeguard | None, scope: PageScope, operator: Operator) -> dict[str, Any]:
    """What templates/access/safeguards/ need: versions, pending, is_author, decides_in (the AWS account in which they
    may decide, None for none), is_of_label (on the page of an AWS account), label_name (of what is set
    for one), label_url.
    """
    versions = list(safeguard.versions.select_related("author", "decided_by")) if safeguard else []
    pending = next((each for each in versions if each.state == State.PENDING), None)
    is_of_label = scope.label is None and safeguard is not None and safeguard.label_id is not None
    return {
        "versions": versions,
        "pending": pending,
        "is_author": pending is not None and pending.author_id == operator.pk,
        "decides_in": _decides_in(scope, operator) if pending else None,
        "is_of_label": is_of_label,
        "label_name": str(scope.label or (safeguard and safeguard.label) or ""),
        "label_url": _label_url(safeguard, operator) if is_of_label and safeguard else "",
    }


def _decides_in(scope: PageScope, operator: Operator) -> AwsAccount | None:
    return next((each for each in accounts_in(scope.of) if may(operator, APPROVE, each)), None)


def _label_url(safeguard: Safeguard, operator: Operator) -> str:
    """For who sees the page of the label."""
    label = safeguard.label
    seen = label and AccountLabel.objects.visible_to(operator, ADMINISTER).filter(pk=label.pk).exists()
    return reverse("label", args=[label.pk]) if label and seen else ""


def may_own(operator: Operator, scope: PageScope, safeguard: Safeguard | None) -> bool:
    """Whether they own all that it is set for, and this is the page on which it is changed."""
    is_here = safeguard is None or safeguard.label_id is None or scope.label is not None
    return is_here and owns(operator, scope.of)


def delete(request: HttpRequest, safeguard: Safeguard, noun: str) -> str:
    """What became of it, in a sentence. Raises SafeguardError."""
    reason = request.POST.get("reason", "")[:LONGEST_REASON]
    made = services.delete(safeguard=safeguard, actor=signed_in(request), reason=reason)
    waits = f"The {noun} blocks plans: a second person has to agree before it is deleted."
    return waits if made.state == State.PENDING else f"The {noun} is deleted."


def decide(
    request: HttpRequest,
    safeguard: Safeguard,
    noun: str,
    accepted: Callable[[SafeguardVersion], None] = lambda version: None,
) -> str:
    """About the version that waits for a second person: a sentence. Raises SafeguardError."""
    pending = safeguard.versions.filter(state=State.PENDING).first()
    if pending is None:
        raise SafeguardError("Nothing waits for a second person any more. It was decided or taken back meanwhile.")
    if request.POST.get("decision") != "accept":
        services.refuse(version=pending, actor=signed_in(request))
        return f"The {noun} stays as it is."
    accepted(services.accept(version=pending, actor=signed_in(request)))
    return "You agreed: it holds from now on."
