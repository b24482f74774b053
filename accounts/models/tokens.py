"""Tokens by which programs ask the API: each acts for an operator, and may no more than they may."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts import roles
from accounts.models.aws_accounts import AwsAccount
from accounts.models.grants import TokenLimits
from accounts.names import on_one_line

if TYPE_CHECKING:
    from accounts.models.operators import Operator


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def in_force(self) -> Self:
        """Those that are neither ended nor past their end date; their owner may be deactivated, or without a grant."""
        return self.filter(ended_at=None, expires_at__gt=timezone.now())

    def of(self, operator: Operator) -> Self:
        return self.filter(operator=operator)


class ApiToken(models.Model):
    """A token is kept as a digest: what the program sends is shown once, when it is made.

    With `service` it is for a program that several people look after; the operator answers for it, and it ends with
    what they may.
    """

    class Scope(models.TextChoices):
        READ = roles.SEE_IAM, "Read AWS accounts, their objects, findings and changes"
        PEOPLE = roles.SEE_PEOPLE, "Look up people of user pools"
        CARE = roles.CARE, "Propose to look after people: their passwords, sign-ups and blocks, and tables of them"
        PROPOSE = roles.PROPOSE, "Propose changes, and have them tried out"
        APPLY = roles.APPLY, "Apply changes that somebody else approved"

    class Ending(models.TextChoices):
        REVOKED = "revoked", "Revoked"
        DEACTIVATED = "deactivated", "Its owner was deactivated"

    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80, validators=[on_one_line])
    service = models.CharField(max_length=80, blank=True, validators=[on_one_line])
    prefix = models.CharField(max_length=16, unique=True)  # what pages show of it, and by which it is looked up
    digest = models.CharField(max_length=64)  # SHA-256 of the whole: it is random, so nobody tries them out
    scopes = models.JSONField(default=list)  # values of Scope
    everywhere = models.BooleanField(default=True)  # in all AWS accounts of its owner, else in `aws_accounts`
    aws_accounts = models.ManyToManyField(AwsAccount, blank=True, related_name="+")
    networks = models.JSONField(default=list)  # in CIDR notation; none: from anywhere
    form_key = models.CharField(max_length=32, unique=True)  # of the form that made it: sent twice, it makes one
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    first_used_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.GenericIPAddressField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=12, choices=Ending, blank=True)

    objects: ClassVar[ApiTokenQuerySet] = ApiTokenQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-pk"]
        verbose_name = "API token"
        indexes = [models.Index(fields=["operator"], condition=Q(ended_at=None), name="token_in_force")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def limits(self) -> TokenLimits:
        within = None if self.everywhere else frozenset(each.pk for each in self.aws_accounts.all())
        return TokenLimits(frozenset(self.scopes), within, str(self))

    @property
    def state_words(self) -> str:
        if self.ended_at is not None:
            return self.Ending(self.ended_why).label
        if self.expires_at <= timezone.now():
            return "Expired"
        return "In force" if self.operator.is_active else self.Ending.DEACTIVATED.label

    @property
    def is_in_force(self) -> bool:
        return self.ended_at is None and self.expires_at > timezone.now() and self.operator.is_active

    @property
    def scope_words(self) -> list[str]:
        return [scope.label for scope in self.Scope if scope in self.scopes]
