"""The risk classes of what a change does: operations name theirs, and approval rules ask by them."""

from __future__ import annotations

from django.db import models


class Risk(models.TextChoices):
    LOW = "low", "Low risk"
    HIGH = "high", "High risk"  # changes access or sign-in
    DESTRUCTIVE = "destructive", "Destructive"  # can't be restored as it was
    SECRET = "secret", "With a secret"  # what goes in or comes out holds a secret
