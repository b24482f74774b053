"""Settings for the people of a pool: the console's own, and no part of the mirror."""

from __future__ import annotations

from typing import Any

from django.db import models

from accounts.models import AwsAccount

# What a pool's screens need without anybody having chosen: who it is, and whether the address was verified.
USUAL_ATTRIBUTES = (
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "name",
    "given_name",
    "family_name",
)


def usual_attributes() -> list[str]:
    return list(USUAL_ATTRIBUTES)


class PoolPeopleSettings(models.Model):
    """Settings of one pool, by AWS account, Region and pool id. No row: the defaults are in force."""

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="pool_people_settings")
    region = models.CharField(max_length=32)
    pool_id = models.CharField(max_length=55)
    mirrors_people = models.BooleanField(default=True)  # False: settings only
    # Names of attributes that are kept of people ("custom:plan"). `sub` is always kept: it is who they are.
    attributes: models.JSONField[Any, Any] = models.JSONField(default=usual_attributes)
    erase_after_days = models.PositiveIntegerField(default=30)  # of people who are gone; 0: at the next tick
    helpdesk_per_hour = models.PositiveIntegerField(default=30)  # people that one of the helpdesk may change

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["aws_account", "region", "pool_id"], name="cognito_people_settings_of_pool")
        ]

    def __str__(self) -> str:
        return f"Settings for the people of {self.pool_id}"
