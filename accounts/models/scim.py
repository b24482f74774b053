"""What a directory tells by SCIM: its users and groups, and the tokens by which it may (docs/sign-in.md)."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.names import on_one_line

LONGEST_TEXT = 254  # of names and ids that the directory gives


def new_uid() -> str:
    return uuid.uuid4().hex


class ScimToken(models.Model):
    """A bearer token of a directory. Of the token itself only its SHA-256 is kept.

    `networks`: one a line, such as 192.0.2.0/24; none: from everywhere.
    """

    name = models.CharField(max_length=80, validators=[on_one_line])
    digest = models.CharField(max_length=64, unique=True)
    networks = models.TextField(blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = "SCIM token"

    def __str__(self) -> str:
        return self.name

    @property
    def has_ended(self) -> bool:
        return self.ends_at <= timezone.now()


class ScimResourceQuerySet(models.QuerySet[Any]):
    def there(self) -> Self:
        """Those that the directory hasn't deleted."""
        return self.filter(deleted_at=None)

    def kept_out(self) -> Self:
        """Those whom the directory deactivated or deleted, and about whom no owner has decided otherwise since."""
        return self.filter(operator__is_active=False, deactivated_at__isnull=False)


class ScimUser(models.Model):
    """An operator whom the directory looks after. `said`: the attributes that are kept besides, as RFC 7643 has them.

    `deactivated_at`: since when the directory, and not an owner, keeps them out; whatever an owner decides
    of them ends that.
    """

    uid = models.CharField(max_length=32, unique=True, default=new_uid, editable=False)
    operator = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="scim_user")
    user_name = models.CharField(max_length=LONGEST_TEXT)
    external_id = models.CharField(max_length=LONGEST_TEXT, blank=True)
    said: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ScimResourceQuerySet] = ScimResourceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["pk"]
        verbose_name = "user of the directory"
        verbose_name_plural = "users of the directory"
        constraints = [
            models.UniqueConstraint(Lower("user_name"), condition=Q(deleted_at=None), name="scim_user_name_once")
        ]

    def __str__(self) -> str:
        return self.user_name

    @property
    def has_no_word_of_active(self) -> bool:
        """Whether the directory took `active` away: then `said` has it as null."""
        return "active" in self.said


class ScimGroup(models.Model):
    """A group of the directory, and the group of operators (None: none) that its members are in because of it.

    `may_own`: also where that one has the role owner somewhere.
    """

    uid = models.CharField(max_length=32, unique=True, default=new_uid, editable=False)
    display_name = models.CharField(max_length=LONGEST_TEXT)
    external_id = models.CharField(max_length=LONGEST_TEXT, blank=True)
    members: models.ManyToManyField[ScimUser, Any] = models.ManyToManyField(
        ScimUser, blank=True, related_name="scim_groups"
    )
    group = models.ForeignKey(Group, models.SET_NULL, null=True, blank=True, related_name="scim_groups")
    may_own = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["display_name", "pk"]
        verbose_name = "group of the directory"
        verbose_name_plural = "groups of the directory"
        constraints = [models.UniqueConstraint(Lower("display_name"), name="scim_group_once")]

    def __str__(self) -> str:
        return self.display_name


class ScimMembership(models.Model):
    """A group that an operator is in because the directory says so: the one that goes when that is no longer so."""

    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    group = models.ForeignKey(Group, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["operator", "group"], name="scim_membership_once")]

    def __str__(self) -> str:
        return f"{self.operator} in {self.group}"
