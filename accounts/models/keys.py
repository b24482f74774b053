"""Which keys this database goes with: a check value of each, which tells nothing of the key."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


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
