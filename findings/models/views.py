"""What operators keep for themselves of the inbox, and what they confirmed by hand."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import AwsAccount
from iamconsole.unique_constraints import unique_nulls_not_distinct


class SavedFindingsView(models.Model):
    """A list of findings under a name, of one operator. `query`: its address behind the question mark."""

    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, null=True, blank=True, related_name="+")  # null: of all
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            unique_nulls_not_distinct(
                "operator",
                "name",
                nullable=["aws_account"],
                name="findings_view_saved_once",
                violation_error_message="There is a view of this name already.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ControlResult(models.Model):
    """What a control of a benchmark came to in an AWS account. Only the source that looks at it writes it.

    `control`: its id (findings/cis/controls.py), whatever its number is in a version.
    """

    class Result(models.TextChoices):
        PASSES = "pass", "Passes"
        FAILS = "fail", "Fails"
        NOT_HELD = "not_held", "Not held"

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+")
    control = models.CharField(max_length=40)
    result = models.CharField(max_length=8, choices=Result)
    evidence = models.CharField(max_length=600)
    as_of = models.DateTimeField(null=True)  # what it goes by was read then
    looked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["aws_account", "control"], name="findings_control_once")]

    def __str__(self) -> str:
        return f"{self.control} in {self.aws_account}: {self.get_result_display()}"


class ControlConfirmation(models.Model):
    """That somebody looked at a control by hand, since AWS tells nobody: it holds for some time."""

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+")
    control = models.CharField(max_length=40)
    passes = models.BooleanField()
    note = models.TextField(blank=True)  # typed by somebody: the audit trail holds a digest
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["aws_account", "control"], name="findings_confirmation_once")]

    def __str__(self) -> str:
        return f"{self.control} in {self.aws_account}"
