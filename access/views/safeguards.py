"""What the pages of guard rails and of saved tests have in common: both are safeguards (sync/safeguards)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.access import may, signed_in
from accounts.models import AwsAccount, Operator
from accounts.roles import APPROVE
from sync.models import Safeguard, SafeguardVersion
from sync.safeguards import services
from sync.safeguards.in_force import versions_in_force
from sync.safeguards.services import SafeguardError

State = SafeguardVersion.State
LONGEST_REASON = 2_000


def fetch_safeguard(aws_account: AwsAccount, kind: str, pk: int) -> tuple[Safeguard, SafeguardVersion | None]:
    """With the version in force; None where it was deleted. Raises Http404."""
    safeguard = get_object_or_404(Safeguard.objects.filter(aws_account=aws_account, kind=kind), pk=pk)
    return safeguard, versions_in_force(aws_account, kind).filter(safeguard=safeguard).first()


def waiting(aws_account: AwsAccount) -> set[int]:
    """The ids of the safeguards of which a version waits for a second person."""
    pending = SafeguardVersion.objects.filter(safeguard__aws_account=aws_account, state=State.PENDING)
    return set(pending.values_list("safeguard_id", flat=True))


def versions_context(safeguard: Safeguard | None, aws_account: AwsAccount, operator: Operator) -> dict[str, Any]:
    """What templates/access/safeguards/ need: versions, pending, is_author, may_decide."""
    versions = list(safeguard.versions.select_related("author", "decided_by")) if safeguard else []
    pending = next((each for each in versions if each.state == State.PENDING), None)
    return {
        "versions": versions,
        "pending": pending,
        "is_author": pending is not None and pending.author_id == operator.pk,
        "may_decide": pending is not None and may(operator, APPROVE, aws_account),
    }


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
