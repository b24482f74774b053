"""The tree of an organization as its page shows it: every unit, and of its accounts the first few."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from accounts.models import AwsAccount
from policies.models import OrgAccount, OrgPolicy, OrgUnit
from policies.organizations.selectors import policies_on

# A unit may have thousands of accounts: the list of accounts shows them all.
ACCOUNTS_SHOWN = 8


@dataclass(frozen=True)
class OrganizationLine:
    """A unit or an account, with the policies attached right there. `depth` is 0 at the root."""

    node: OrgUnit | OrgAccount
    depth: int
    policies: Sequence[OrgPolicy]
    accounts: int = 0  # of a unit: those right in it
    connected: AwsAccount | None = None  # of an account: as this console has it

    @property
    def is_unit(self) -> bool:
        return isinstance(self.node, OrgUnit)

    @property
    def hidden(self) -> int:
        """How many accounts of a unit are not shown."""
        return max(0, self.accounts - ACCOUNTS_SHOWN)


def outline(held_by: AwsAccount) -> list[OrganizationLine]:
    """From the root down, each unit followed by its accounts and then by the units below it."""
    units = defaultdict(list)
    for unit in OrgUnit.objects.live().filter(aws_account=held_by).order_by("name_key", "pk"):
        units[unit.parent_id].append(unit)
    accounts, counts = _accounts(held_by)
    shown = [node.aws_id for nodes in (*units.values(), *accounts.values()) for node in nodes]
    policies = policies_on(held_by, shown)
    connected = {one.account_id: one for one in AwsAccount.objects.filter(account_id__in=shown)}

    def lines(parent_id: str, depth: int) -> Iterator[OrganizationLine]:
        for account in accounts.get(parent_id, ()):
            found = connected.get(account.aws_id)
            yield OrganizationLine(account, depth, policies.get(account.aws_id, ()), connected=found)
        for unit in units.get(parent_id, ()):
            yield OrganizationLine(unit, depth, policies.get(unit.aws_id, ()), accounts=counts.get(unit.aws_id, 0))
            yield from lines(unit.aws_id, depth + 1)

    return list(lines("", 0))


def _accounts(held_by: AwsAccount) -> tuple[dict[str, list[OrgAccount]], dict[str, int]]:
    """By unit: the first accounts, and the number of all."""
    live = OrgAccount.objects.live().filter(aws_account=held_by)
    place = Window(RowNumber(), partition_by=F("parent_id"), order_by=["name_key", "pk"])
    number = Window(Count("pk"), partition_by=F("parent_id"))
    found, counts = defaultdict(list), {}
    for account in live.annotate(place=place, number=number).filter(place__lte=ACCOUNTS_SHOWN).order_by("place"):
        found[account.parent_id].append(account)
        counts[account.parent_id] = account.number
    return dict(found), counts
