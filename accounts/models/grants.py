"""What each operator may do: grants, and the groups that claims of an identity provider put them into."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from accounts.models.aws_accounts import AwsAccount
from accounts.models.grant_rules import GrantRule
from accounts.roles import PERMISSIONS, Role, token_role
from iamconsole.unique_constraints import unique_nulls_not_distinct

if TYPE_CHECKING:
    from accounts.models.operators import Operator

POOL_ID = re.compile(r"[a-z0-9-]+_[0-9a-zA-Z]+\Z")


class HeldGrant(NamedTuple):
    """What a grant gives: on which AWS account (its primary key; None: on all of them) which role.

    `pool_id`: of this user pool's people alone; "": of all.
    """

    aws_account_id: int | None
    role: str
    pool_id: str = ""


@dataclass(frozen=True)
class TokenLimits:
    """What a token leaves of its owner's grants, looked at anew with each request.

    `aws_accounts`: the primary keys of those where it may anything; None: wherever its owner may.
    """

    permissions: frozenset[str]  # of roles.TOKEN_PERMISSIONS
    aws_accounts: frozenset[int] | None
    label: str  # what the audit trail calls the token

    def narrowed(self, held: Sequence[HeldGrant]) -> tuple[HeldGrant, ...]:
        """Each grant as those of its permissions that the token has, by a role for each."""
        narrow = (
            HeldGrant(where, token_role(perm), grant.pool_id)
            for grant in held
            for where in self._within(grant.aws_account_id)
            for perm in self.permissions
            if perm in PERMISSIONS.get(grant.role, ()) or grant.role == token_role(perm)
        )
        return tuple(dict.fromkeys(narrow))

    def _within(self, aws_account_id: int | None) -> Iterable[int | None]:
        if self.aws_accounts is None:
            return (aws_account_id,)
        return self.aws_accounts if aws_account_id is None else self.aws_accounts & {aws_account_id}


class GrantQuerySet(models.QuerySet["Grant"]):
    def of(self, operator: Operator) -> Self:
        """The grants of `operator`, own ones and those of their groups; none when signed-in is not enough."""
        if not operator.is_active:
            return self.none()
        return self.filter(Q(operator=operator) | Q(group__in=operator.groups.all()))

    def on(self, aws_account: AwsAccount) -> Self:
        return self.filter(Q(aws_account=aws_account) | Q(aws_account__isnull=True))


class Grant(models.Model):
    """Who may do what where: an operator or a group of operators × an AWS account (or all) × a role.

    With `rule` it is there because of a label or an organizational unit, and ends when the AWS account leaves that.
    """

    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="grants")
    group = models.ForeignKey(Group, models.CASCADE, null=True, blank=True, related_name="grants")
    aws_account = models.ForeignKey(
        AwsAccount, models.CASCADE, null=True, blank=True, related_name="grants", help_text="Empty = all AWS accounts."
    )
    role = models.CharField(max_length=12, choices=Role)
    pool_id = models.CharField(
        "user pool",
        max_length=55,
        blank=True,
        validators=[RegexValidator(POOL_ID, "The id of a user pool reads like eu-west-1_Ab12Cd34E.")],
        help_text="Of helpdesk: the id of the one user pool whose people they look after. Empty = all.",
    )
    rule = models.ForeignKey(GrantRule, models.CASCADE, null=True, blank=True, editable=False, related_name="grants")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[GrantQuerySet] = GrantQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(operator__isnull=False, group__isnull=True) | Q(operator__isnull=True, group__isnull=False),
                name="grant_to_operator_or_group",
                violation_error_message="A grant is for an operator or for a group: choose one of the two.",
            ),
            unique_nulls_not_distinct(
                "role",
                "pool_id",
                nullable=["operator", "group", "aws_account", "rule"],
                name="grant_given_once",
                violation_error_message="This grant is there already.",
            ),
            models.CheckConstraint(
                condition=Q(rule=None) | Q(aws_account__isnull=False, pool_id=""), name="grant_of_rule_in_aws_account"
            ),
            models.CheckConstraint(
                condition=Q(pool_id="") | Q(role=Role.HELPDESK, aws_account__isnull=False),
                name="grant_of_pool_to_helpdesk",
                violation_error_message="A grant of one user pool is for helpdesk, in the AWS account of the pool.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operator or self.group}: {self.get_role_display()} of {self.scope}"

    @property
    def scope(self) -> str:
        where = str(self.aws_account or "all AWS accounts")
        if self.rule is not None:
            return f"{where}, by {self.rule.where}"
        return f"the user pool {self.pool_id} of {where}" if self.pool_id else where


class ClaimGroup(models.Model):
    """A value of the identity provider's claim → the group of operators that it puts them into.

    The claim is OIDC_GRANTS_CLAIM or SAML_GROUPS_ATTRIBUTE.
    """

    value = models.CharField(max_length=400, help_text="As the provider’s claim says it, to the letter.")
    group = models.ForeignKey(Group, models.CASCADE, related_name="claims")

    class Meta:
        ordering = ["value", "group"]
        verbose_name = "claim of the identity provider"
        verbose_name_plural = "claims of the identity provider"
        constraints = [
            models.UniqueConstraint(
                fields=["value", "group"],
                name="claim_group_once",
                violation_error_message="This claim puts operators into this group already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.value} → {self.group}"


class ClaimedMembership(models.Model):
    """A group that an operator is in because a claim said so: the one that goes when the claim goes."""

    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    group = models.ForeignKey(Group, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["operator", "group"], name="claimed_membership_once")]

    def __str__(self) -> str:
        return f"{self.operator} in {self.group}"
