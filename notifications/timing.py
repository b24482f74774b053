"""At once, in the digest, or not at all."""

from __future__ import annotations

from django.db import models


class Timing(models.TextChoices):
    OFF = "off", "Off"
    AT_ONCE = "at_once", "At once"
    DIGEST = "digest", "In the digest"
