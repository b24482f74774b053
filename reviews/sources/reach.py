"""What the policies of an AWS account allow, looked up once: the highest access level, and the services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db.models import F

from accounts.models import AwsAccount
from iamconsole.web.vocabulary import LEVELS
from identities.models import Attachment, IamUser, InlinePolicy, Membership
from policies.models import PolicyVersion
from policies.summaries import DocumentReach, reach_of

_NOTHING = DocumentReach("none", frozenset())
_UNKNOWN = DocumentReach("", frozenset())
_SURE_LEVELS = ("everything", "permissions")  # what isn't known of others can't be higher, in the first case


def together(reaches: Iterable[DocumentReach]) -> DocumentReach:
    """Of several policies: the highest level, unknown where one that isn't known might be higher."""
    found = list(reaches)
    known = [LEVELS.index(each.level) for each in found if each.level]
    highest = LEVELS[max(known, default=0)]
    is_sure = len(known) == len(found) or highest in _SURE_LEVELS
    return DocumentReach(highest if is_sure else "", frozenset().union(*(each.services for each in found)))


@dataclass(frozen=True)
class PolicyReaches:
    """Of one AWS account."""

    aws_account: AwsAccount

    @cached_property
    def _texts(self) -> Mapping[str, str]:
        """Of managed policies in force, by ARN."""
        rows = PolicyVersion.objects.filter(policy__aws_account=self.aws_account, policy__gone_at=None)
        in_force = rows.filter(version_id=F("policy__default_version"))
        return dict(in_force.values_list("policy__arn", "document__text"))

    @cached_property
    def _known(self) -> dict[str, DocumentReach]:
        return {}

    def of_managed(self, arn: str) -> DocumentReach:
        if arn not in self._known:
            text = self._texts.get(arn)
            self._known[arn] = self.of_text(text) if text is not None else _UNKNOWN
        return self._known[arn]

    def of_text(self, text: str) -> DocumentReach:
        return reach_of(text) or _UNKNOWN

    @cached_property
    def of_groups(self) -> Mapping[int, DocumentReach]:
        """By primary key: what a group's policies allow its members."""
        parts: defaultdict[int, list[DocumentReach]] = defaultdict(list)
        attached = Attachment.objects.live().filter(aws_account=self.aws_account, group__isnull=False)
        for group, arn in attached.values_list("group", "arn"):
            parts[group].append(self.of_managed(arn))
        inline = InlinePolicy.objects.live().filter(aws_account=self.aws_account, group__isnull=False)
        for group, text in inline.values_list("group", "document__text"):
            parts[group].append(self.of_text(text))
        return defaultdict(lambda: _NOTHING, {group: together(found) for group, found in parts.items()})

    @cached_property
    def of_roles(self) -> Mapping[str, DocumentReach]:
        """By ARN: what the policies of a role allow."""
        parts: defaultdict[str, list[DocumentReach]] = defaultdict(list)
        attached = Attachment.objects.live().filter(aws_account=self.aws_account, role__isnull=False)
        for role, arn in attached.values_list("role__arn", "arn"):
            parts[role].append(self.of_managed(arn))
        inline = InlinePolicy.objects.live().filter(aws_account=self.aws_account, role__isnull=False)
        for role, text in inline.values_list("role__arn", "document__text"):
            parts[role].append(self.of_text(text))
        return {role: together(found) for role, found in parts.items()}

    @cached_property
    def members(self) -> Mapping[int, list[IamUser]]:
        """By primary key of their group."""
        found: defaultdict[int, list[IamUser]] = defaultdict(list)
        rows = Membership.objects.live().filter(aws_account=self.aws_account, user__gone_at=None)
        for row in rows.select_related("user"):
            found[row.group_id].append(row.user)
        return found


def policies_of_set(reaches: PolicyReaches, managed: Iterable[str], inline: str | None) -> DocumentReach:
    """Of a permission set: AWS's own policies by their ARNs, and its inline policy."""
    found = [reaches.of_managed(arn) for arn in managed]
    return together([*found, *([reaches.of_text(inline)] if inline else [])])
