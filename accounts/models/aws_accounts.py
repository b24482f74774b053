"""The AWS accounts that this console looks after."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.urls import reverse

from accounts.names import on_one_line
from accounts.roles import roles_with

if TYPE_CHECKING:
    from accounts.models.operators import Operator

ROLE_NAME = re.compile(r"[\w+=,.@*-]{1,64}", re.ASCII)
REGION = re.compile(r"[a-z]{2,}(-[a-z0-9]+)+", re.ASCII)


class AwsAccountQuerySet(models.QuerySet["AwsAccount"]):
    def visible_to(self, operator: Operator, *perms: str) -> Self:
        """The AWS accounts on which a grant gives `operator` one of the permissions `perms` (see accounts/roles.py)."""
        granted = operator.aws_accounts_with({role for perm in perms for role in roles_with(perm)})
        return self if None in granted else self.filter(pk__in=granted)

    def imported(self) -> Self:
        """Those that only files tell of."""
        return self.filter(connection=AwsAccount.Connection.SNAPSHOT)


class AwsAccount(models.Model):
    class Partition(models.TextChoices):
        AWS = "aws", "AWS"
        CHINA = "aws-cn", "AWS China"
        GOV = "aws-us-gov", "AWS GovCloud (US)"

    class Environment(models.TextChoices):
        PRODUCTION = "production", "Production"
        STAGING = "staging", "Staging"
        SANDBOX = "sandbox", "Sandbox"

    class Connection(models.TextChoices):
        AMBIENT = "ambient", "The console's own AWS credentials"
        ASSUME_ROLE = "assume_role", "Roles that the console assumes"
        SNAPSHOT = "snapshot", "None: an imported file"

    class Resting(models.TextChoices):
        """Why nothing is asked of it; policies/organizations/resting.py sees to it."""

        SUSPENDED = "suspended", "Suspended in AWS"
        CLOSED = "closed", "Closed in AWS"
        LEFT = "left", "Left its organization"

    account_id = models.CharField(
        "account id",
        max_length=12,
        unique=True,
        validators=[RegexValidator(r"^\d{12}$", "An AWS account id has 12 digits.")],
    )
    name = models.CharField(max_length=80, validators=[on_one_line])
    partition = models.CharField(max_length=12, choices=Partition, default=Partition.AWS)
    environment = models.CharField(max_length=12, choices=Environment, default=Environment.PRODUCTION)
    default_region = models.CharField(max_length=32, default="us-east-1")
    connection = models.CharField(max_length=12, choices=Connection, default=Connection.ASSUME_ROLE)
    read_role_arn = models.CharField("ARN of the role to read", max_length=2048, blank=True)
    write_role_arn = models.CharField("ARN of the role to write", max_length=2048, blank=True)
    external_id = models.CharField(max_length=1224, blank=True)
    # The organization (o-…) whose AWS accounts share the external id: it is good for those that are in it only.
    enrolled_in = models.CharField("enrolled in", max_length=34, blank=True)
    # New AWS accounts are read-only until an owner turns writes on; the client of AWS enforces it.
    writes_enabled = models.BooleanField(default=False)
    emulated = models.BooleanField(default=False, help_text="Talks to the emulator at AWS_EMULATOR_URL, not to AWS.")
    resting = models.CharField("rests", max_length=12, choices=Resting, blank=True)
    rests_since = models.DateTimeField(null=True, blank=True)
    pull_every_minutes = models.PositiveIntegerField(default=60, help_text="0 = only when somebody asks.")
    # Part of each of Cognito's request quotas that this console takes, in hundredths; None: AWS_QUOTA_SHARE.
    quota_share = models.PositiveSmallIntegerField(
        "share of Cognito’s quotas", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    approvals_required = models.PositiveSmallIntegerField(
        default=0, help_text="Approvals that a change needs, never the requester's own."
    )
    # One name a line; * is any text. Changes that touch one of these roles are refused unless an owner overrides.
    break_glass_roles = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    # Where the console's credentials go, and by which way. Only sync.connect writes these columns, which asks AWS
    # first whether they lead into this very AWS account: no other form has them, and in the Django admin they are
    # read-only.
    CONNECTION_FIELDS: ClassVar[tuple[str, ...]] = (
        "account_id",
        "partition",
        "default_region",
        "connection",
        "read_role_arn",
        "write_role_arn",
        "external_id",
        "enrolled_in",
        "emulated",
    )

    objects: ClassVar[AwsAccountQuerySet] = AwsAccountQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name", "account_id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.account_id})"

    def get_absolute_url(self) -> str:
        return reverse("aws_account", kwargs={"account_id": self.account_id})

    @property
    def is_connected(self) -> bool:
        """Whether AWS can be asked. An imported file is all there is of the others."""
        return self.connection != self.Connection.SNAPSHOT

    def clean(self) -> None:
        # It becomes part of the address that calls go to.
        if not REGION.fullmatch(self.default_region):
            raise ValidationError({"default_region": "This isn’t the name of a region, such as eu-west-1."})
        for name in self.break_glass_names:
            if not ROLE_NAME.fullmatch(name):
                words = f"“{name}” can’t be the name of a role: write one a line, without its path; * is any text."
                raise ValidationError({"break_glass_roles": words})

    @property
    def break_glass_names(self) -> list[str]:
        return [line.strip() for line in self.break_glass_roles.splitlines() if line.strip()]

    @property
    def title(self) -> str:
        return f"{self.name} {self.get_environment_display().lower()}"
