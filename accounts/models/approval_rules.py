"""What plans need before they are applied."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.models.aws_accounts import AwsAccount
from accounts.roles import APPROVE, Role, roles_with
from iamconsole.unique_constraints import unique_nulls_not_distinct


class Risk(models.TextChoices):
    LOW = "low", "Low risk"
    HIGH = "high", "High risk"  # changes access or sign-in
    DESTRUCTIVE = "destructive", "Destructive"  # can't be restored as it was
    SECRET = "secret", "With a secret"  # what goes in or comes out holds a secret


MOST_APPROVALS = 9


class ApprovalRule(models.Model):
    """What a plan needs when a step of it is of this risk: so many approvals by a role, a group or (neither) anybody
    who may approve. Each rule is met on its own, beside `AwsAccount.approvals_required`, which holds for every plan.
    """

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="approval_rules")
    risk = models.CharField(max_length=12, choices=Risk)
    approvals = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(MOST_APPROVALS)])
    role = models.CharField(
        max_length=12, choices=[(role, Role(role).label) for role in roles_with(APPROVE)], blank=True
    )
    # Deleting a group must not quietly lower what plans need.
    group = models.ForeignKey(Group, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["aws_account", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(role="") | Q(group__isnull=True), name="approval_rule_role_or_group"),
            unique_nulls_not_distinct(
                "aws_account",
                "risk",
                "role",
                nullable=["group"],
                name="approval_rule_made_once",
                violation_error_message="This approval rule already exists.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_risk_display()}: {self.words}"

    @property
    def group_name(self) -> str:
        return self.group.name if self.group else ""

    @property
    def words(self) -> str:
        """ "2 approvals by owners"."""
        return approvals_words(self.approvals, self.role, self.group_name)


def approvals_words(number: int, role: str, group: str) -> str:
    """ "2 approvals by owners", "1 approval by the group security", "1 approval"."""
    words = f"{number} approval{'' if number == 1 else 's'}"
    if group:
        return f"{words} by the group {group}"
    return f"{words} by {Role(role).label.lower()}s" if role else words
