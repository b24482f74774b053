"""What was exported, and files that wait to be imported."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone


class ConfigurationSnapshot(models.Model):
    """All entries as an export had them: a file that was made of it is compared with it. Kept for a year."""

    digest = models.CharField(max_length=64, unique=True)
    entries: models.JSONField[Any, Any] = models.JSONField()  # by section, as configuration/files.py stores them
    exported_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-exported_at", "-pk"]

    def __str__(self) -> str:
        return self.digest[:12]


class ConfigurationUpload(models.Model):
    """A file as an operator uploaded it: theirs alone, for a day."""

    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    file = models.BinaryField()
    digest = models.CharField(max_length=64)  # SHA-256 of the file
    uploaded_at = models.DateTimeField(default=timezone.now)
    imported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        return self.digest[:12]
