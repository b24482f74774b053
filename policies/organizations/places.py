"""Where AWS accounts are in their organization, for grants by unit: what all mirrors that have them agree on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from accounts.models import AwsAccount, OrganizationPlace
from accounts.services.grant_rules import follow_all, follow_places
from policies.models import OrgAccount, Organization, OrgUnit


def follow(account_ids: Collection[str]) -> None:
    """To be called in the transaction that wrote their rows. `account_ids`: also of AWS accounts that aren't here."""
    follow_places(lambda: places_of(AwsAccount.objects.filter(account_id__in=account_ids)))


def follow_every_minute() -> None:
    """What no transaction saw to, such as a mirror that went with its AWS account."""
    if Organization.objects.exists() or OrganizationPlace.objects.exclude(path="").exists():
        follow_places(lambda: places_of(AwsAccount.objects.all()))
    follow_all()


def places_of(aws_accounts: Collection[AwsAccount]) -> list[OrganizationPlace]:
    """In as many queries for many as for one. Not saved."""
    by_number = {each.account_id: each for each in aws_accounts}
    nodes = list(OrgAccount.objects.live().filter(aws_id__in=by_number))
    organizations = {row.aws_account_id: row for row in Organization.objects.live().select_related("aws_account")}
    readers = {pk for pk, row in organizations.items() if reads_the_tree(row)}
    nodes = [row for row in nodes if row.aws_account_id in readers]
    units: dict[int, dict[str, Any]] = defaultdict(dict)
    for unit in OrgUnit.objects.live().filter(aws_account__in=readers):
        units[unit.aws_account_id][unit.aws_id] = unit
    chains: dict[str, list[list[tuple[str, str]]]] = defaultdict(list)
    for node in nodes:
        organization = organizations[node.aws_account_id]
        chains[node.aws_id].append([(organization.aws_id, ""), *_above(node, units[node.aws_account_id])])
    return [_place(each, chains[number], organizations) for number, each in by_number.items()]


def reads_the_tree(organization: Organization) -> bool:
    """Whether the AWS account whose mirror has it is its management account or a delegate: nobody else knows."""
    aws_account = organization.aws_account
    return aws_account.is_connected and (organization.delegated or organization.management_id == aws_account.account_id)


def _above(node: OrgAccount, units: dict[str, Any]) -> list[tuple[str, str]]:
    """Ids and names, from the root down; none where a unit between isn't held."""
    found: list[tuple[str, str]] = []
    above = node.parent_id
    while above:
        unit = units.get(above)
        if unit is None or (unit.aws_id, unit.name) in found:
            return []
        found.insert(0, (unit.aws_id, unit.name))
        above = unit.parent_id
    return found


def _place(
    aws_account: AwsAccount, chains: Sequence[list[tuple[str, str]]], organizations: dict[int, Any]
) -> OrganizationPlace:
    """Of mirrors that disagree, one of which is behind, what they have in common. What the AWS account says of itself
    goes first: whoever left the organization is in none of its units."""
    own = organizations.get(aws_account.pk)
    agreed: list[tuple[str, str]] = []
    for level in zip(*chains, strict=False):
        if len({node_id for node_id, _ in level}) > 1:
            break
        agreed.append(level[0])
    if not agreed or (own is not None and own.aws_id != agreed[0][0]):
        return OrganizationPlace(aws_account=aws_account)
    path = "".join(f"{node_id}/" for node_id, _ in agreed)
    units = [{"id": node_id, "name": name} for node_id, name in agreed[1:]]
    return OrganizationPlace(aws_account=aws_account, path=path, units=units)
