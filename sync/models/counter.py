"""How many steps were ever begun: a number that also stands outside the database (sync/counter/)."""

from __future__ import annotations

import uuid

from django.db import models


class StepCounter(models.Model):
    """One row. A database that was set back has a smaller number than what stands outside it, and holds the queue."""

    ONLY = 1

    installation = models.UUIDField(default=uuid.uuid4)  # whose number it is, where others keep theirs
    number = models.PositiveBigIntegerField(default=0)
    on_hold_since = models.DateTimeField(null=True)  # nothing is sent to AWS
    on_hold_why = models.CharField(max_length=400, blank=True)
    outside = models.PositiveBigIntegerField(default=0)  # the number that stood outside when that was noticed

    def __str__(self) -> str:
        return f"{self.number} of {self.installation}"
