"""What the page of privilege escalation paths tells of other AWS accounts: as far as the operator may see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from access.escalation.elsewhere import LeadHop, Reached
from access.escalation.finding_source import entered_roles, found_from_elsewhere
from access.object_links import principal_url
from access.role_chains import ASSUME
from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from findings.models import Finding
from iamconsole.web.words import some

UNSEEN = "an AWS account that you can’t see"
Seen = Callable[[str], AwsAccount | None]  # the AWS account of an id, where the operator may see it


@dataclass(frozen=True)
class HopLine:
    """`role`: "" in AWS accounts that the operator may not see; then nothing else is told. `does`: sentences without a
    subject; none where the role is an administrator."""

    role: str = ""
    account: str = ""
    does: Sequence[str] = ()


def hop_lines(hops: Sequence[LeadHop], seen: Seen) -> list[HopLine]:
    """Several that may not be seen, one after the other, are one."""
    found: list[HopLine] = []
    for hop in hops:
        aws_account = seen(hop.account_id)
        if aws_account is not None:
            found.append(HopLine(name_of(hop.role), str(aws_account), hop.sentences))
        elif not found or found[-1].role:
            found.append(HopLine())
    return found


@dataclass(frozen=True)
class EnteredLine:
    """A role by which principals of other AWS accounts become administrators of this one. `by`: whose, in words."""

    role: str
    url: str
    by: str
    by_others: bool
    is_sure: bool
    does: Sequence[str]
    who_can_url: str
    fingerprint: str


def entered_lines(aws_account: AwsAccount, seen: Seen) -> list[EnteredLine]:
    who_can = reverse("who_can", kwargs={"account_id": aws_account.account_id})
    found = []
    for arn, entry, hows in entered_roles(aws_account):
        path = entry["path"]
        question = urlencode({"action": ASSUME, "resource": arn})
        found.append(
            EnteredLine(
                name_of(arn),
                principal_url(aws_account, entry["id"], is_role=True),
                some(_names(hows, seen)),
                any(how.by_others for how in hows),
                any(how.is_sure for how in hows) and bool(entry["administrator"] or path["sure"]),
                [] if entry["administrator"] else path["sentences"],
                f"{who_can}?{question}",
                found_from_elsewhere(arn, entry, hows).fingerprint,
            )
        )
    return found


def _names(hows: Sequence[Reached], seen: Seen) -> list[str]:
    """All that may not be seen are one."""
    visible = {how.account_id: aws_account for how in hows if (aws_account := seen(how.account_id))}
    names = sorted(map(str, visible.values()))
    return [*names, *([UNSEEN] if len(visible) < len({how.account_id for how in hows}) else [])]


def mute_url(aws_account: AwsAccount, line: EnteredLine, known: Mapping[str, Finding], here: str) -> str:
    """ "" until it is a finding."""
    row = known.get(line.fingerprint)
    if row is None:
        return ""
    query = urlencode([("finding", row.pk), ("next", here)])
    return f"{reverse('mute_findings', kwargs={'account_id': aws_account.account_id})}?{query}"
