"""Who is in an organization, as ListAccounts says now: a shared external id is good for those that it names, active."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import AwsAccount
from estate.enrolment.proofs import is_ours
from estate.models import AccountEnrolment
from sync.aws.client import reader
from sync.aws.errors import ConsoleRefused
from sync.aws.permission import RolePart, read

PART = RolePart(
    "enrolment",
    "enrolment",
    "for the management account, or the delegated administrator, whose organization’s AWS accounts are enrolled",
)
LISTING = read(
    "organizations:ListAccounts",
    "Say which AWS accounts are in the organization now, before a shared external id is used for one.",
    MaxResults=1,
)
_PAGE = 20
_NOT_ACTIVE = {
    "PENDING_ACTIVATION": "not active yet",
    "SUSPENDED": "suspended",
    "PENDING_CLOSURE": "being closed",
    "CLOSED": "closed",
}


class NotEnrolled(ConsoleRefused):
    """The shared external id isn't good for it: `message` says why."""

    what = "The external id of the enrolment isn’t used for {aws_account}."


@dataclass(frozen=True)
class OrganizationRoll:
    """The states of the organization's AWS accounts, by their ids."""

    organization_id: str
    states: Mapping[str, str]

    def check(self, aws_account: AwsAccount) -> None:
        """Raises NotEnrolled unless it is named, and active."""
        if why := self.why_not(aws_account.account_id):
            raise NotEnrolled(why, aws_account=aws_account.account_id)

    def why_not(self, account_id: str) -> str:
        """A sentence; "" of who is in it, and active."""
        state = self.states.get(account_id)
        if state is None:
            return f"AWS no longer names it in the organization {self.organization_id}."
        if state == "ACTIVE":
            return ""
        return f"AWS says that it is {_NOT_ACTIVE.get(state, state or 'in no known state')}."


def read_roll(enrolment: AccountEnrolment) -> OrganizationRoll:
    """Asks AWS. Raises an AwsError: also where the AWS account that is asked is in another organization by now."""
    states: dict[str, str] = {}
    for page in reader(enrolment.held_by).pages("organizations", "ListAccounts", MaxResults=_PAGE):
        for item in page.items.get("Accounts", ()):
            if _organization_in(item) == enrolment.organization_id:
                states[str(item["Id"])] = str(item.get("State") or item.get("Status") or "")
    return OrganizationRoll(enrolment.organization_id, states)


def _organization_in(item: Mapping[str, Any]) -> str:
    """ "o-exampleorgid" of arn:aws:organizations::111122223333:account/o-exampleorgid/444455556666."""
    parts = str(item.get("Arn", "")).split("/")
    return parts[1] if len(parts) > 1 else ""


# ---- For `sync.connect` ----------------------------------------------------------------------------------------------
def organization_of(external_id: str) -> str:
    """Of the enrolment that has it; "" where none does."""
    found = AccountEnrolment.objects.filter(external_id=external_id) if external_id else AccountEnrolment.objects.none()
    return str(found.values_list("organization_id", flat=True).first() or "")


def check_shared(aws_account: AwsAccount) -> None:
    """For one AWS account whose connection is to have a shared external id. Raises an AwsError."""
    enrolment = AccountEnrolment.objects.select_related("held_by").get(external_id=aws_account.external_id)
    check_binding(enrolment, aws_account)
    read_roll(enrolment).check(aws_account)


def check_binding(enrolment: AccountEnrolment, aws_account: AwsAccount) -> None:
    """That the external id is of that organization, and is good for new AWS accounts still, if this is one."""
    if not is_ours(enrolment):
        raise NotEnrolled("This console didn’t make it for that organization.", aws_account=aws_account.account_id)
    known = AwsAccount.objects.filter(account_id=aws_account.account_id, external_id=enrolment.external_id)
    if not enrolment.is_open and not known.exists():
        raise NotEnrolled("The enrolment has ended.", aws_account=aws_account.account_id)
