"""Which other AWS accounts and organizations are known to those who own an AWS account: the lists of its guard rails
"Roles trust known AWS accounts only", as far as they are in force."""

from __future__ import annotations

from access.guard_rails.planned import meant_in, rails_in_force
from access.guard_rails.trust_rules import KnownAccountsOnly
from accounts.models import AwsAccount
from policies.models import OrgAccount, Organization


def known_accounts(aws_account: AwsAccount) -> frozenset[str]:
    """Ids of AWS accounts and organizations; of an organization that is known, those of its AWS accounts, too."""
    listed = {
        str(each)
        for version in rails_in_force(aws_account)
        if version.content["rule"] == KnownAccountsOnly.name
        for each in meant_in(version, aws_account).get("accounts", ())
    }
    organizations = {each for each in listed if each.startswith("o-")}
    if not organizations:
        return frozenset(listed)
    holding = Organization.objects.live().filter(aws_id__in=organizations).values("aws_account")
    members = OrgAccount.objects.live().filter(aws_account__in=holding).values_list("aws_id", flat=True)
    return frozenset(listed.union(members))
