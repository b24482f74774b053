"""Grants by a label or an organizational unit: for AWS accounts that have the one, or are in the other."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models.aws_accounts import AwsAccount
from accounts.roles import Role
from iamconsole.unique_constraints import unique_nulls_not_distinct

UNIT_ID = re.compile(r"(ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|r-[0-9a-z]{4,32})\Z")  # Organizations, “OrganizationalUnit”


class OrganizationPlace(models.Model):
    """Where in its organization an AWS account is, as the mirrors that may read the tree say, and all of them agree.

    `path` is as aws:PrincipalOrgPaths has it: o-…/r-…/ou-…/, "" where that isn't known. `units` are those on it, from
    the root down: {"id", "name"}.
    """

    aws_account = models.OneToOneField(AwsAccount, models.CASCADE, related_name="organization_place")
    path = models.CharField(max_length=600, blank=True)
    units: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)

    def __str__(self) -> str:
        return f"{self.aws_account}: {self.path}"


class GrantRule(models.Model):
    """An operator or a group of operators × a label or a unit of an organization × a role.

    It gives nothing by itself: the grants of it do, one for each AWS account. The first ones are those that it was
    given for, by an owner of all AWS accounts; others need one to agree (GrantGain).
    """

    operator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="grant_rules"
    )
    group = models.ForeignKey(Group, models.CASCADE, null=True, blank=True, related_name="grant_rules")
    role = models.CharField(max_length=12, choices=Role)
    label = models.ForeignKey(
        "accounts.AccountLabel", models.CASCADE, null=True, blank=True, related_name="grant_rules"
    )
    organization_id = models.CharField(max_length=34, blank=True)  # o-…, of the unit
    unit_id = models.CharField(max_length=68, blank=True)
    unit_name = models.CharField(max_length=128, blank=True)  # as it was called when the rule was made
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(operator__isnull=False, group__isnull=True) | Q(operator__isnull=True, group__isnull=False),
                name="grant_rule_to_operator_or_group",
                violation_error_message="A grant is for an operator or for a group: choose one of the two.",
            ),
            models.CheckConstraint(
                condition=Q(label__isnull=False, unit_id="", organization_id="")
                | (Q(label__isnull=True) & ~Q(unit_id="") & ~Q(organization_id="")),
                name="grant_rule_of_label_or_unit",
                violation_error_message="A grant is for a label or for an organizational unit: choose one of the two.",
            ),
            unique_nulls_not_distinct(
                "role",
                "organization_id",
                "unit_id",
                nullable=["operator", "group", "label"],
                name="grant_rule_given_once",
                violation_error_message="This grant is there already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operator or self.group}: {self.get_role_display()} by {self.where}"

    @property
    def where(self) -> str:
        """For the audit trail, too: a label by its number, since its name is what somebody typed."""
        return f"the label number {self.label_id}" if self.label_id else f"the unit {self.unit_id}"

    @property
    def title(self) -> str:
        """For pages."""
        return f"label {self.label}" if self.label else f"unit {self.unit_name} ({self.unit_id})"


class GrantGain(models.Model):
    """An AWS account that a rule would give a grant on, since it got the label or came into the unit.

    An owner of all AWS accounts decides. A refused one stays until the AWS account leaves: nobody is asked again.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waits for an owner of all AWS accounts"
        REFUSED = "refused", "Refused"

    rule = models.ForeignKey(GrantRule, models.CASCADE, related_name="gains")
    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["since", "pk"]
        constraints = [models.UniqueConstraint(fields=["rule", "aws_account"], name="grant_gain_once")]

    def __str__(self) -> str:
        return f"{self.rule}: {self.aws_account}"
