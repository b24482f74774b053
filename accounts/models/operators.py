"""The operators who sign in to this console."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.identity_provider import is_configured
from accounts.models.aws_accounts import AwsAccount, AwsAccountQuerySet
from accounts.models.grants import Grant, HeldGrant, TokenLimits
from accounts.names import on_one_line
from accounts.roles import ADMINISTER, Role


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
    name = models.CharField(max_length=120, validators=[on_one_line])
    is_active = models.BooleanField(default=True)
    # The operator of `make run`: needs no MFA, and is refused once a real AWS account is connected.
    is_demo = models.BooleanField(default=False)
    # Once, an owner's leave for the identity provider to sign in as this operator who says this address, verified.
    oidc_may_join = models.BooleanField(
        "may be joined by the identity provider",
        default=False,
        help_text="Whom it says to have this e-mail address, verified, signs in as this operator from then on.",
    )
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

    # The grants, while a request only reads (accounts/sign_in.py); None: the database is asked.
    remembered_grants: tuple[HeldGrant, ...] | None = None

    # Of a program that acts for the operator by a token; None: they are here themselves.
    token_limits: TokenLimits | None = None

    def held_grants(self) -> Sequence[HeldGrant]:
        """Own grants and those of the operator's groups; by a token, what it leaves of them."""
        held: Sequence[HeldGrant] | None = self.remembered_grants
        if held is None:
            rows = Grant.objects.of(self).values_list("aws_account", "role", "pool_id")
            held = [HeldGrant(*found) for found in rows]
        return self.token_limits.narrowed(held) if self.token_limits else held

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
        if not is_configured() or self.has_usable_password():
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
