"""How fast each AWS account may be asked, where all workers share one rate."""

from __future__ import annotations

from django.db import models


class SharedRate(models.Model):
    """The line that the calls of one category wait in. Times are seconds since 1970, by the database's clock."""

    account_id = models.CharField(max_length=12)  # the AWS account's 12 digits: an unsaved one is asked, too
    region = models.CharField(max_length=32)
    category = models.CharField(max_length=40)  # as AWS names it, such as "UserList"
    next_at = models.FloatField(default=0)  # the first free place
    urgent_at = models.FloatField(default=0)  # … and for who doesn't wait behind pulls
    slowed = models.FloatField(default=1)  # how many times slower than usual, when AWS refused last
    refused_at = models.FloatField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account_id", "region", "category"], name="sync_one_rate_of_category")
        ]

    def __str__(self) -> str:
        return f"{self.category} of {self.account_id} in {self.region}"
