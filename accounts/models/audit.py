"""The audit trail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models.aws_accounts import AwsAccount
from accounts.models.operators import Operator
from accounts.roles import SEE_IAM

_BATCH = 500


class AppendOnly(TypeError):
    """The audit trail is written once and never again."""

    def __init__(self) -> None:
        super().__init__("Audit entries are written once: they can't be changed or deleted.")


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def visible_to(self, operator: Operator) -> Self:
        """Entries of the AWS accounts that `operator` sees; those of no AWS account only for owners of all."""
        visible = Q(aws_account__in=AwsAccount.objects.visible_to(operator, SEE_IAM))
        return self.filter(visible | Q(aws_account__isnull=True) if operator.owns_all() else visible)

    def iterator(self, chunk_size: int | None = None) -> Iterator[AuditEntry]:
        """With their texts, a batch at a time."""
        rows = super().iterator(chunk_size or _BATCH)
        while batch := list(islice(rows, _BATCH)):
            learn_texts(batch)
            yield from batch

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

    @property
    def digests(self) -> dict[str, str]:
        """Of its texts that stand apart, by what they are: a title, a reason (accounts/audit/trail.py)."""
        data = self.data if isinstance(self.data, dict) else {}
        return dict(data.get("texts", {}))

    @cached_property
    def texts(self) -> dict[str, str]:
        """What they say, or that they were erased. Of many entries, `audit.learn` asks for them at once."""
        learn_texts([self])
        return dict(vars(self)["texts"])

    @property
    def said_reason(self) -> str:
        return self.texts.get("reason", self.reason)

    @property
    def said_name(self) -> str:
        """What the object was called."""
        return self.object_name or self.texts.get("title", "")


class AuditText(models.Model):
    """A free text of entries about one object, which may be erased: entries hold `digest`, of `salt` and `text`."""

    ERASED: ClassVar[str] = "[erased]"

    aws_account = models.ForeignKey(AwsAccount, models.PROTECT, null=True, blank=True, related_name="+")
    object_kind = models.CharField(max_length=64)
    object_id = models.CharField(max_length=400)
    digest = models.CharField(max_length=64, unique=True)
    salt = models.CharField(max_length=32)
    text = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["object_kind", "object_id"], name="accounts_audittext_object")]

    def __str__(self) -> str:
        return f"{self.digest[:12]} of {self.object_kind} {self.object_id}"


def learn_texts(entries: Iterable[AuditEntry]) -> None:
    """Looks up the texts of all of them at once."""
    entries = list(entries)
    digests = {digest for entry in entries for digest in entry.digests.values()}
    rows = AuditText.objects.filter(digest__in=digests) if digests else ()
    found = {row.digest: row.text for row in rows}
    for entry in entries:
        entry.texts = {name: found.get(digest, AuditText.ERASED) for name, digest in entry.digests.items()}


class AuditCheck(models.Model):
    """An owner's order to look at every sealed entry; a worker carries it out (accounts/services/audit_checks.py)."""

    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)  # the worker's last sign of life
    finished_at = models.DateTimeField(null=True, blank=True)
    is_running = models.BooleanField(default=True)
    # Where it is: accounts.audit.check.AuditWalk.
    expected = models.PositiveBigIntegerField(default=1)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    unverified = models.PositiveBigIntegerField(null=True, blank=True)
    notes = models.JSONField(null=True, blank=True)  # sentences on what only a later key attests
    sealed = models.PositiveBigIntegerField(default=0)  # entries that there were when it began
    problems = models.JSONField(default=list, blank=True)  # the sentences of the first ones
    found = models.PositiveIntegerField(default=0)  # how many there are

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["is_running"], condition=Q(is_running=True), name="audit_check_one_runs")
        ]

    def __str__(self) -> str:
        return f"Check of the audit trail {self.pk}"

    @property
    def looked_at(self) -> int:
        return int(self.expected) - 1


class AuditHead(models.Model):
    """The end of the sealed chain: one row, which the sealer locks. What it says is checked against the log stream."""

    number = models.PositiveBigIntegerField(default=0)
    seal = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.number}:{self.seal}"


class KeyCheck(models.Model):
    """Of SEAL_KEYS there is one for each key that something may be sealed under, of the other keys one."""

    name = models.CharField(max_length=20)  # "AUDIT_KEY"
    value = models.CharField(max_length=16)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["name", "value"], name="key_check_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.value}"
