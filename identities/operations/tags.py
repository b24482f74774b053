"""The tags of users and roles. Policies may ask for them: aws:PrincipalTag."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.models import AwsAccount
from identities.kinds import kind_of
from identities.models import IamRole, IamUser
from objects.operations import tags
from objects.operations.tags import TagObject, TagParams, UntagObject, UntagParams
from policies.holdings import TagChange
from sync.operations import AccessChange, StepSpec


class TagPrincipal(TagObject):
    def access_changes(self, aws_account: AwsAccount, p: TagParams) -> Sequence[AccessChange]:
        return [TagChange(p.arn, p.key, p.value)]


class UntagPrincipal(UntagObject):
    def access_changes(self, aws_account: AwsAccount, p: UntagParams) -> Sequence[AccessChange]:
        return [TagChange(p.arn, p.key, None)]


def tag(principal: IamUser | IamRole, key: str, value: str) -> StepSpec:
    return tags.tag(kind_of(principal), principal.arn, key, value)


def untag(principal: IamUser | IamRole, key: str) -> StepSpec:
    return tags.untag(kind_of(principal), principal.arn, key)
