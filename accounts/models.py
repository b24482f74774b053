"""The AWS accounts this console looks after, the operators who sign in to it, what each may do, and the audit trail."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any, ClassVar, NamedTuple, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from accounts.risk import Risk
from accounts.roles import ADMINISTER, APPROVE, SEE_IAM, Role, roles_with

MOST_APPROVALS = 9
ROLE_NAME = re.compile(r"[\w+=,.@*-]{1,64}", re.ASCII)
POOL_ID = re.compile(r"[a-z0-9-]+_[0-9a-zA-Z]+\Z", re.ASCII)
REGION = re.compile(r"[a-z]{2,}(-[a-z0-9]+)+", re.ASCII)


class HeldGrant(NamedTuple):
    """What a grant gives: on which AWS account (its primary key; None: on all of them) which role.

    `pool_id`: of this user pool's people alone; "": of all.
    """

    aws_account_id: int | None
    role: str
    pool_id: str = ""


class OperatorManager(BaseUserManager["Operator"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Operator:
        operator = self.model(email=self.normalize_email(email).lower(), **fields)
        operator.set_password(password)
        operator.save(using=self._db)
        return operator

    def get_by_natural_key(self, username: str | None) -> Operator:
        return self.get(email__iexact=username)


class Operator(AbstractBaseUser, PermissionsMixin):
    """A person who signs in to this console. Not an IAM user: see `identities.IamUser`."""

    email = models.EmailField("e-mail", unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    # The operator of `make run`: needs no MFA, and is refused once a real AWS account is connected.
    is_demo = models.BooleanField(default=False)
    # Once, an owner's leave for the identity provider to sign in as this operator who says this address, verified.
    oidc_may_join = models.BooleanField(
        "may be joined by the identity provider",
        default=False,
        help_text="Whom it says to have this e-mail address, verified, signs in as this operator from then on.",
    )
    # Mails about changes; who turned them off is still told of a break-glass.
    wants_mail = models.BooleanField("mails about changes", default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    # There are no superusers: what an operator may do is in the grants alone.
    is_superuser = False

    objects: ClassVar[OperatorManager] = OperatorManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="operator_email_any_case")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    # The grants, while a request that only reads is answered (accounts/sign_in.py); None: the database is asked.
    remembered_grants: tuple[HeldGrant, ...] | None = None

    def held_grants(self) -> Sequence[HeldGrant]:
        """Own grants and those of the operator's groups."""
        if self.remembered_grants is not None:
            return self.remembered_grants
        return [HeldGrant(*found) for found in Grant.objects.of(self).values_list("aws_account", "role", "pool_id")]

    def aws_accounts_with(self, roles: Collection[str]) -> set[int | None]:
        """The primary keys of the AWS accounts on which one of `roles` is held; None among them: on all."""
        return {grant.aws_account_id for grant in self.held_grants() if grant.role in roles}

    @property
    def is_staff(self) -> bool:
        """May open the Django admin: the owners of at least one AWS account."""
        return bool(self.aws_accounts_with([Role.OWNER]))

    @property
    def signs_in_elsewhere(self) -> bool:
        """By the identity provider only: who leaves there must not get in here by a password or a passkey."""
        if not settings.OIDC_ISSUER or self.has_usable_password():
            return False
        return bool(self.socialaccount_set.exists())  # type: ignore[attr-defined]  # allauth’s

    @property
    def is_stranger(self) -> bool:
        """Signed in, but without a grant on anything."""
        return not self.held_grants()

    def owned_aws_accounts(self) -> AwsAccountQuerySet:
        return AwsAccount.objects.visible_to(self, ADMINISTER)

    def owns_all(self) -> bool:
        """Owner of all AWS accounts, so of this console."""
        return None in self.aws_accounts_with([Role.OWNER])


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

    account_id = models.CharField(
        "account id",
        max_length=12,
        unique=True,
        validators=[RegexValidator(r"^\d{12}$", "An AWS account id has 12 digits.")],
    )
    name = models.CharField(max_length=80)
    partition = models.CharField(max_length=12, choices=Partition, default=Partition.AWS)
    environment = models.CharField(max_length=12, choices=Environment, default=Environment.PRODUCTION)
    default_region = models.CharField(max_length=32, default="us-east-1")
    connection = models.CharField(max_length=12, choices=Connection, default=Connection.ASSUME_ROLE)
    read_role_arn = models.CharField("ARN of the role to read", max_length=2048, blank=True)
    write_role_arn = models.CharField("ARN of the role to write", max_length=2048, blank=True)
    external_id = models.CharField(max_length=1224, blank=True)
    # New AWS accounts are read-only until an owner turns writes on; the door to AWS enforces it.
    writes_enabled = models.BooleanField(default=False)
    emulated = models.BooleanField(default=False, help_text="Talks to the emulator at AWS_EMULATOR_URL, not to AWS.")
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


class GrantQuerySet(models.QuerySet["Grant"]):
    def of(self, operator: Operator) -> Self:
        """The grants of `operator`, own ones and those of their groups; none when signed-in is not enough."""
        if not operator.is_active:
            return self.none()
        return self.filter(Q(operator=operator) | Q(group__in=operator.groups.all()))

    def on(self, aws_account: AwsAccount) -> Self:
        return self.filter(Q(aws_account=aws_account) | Q(aws_account__isnull=True))


class Grant(models.Model):
    """Who may do what where: an operator or a group of operators × an AWS account (or all) × a role."""

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
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[GrantQuerySet] = GrantQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(operator__isnull=False, group__isnull=True) | Q(operator__isnull=True, group__isnull=False),
                name="grant_to_operator_or_group",
                violation_error_message="A grant is for an operator or for a group: choose one of the two.",
            ),
            models.UniqueConstraint(
                fields=["operator", "group", "aws_account", "role", "pool_id"],
                nulls_distinct=False,
                name="grant_once",
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
        return f"the user pool {self.pool_id} of {where}" if self.pool_id else where


class ClaimGroup(models.Model):
    """A value of the identity provider's claim (OIDC_GRANTS_CLAIM) → the group of operators that it puts them into."""

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
            models.UniqueConstraint(
                fields=["aws_account", "risk", "role", "group"], nulls_distinct=False, name="approval_rule_once"
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


class AppendOnly(TypeError):
    """The audit trail is written once and never again."""

    def __init__(self) -> None:
        super().__init__("Audit entries are written once: they can't be changed or deleted.")


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def visible_to(self, operator: Operator) -> Self:
        """Entries of the AWS accounts that `operator` sees; those of no AWS account only for owners of all."""
        visible = Q(aws_account__in=AwsAccount.objects.visible_to(operator, SEE_IAM))
        return self.filter(visible | Q(aws_account__isnull=True) if operator.owns_all() else visible)

    def update(self, **kwargs: Any) -> int:
        raise AppendOnly

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        raise AppendOnly

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnly


class AuditEntry(models.Model):
    """Who did what to what, and why. Append-only: `accounts.audit.record` writes, `accounts.audit.seal` chains.

    `number` and `seal` are empty until the sealer has chained the entry (a moment after it was written).
    Triggers of the database (accounts/triggers.py) hold as well against what doesn't come through this class.
    """

    at = models.DateTimeField(default=timezone.now, db_index=True)
    verb = models.CharField(max_length=64, db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    actor_name = models.CharField(max_length=254)
    aws_account = models.ForeignKey(AwsAccount, models.PROTECT, null=True, blank=True, related_name="+")
    object_kind = models.CharField(max_length=64, blank=True)
    object_id = models.CharField(max_length=400, blank=True)
    object_name = models.CharField(max_length=400, blank=True)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    number = models.PositiveBigIntegerField(null=True, blank=True, unique=True)
    seal = models.CharField(max_length=64, blank=True)

    objects: ClassVar[AuditEntryQuerySet] = AuditEntryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["aws_account", "-id"]),
            models.Index(fields=["object_kind", "object_id", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.verb} by {self.actor_name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("audit_entry", kwargs={"pk": self.pk})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly


class AuditHead(models.Model):
    """The end of the sealed chain: one row, which the sealer locks. What it says is checked against the log stream."""

    number = models.PositiveBigIntegerField(default=0)
    seal = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.number}:{self.seal}"
