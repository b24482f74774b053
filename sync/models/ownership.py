"""Rules that say which objects of an AWS account this console manages."""

from __future__ import annotations

from django.db import models

from accounts.models import AwsAccount
from sync.models.mirrored import Ownership


class OwnershipRule(models.Model):
    """The first rule that matches an object decides; none: managed."""

    class Matches(models.TextChoices):
        TAG = "tag", "Tag"
        PATH = "path", "Path"
        NAME = "name", "Name"

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="ownership_rules")
    position = models.PositiveIntegerField()
    matches = models.CharField(max_length=4, choices=Matches)
    tag_key = models.CharField(max_length=128, blank=True)  # with `tag`; the pattern is for its value
    pattern = models.CharField(max_length=512)  # * is any text, ? one character
    ownership = models.CharField(max_length=9, choices=Ownership)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["aws_account", "position"], name="sync_ownership_position")]

    def __str__(self) -> str:
        return f"{self.get_matches_display()} {self.pattern}: {self.get_ownership_display()}"
